/**
 * What retention asks of a log: which segments are too old, or too much. None where `cleanup.policy` does not say `delete`.
 *
 * Whole segments only, oldest first, never past `limit` (the high watermark); the last one too, unless it is empty: the log
 * rolls first then. By size: as long as what remains is still at least `retention.bytes`. By time, of what remains then: a segment whose largest timestamp is older than `retention.ms`;
 * where no record has one, a segment that was not written to for so long. Source: Kafka's `UnifiedLog.deleteOldSegments`.
 */

import type { LogConfig } from '../config/topic-settings.ts'
import type { Segment } from './segment.ts'

/** The start offset the log should have; the base offset of its first segment where nothing is to go. */
export function retainedStart(segments: readonly Segment[], config: LogConfig, nowMs: number, limit: number): number {
  if (!config.cleanupPolicy.split(',').includes('delete')) return segments[0]!.baseOffset
  const bySize = config.retentionBytes < 0 ? 0 : surplusSegments(segments, config.retentionBytes)
  const byTime = config.retentionMs < 0 ? 0 : expiredSegments(segments.slice(bySize), nowMs - config.retentionMs)
  let start = segments[0]!.baseOffset
  for (const segment of segments.slice(0, bySize + byTime)) {
    if (segment.endOffset > limit) break
    start = segment.endOffset
  }
  return start
}

function expiredSegments(segments: readonly Segment[], before: number): number {
  const kept = segments.findIndex((segment) => segment.bytes === 0 || timeOf(segment) >= before)
  return kept < 0 ? segments.length : kept
}

function timeOf(segment: Segment): number {
  return segment.maxTimestamp >= 0 ? segment.maxTimestamp : segment.writtenMs
}

function surplusSegments(segments: readonly Segment[], retentionBytes: number): number {
  let surplus = segments.reduce((sum, segment) => sum + segment.bytes, 0) - retentionBytes
  let count = 0
  for (const segment of segments) {
    if (surplus < segment.bytes) break
    surplus -= segment.bytes
    count++
  }
  return count
}
