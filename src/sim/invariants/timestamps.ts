/**
 * Part of S5: a record's time is its producer's, or, where the topic says so, the broker's at the moment of the append: the
 * batch is marked, its time stands for all its records, and the producer is told that very time. Source: KIP-32.
 */

import { METADATA_DIRECTORY } from '../../broker/log/log-directory.ts'
import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { ProduceResponse } from '../../protocol/messages/00-produce.ts'
import { batchMaxTimestamp, batchTimestampType, isControlBatch } from '../../protocol/record-batch.ts'
import type { Invariant, Judged } from './invariant.ts'
import { topicNameOf } from './topic-names.ts'

export function timestamps(): Invariant {
  return {
    name: 'S5 timestamps',
    source: 'KIP-32',
    onEvent(judged, event) {
      if (event.type !== 'BatchAppended' || event.partition === METADATA_DIRECTORY) return
      if (!isControlBatch(event.batch, 0)) checkAppended(judged, event)
    },
    onResponse(judged, { request, body }) {
      if (request.api !== apis.produce) return
      for (const topic of (body as ProduceResponse).responses) {
        const name = topicNameOf(judged, request, topic)
        if (name === undefined) continue
        for (const answer of topic.partitionResponses) checkTold(judged, `${name}-${answer.index}`, answer)
      }
    },
  }
}

function checkAppended(
  judged: Judged,
  {
    partition,
    baseOffset,
    batch,
  }: { readonly partition: string; readonly baseOffset: number; readonly batch: Uint8Array },
): void {
  const where = { partition, offset: baseOffset }
  const [type, expected] = [batchTimestampType(batch, 0), judged.timestampTypeOf(partition)]
  if (expected !== undefined && type !== expected) {
    return judged.broken(`${partition} has ${expected}, and a batch with ${type} was appended at ${baseOffset}`, where)
  }
  const timeMs = batchMaxTimestamp(batch, 0)
  if (type === 'LogAppendTime' && (timeMs < judged.wallAtEventMs() || timeMs > judged.wallMs())) {
    judged.broken(`${partition} gave the batch at ${baseOffset} the append time ${timeMs} at ${judged.wallMs()}`, where)
  }
}

/** A repetition is told the largest time of the batch it repeats, of whichever kind, as in Kafka. */
function checkTold(
  judged: Judged,
  partition: string,
  answer: ProduceResponse['responses'][number]['partitionResponses'][number],
): void {
  const { baseOffset, logAppendTimeMs, errorCode: code } = answer
  if (code !== errorCode.NONE || baseOffset < 0) return
  const header = judged.ghost.batchAt(partition, baseOffset)?.header
  if (header === undefined || header.maxTimestamp === logAppendTimeMs) return
  if (header.timestampType === 'CreateTime' && logAppendTimeMs === -1) return
  judged.broken(
    `the producer of the batch at ${baseOffset} of ${partition} was told the append time ${logAppendTimeMs}, and it has ${header.timestampType} ${header.maxTimestamp}`,
    { partition, offset: baseOffset },
  )
}
