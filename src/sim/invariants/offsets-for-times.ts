/**
 * Part of S5: the offset that a partition tells for a time is that of its first record of that time or later, with that
 * record's time and leader epoch. That there is none is not judged here: more may have come since. Source: KIP-79, KIP-320.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { ListOffsetsRequest, ListOffsetsResponse } from '../../protocol/messages/02-list-offsets.ts'
import { decompressBatch } from '../../protocol/record-batch-compression.ts'
import { RecordCursor } from '../../protocol/records.ts'
import { CompressionError } from '../../world/codecs.ts'
import { simCodecs } from '../devices/sim-codecs.ts'
import type { GhostBatch } from './ghost.ts'
import type { Invariant, Judged } from './invariant.ts'

type Answer = ListOffsetsResponse['topics'][number]['partitions'][number]

export function offsetsForTimes(): Invariant {
  return {
    name: 'S5 offsets for times',
    source: 'KIP-79; KIP-320',
    onResponse(judged, { request, body }) {
      if (request.api !== apis.listOffsets) return
      const { topics } = request.body as ListOffsetsRequest
      for (const { name, partitions } of (body as ListOffsetsResponse).topics) {
        for (const answer of partitions) {
          const asked = topics
            .find((topic) => topic.name === name)
            ?.partitions.find(({ partitionIndex }) => partitionIndex === answer.partitionIndex)
          const isFound = answer.errorCode === errorCode.NONE && answer.offset >= 0
          if (asked !== undefined && asked.timestamp >= 0 && isFound) {
            checkFound(judged, `${name}-${answer.partitionIndex}`, asked.timestamp, answer)
          }
        }
      }
    },
  }
}

function checkFound(
  judged: Judged,
  partition: string,
  soughtMs: number,
  { offset, timestamp, leaderEpoch }: Answer,
): void {
  const { batches, startOffset } = judged.ghost.partition(partition)
  // What was found may have been deleted since.
  if (offset < startOffset) return
  const at = batches.findIndex(({ header }) => header.lastOffset >= startOffset && header.maxTimestamp >= soughtMs)
  const due = at < 0 ? undefined : firstOfTime(batches, at, startOffset, soughtMs)
  const epoch = judged.ghost.batchAt(partition, offset)?.header.leaderEpoch
  const isRight = due?.offset === offset && due.timestamp === timestamp && (leaderEpoch < 0 || leaderEpoch === epoch)
  if (isRight) return
  const expected =
    due === undefined ? 'no record is of that time' : `offset ${due.offset} of time ${due.timestamp} was due`
  judged.broken(
    `${partition} told offset ${offset} of time ${timestamp} and epoch ${leaderEpoch} for the time ${soughtMs}: ${expected}, and the epoch there is ${epoch}`,
    { partition, offset },
  )
}

/** Of batches from `at` on; the records of the first of them may all lie below the start, or be of earlier times. */
function firstOfTime(
  batches: readonly GhostBatch[],
  at: number,
  startOffset: number,
  soughtMs: number,
): { readonly offset: number; readonly timestamp: number } | undefined {
  for (let index = at; index < batches.length; index++) {
    const { header, bytes } = batches[index]!
    if (header.maxTimestamp < soughtMs) continue
    const plain = decompressBatch(bytes, 0, simCodecs)
    if (plain instanceof CompressionError) return undefined
    const cursor = new RecordCursor(plain, 0)
    while (cursor.next()) {
      if (cursor.offset >= startOffset && cursor.timestamp >= soughtMs) {
        return { offset: cursor.offset, timestamp: cursor.timestamp }
      }
    }
  }
  return undefined
}
