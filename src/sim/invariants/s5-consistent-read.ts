/**
 * S5: what a consumer was shown at an offset never changes: every batch served is, byte for byte, the one appended
 * there, with a valid checksum. Source: Kafka's log as an immutable sequence; KIP-101.
 */

import { apis } from '../../protocol/apis.ts'
import type { FetchResponse } from '../../protocol/messages/01-fetch.ts'
import { BATCH_HEADER_BYTES, batchBytes, readBatchHeader } from '../../protocol/record-batch.ts'
import { checkBatchFrame } from '../../protocol/record-batch-validation.ts'
import { simCodecs } from '../devices/sim-codecs.ts'
import type { Invariant, Judged } from './invariant.ts'
import { sameBytes } from './log-files.ts'
import { topicNameOf } from './topic-names.ts'

export function consistentRead(): Invariant {
  return {
    name: 'S5 consistent read',
    source: 'KIP-101',
    onResponse(judged, { request, body }) {
      if (request.api !== apis.fetch) return
      for (const topic of (body as FetchResponse).responses) {
        const name = topicNameOf(judged, request, topic)
        if (name === undefined) continue
        for (const { partitionIndex, records } of topic.partitions) {
          if (records !== null && records.length > 0) checkServed(judged, `${name}-${partitionIndex}`, records)
        }
      }
    },
  }
}

function checkServed(judged: Judged, partition: string, records: Uint8Array): void {
  for (let at = 0; at < records.length; at += batchBytes(records, at)) {
    const problem =
      at + BATCH_HEADER_BYTES > records.length
        ? { message: 'it is cut short' }
        : checkBatchFrame(records, at, records.length, simCodecs.crc32c)
    if (problem !== undefined) {
      return judged.broken(`${partition} served a batch that is not whole: ${problem.message}`, { partition })
    }
    const { baseOffset, lastOffset } = readBatchHeader(records, at)
    const appended = judged.ghost.batchAt(partition, baseOffset)
    const served = records.subarray(at, at + batchBytes(records, at))
    if (appended === undefined || !sameBytes(appended.bytes, served)) {
      const what = appended === undefined ? 'nothing was appended' : 'something else was appended'
      return judged.broken(`${partition} served offsets ${baseOffset} to ${lastOffset}, where ${what}`, {
        partition,
        offset: baseOffset,
      })
    }
    judged.ghost.answered(partition, lastOffset + 1)
  }
}
