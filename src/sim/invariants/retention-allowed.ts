/**
 * Part of S1: a log start moves up only by what retention allows: every batch that goes is older than `retention.ms`, or
 * what stays is at least `retention.bytes`; and never past the high watermark. Source: Kafka's `deleteOldSegments`.
 */

import type { Invariant } from './invariant.ts'

export function retentionAllowed(): Invariant {
  return {
    name: 'S1 retention deletes what it may',
    source: 'Kafka documentation, retention.ms and retention.bytes',
    onEvent(judged, event) {
      if (event.type !== 'LogStartMoved') return
      const { partition: name, startOffset } = event
      const ghost = judged.ghost.partition(name)
      const where = { partition: name, offset: startOffset }
      const { retentionMs, retentionBytes } = judged.retentionOf(name)
      const going = ghost.batches.filter(
        ({ header }) => header.baseOffset >= ghost.startOffset && header.lastOffset < startOffset,
      )
      const staying = ghost.batches.filter(({ header }) => header.lastOffset >= startOffset)
      const stayingBytes = staying.reduce((sum, { bytes }) => sum + bytes.length, 0)
      const isOld = retentionMs >= 0 && going.every(({ header }) => header.maxTimestamp < judged.wallMs() - retentionMs)
      const isSurplus = retentionBytes >= 0 && stayingBytes >= retentionBytes
      if (startOffset > ghost.highWatermark)
        judged.broken(`${name} deleted up to ${startOffset}, above the high watermark`, where)
      if (!isOld && !isSurplus) judged.broken(`${name} deleted records up to ${startOffset} that it must keep`, where)
    },
  }
}
