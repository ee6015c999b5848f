/**
 * When the active segment is full or old enough for the next batch to begin a new one.
 *
 * Full: its bytes with the batch's, one of its indexes, or the offsets that its indexes can express. Old: by the
 * timestamps of its first batch and of the next one, so that a replica rolls where its leader did; by the wall clock
 * since it was opened only where its first batch has no timestamp. Source: Kafka's `LogSegment.shouldRoll`.
 */

import type { BatchHeader } from '../../protocol/record-batch.ts'
import type { LogConfig } from '../config/topic-settings.ts'
import { OFFSET_ENTRY_BYTES, TIME_ENTRY_BYTES } from './offset-index.ts'
import type { Segment } from './segment.ts'

/** Indexes hold offsets relative to their segment's base, as an int32. */
const RELATIVE_OFFSET_MAX = 2 ** 31 - 1

/** Whether `next`, whose offsets are assigned, begins a new segment. An empty segment is never rolled. */
export function shouldRoll(active: Segment, next: BatchHeader, config: LogConfig, nowMs: number): boolean {
  if (active.bytes === 0) return false
  return isFull(active, next, config) || ageMs(active, next, nowMs) > config.segmentMs
}

function isFull(active: Segment, next: BatchHeader, { segmentBytes, segmentIndexBytes }: LogConfig): boolean {
  return (
    active.bytes > segmentBytes - next.sizeBytes ||
    active.offsets.bytes + OFFSET_ENTRY_BYTES > segmentIndexBytes ||
    active.times.bytes + TIME_ENTRY_BYTES > segmentIndexBytes ||
    next.lastOffset - active.baseOffset > RELATIVE_OFFSET_MAX
  )
}

function ageMs(active: Segment, next: BatchHeader, nowMs: number): number {
  const first = active.firstTimestamp ?? -1
  return first >= 0 ? next.maxTimestamp - first : nowMs - active.openedMs
}
