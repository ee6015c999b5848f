/**
 * S9: the high watermark never passes the log end, nor, where only flushed records are answered, the flushed end; it
 * never falls within a life. No consumer is shown a byte at or above it, nor told of an end above it. Sources: KIP-207;
 * Kafka's replication protocol; the durability contract for `flush.messages=1`.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { FetchResponse } from '../../protocol/messages/01-fetch.ts'
import type { ListOffsetsResponse } from '../../protocol/messages/02-list-offsets.ts'
import { batchBytes, batchLastOffset } from '../../protocol/record-batch.ts'
import type { Invariant, Judged } from './invariant.ts'
import { topicNameOf } from './topic-names.ts'

export function watermarks(): Invariant {
  return {
    name: 'S9 watermarks',
    source: 'KIP-207; durability contract',
    onEvent(judged, event) {
      if (event.type !== 'HighWatermarkMoved') return
      const ghost = judged.ghost.partition(event.partition)
      const where = { partition: event.partition, offset: event.highWatermark }
      const moved = `the high watermark of ${event.partition} moved from ${ghost.highWatermark} to ${event.highWatermark}`
      if (event.highWatermark < ghost.highWatermark) judged.broken(moved, where)
      if (event.highWatermark > ghost.endOffset) judged.broken(`${moved}, above its end ${ghost.endOffset}`, where)
      // A follower may know of more than it has flushed itself.
      const isItsOwn = !judged.ghost.isReplicated(event.partition)
      if (isItsOwn && ghost.isFlushedBeforeAnswer() && event.highWatermark > ghost.flushedEnd) {
        judged.broken(`${moved}, above its flushed end ${ghost.flushedEnd}`, where)
      }
    },
    onResponse(judged, { request, body }) {
      if (request.api === apis.fetch) {
        for (const topic of (body as FetchResponse).responses) {
          const name = topicNameOf(judged, request, topic)
          if (name === undefined) continue
          for (const partition of topic.partitions)
            checkFetched(judged, `${name}-${partition.partitionIndex}`, partition)
        }
      } else if (request.api === apis.listOffsets) {
        for (const { name, partitions } of (body as ListOffsetsResponse).topics) {
          for (const { partitionIndex, errorCode: code, offset } of partitions) {
            if (code === errorCode.NONE) checkShown(judged, `${name}-${partitionIndex}`, offset, 'told of offset')
          }
        }
      }
    },
  }
}

function checkFetched(
  judged: Judged,
  partition: string,
  fetched: FetchResponse['responses'][number]['partitions'][number],
): void {
  checkShown(judged, partition, fetched.highWatermark, 'told of a high watermark of')
  const { records } = fetched
  for (let at = 0; records !== null && at < records.length; at += batchBytes(records, at)) {
    checkShown(judged, partition, batchLastOffset(records, at) + 1, 'shown records up to')
  }
}

function checkShown(judged: Judged, partition: string, end: number, how: string): void {
  const ghost = judged.ghost.partition(partition)
  const bound = ghost.isFlushedBeforeAnswer() ? ghost.flushedEnd : ghost.endOffset
  if (end > bound)
    judged.broken(`a consumer of ${partition} was ${how} ${end}, above ${bound}`, { partition, offset: end })
}
