/**
 * Part of S1: a log start moves up only by what retention allows: of every batch that goes, it is older than
 * `retention.ms`, or what lies behind it is at least `retention.bytes`, or a client asked for its deletion; and never past
 * the high watermark. It does not go back with a clean stop, nor
 * ever below a segment that was removed: its files go only once the start is on record. That of the metadata log is on no
 * record: it is trimmed to its snapshots, and loaded from the first segment there is. Source: Kafka's `deleteOldSegments`,
 * `log-start-offset-checkpoint`.
 */

import { METADATA_DIRECTORY } from '../../broker/log/log-directory.ts'
import type { BrokerEvent } from '../../broker/observe/events.ts'
import { apis } from '../../protocol/apis.ts'
import type { DeleteRecordsRequest } from '../../protocol/messages/21-delete-records.ts'
import type { SeenRequest } from '../run/wire-tap.ts'
import type { GhostBatch } from './ghost.ts'
import type { Invariant, Judged } from './invariant.ts'

export function retentionAllowed(): Invariant {
  /** The base offset of the last segment that was removed, by partition. */
  const removed = new Map<string, number>()
  /** The highest offset up to which clients asked to delete, by partition; a request may come late, or twice. */
  const asked = new Map<string, number>()
  return {
    name: 'S1 retention deletes what it may',
    source: 'Kafka documentation, retention.ms and retention.bytes',
    onRequest(_judged, request) {
      if (request.api === apis.deleteRecords) noteAsked(request, asked)
    },
    onEvent(judged, event) {
      // What S22 says of the metadata log takes the place of all this.
      if ('partition' in event && event.partition === METADATA_DIRECTORY) return
      if (event.type === 'SegmentDeleted') removed.set(event.partition, event.baseOffset)
      if (event.type === 'LogLoaded') checkLoaded(judged, event, removed.get(event.partition) ?? -1)
      if (event.type !== 'LogStartMoved') return
      const { partition: name, startOffset } = event
      const ghost = judged.ghost.partition(name)
      const where = { partition: name, offset: startOffset }
      const { retentionMs, retentionBytes } = judged.retentionOf(name)
      const going = ghost.batches.filter(
        ({ header }) => header.lastOffset >= ghost.startOffset && header.baseOffset < startOffset,
      )
      const oldBelowMs = judged.wallMs() - retentionMs
      const isOld = ({ header }: GhostBatch) => retentionMs >= 0 && header.maxTimestamp < oldBelowMs
      // The last young one decides: behind those before it lies even more.
      const young = going.findLast((batch) => !isOld(batch))
      const behind = ghost.batches.filter(({ header }) => header.baseOffset > (young?.header.lastOffset ?? -1))
      const isSurplus =
        retentionBytes >= 0 && behind.reduce((sum, { bytes }) => sum + bytes.length, 0) >= retentionBytes
      if (startOffset > ghost.highWatermark)
        judged.broken(`${name} deleted up to ${startOffset}, above the high watermark`, where)
      const isAskedFor = startOffset <= (asked.get(name) ?? 0)
      if (young !== undefined && !isSurplus && !isAskedFor)
        judged.broken(`${name} deleted records up to ${startOffset} that it must keep`, where)
    },
  }
}

/** Everything that is shown to consumers stands for any offset, which the high watermark bounds. */
function noteAsked({ body }: SeenRequest, asked: Map<string, number>): void {
  for (const { name, partitions } of (body as DeleteRecordsRequest).topics) {
    for (const { partitionIndex, offset } of partitions) {
      const key = `${name}-${partitionIndex}`
      asked.set(key, Math.max(asked.get(key) ?? 0, offset < 0 ? Number.MAX_SAFE_INTEGER : offset))
    }
  }
}

type LogLoaded = Extract<BrokerEvent, { readonly type: 'LogLoaded' }>

function checkLoaded(judged: Judged, { partition: name, startOffset }: LogLoaded, removedBase: number): void {
  const before = judged.ghost.partition(name).startOffset
  const where = { partition: name, offset: startOffset }
  if (startOffset <= removedBase) {
    judged.broken(
      `${name} was loaded with its start at ${startOffset}, though segment ${removedBase} was removed`,
      where,
    )
  } else if (judged.ghost.lastEnd === 'clean' && startOffset < before) {
    judged.broken(
      `${name} was loaded with its start at ${startOffset} after a clean stop, and had it at ${before}`,
      where,
    )
  }
}
