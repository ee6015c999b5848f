/**
 * Cuts a log to an earlier end, so that a replica follows what its leader has.
 *
 * Ordered durable steps, so that a crash at any point leaves a prefix of the old log that is no shorter than the new one:
 *
 * 1. The recovery point is put on record at or below the new end. A later life would trust what it finds below an older
 *    one: segments that came back, or those that are written here after the cut.
 * 2. Later segments go, the highest first; the one that holds the new end is cut; producer snapshots above it go.
 * 3. The cut file and the directory are synced, then the leader epochs are put on record: only now can nothing of what
 *    was cut off come back.
 *
 * Nothing is appended, flushed or forgotten meanwhile (`partition-log.ts` sees to that); reads go on. Source: KIP-101,
 * Kafka's `UnifiedLog.truncateTo`, which cuts inside a batch in name only; here the end is always a batch's.
 */

import type { BatchHeader } from '../../protocol/record-batch.ts'
import { assert } from '../../world/assert.ts'
import type { World } from '../../world/world.ts'
import type { LogConfig } from '../config/topic-settings.ts'
import { writeEpochs } from './epoch-checkpoint.ts'
import { syncDirectory, syncFile } from './files.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import { walkSegment } from './log-walk.ts'
import { recoverProducers } from './producer-recovery.ts'
import type { ProducerState } from './producer-state.ts'
import type { LogRules } from './rules.ts'
import { Segment } from './segment.ts'

/** The parts of a log that a truncation changes. */
export interface Truncated {
  readonly world: World
  readonly rules: LogRules
  readonly directory: string
  readonly config: Pick<LogConfig, 'indexIntervalBytes'>
  /** Changed in place. */
  readonly segments: Segment[]
  readonly startOffset: number
  readonly epochs: LeaderEpochs
  readonly producers: ProducerState
}

/** Where a log is cut. */
export interface Cut {
  /** The new end: the largest batch boundary at or below the one asked for, or the start where that lies within a batch. */
  readonly endOffset: number
  /** What is the last segment from now on, and where in it; undefined where nothing of the log stays. */
  readonly kept: SegmentCut | undefined
}

interface SegmentCut {
  readonly segment: Segment
  readonly position: number
  /** Batches of the segment that stay, from that of the last index entry left on. */
  readonly tail: readonly BatchHeader[]
}

/** Finds where to cut so that nothing at or above `endOffset` stays; changes nothing. @throws {DiskError} */
export async function findCut({ world, segments, startOffset }: Truncated, endOffset: number): Promise<Cut> {
  const segment = segments.findLast(({ baseOffset }) => baseOffset <= endOffset) ?? segments[0]!
  const tail: BatchHeader[] = []
  const position = await walkSegment(world, segment, endOffset - 1, (header) => {
    if (header.lastOffset >= endOffset) return false
    tail.push(header)
    return true
  })
  const boundary = (tail.at(-1)?.lastOffset ?? segment.baseOffset - 1) + 1
  assert(boundary <= endOffset, 'a cut lies at or below the end that was asked for')
  if (boundary < startOffset) return { endOffset: startOffset, kept: undefined }
  return { endOffset: boundary, kept: { segment, position, tail } }
}

/** Cuts the segments, in one step, as far as this life is concerned. @throws {DiskError} */
export function cutSegments(truncated: Truncated, { endOffset, kept }: Cut): void {
  const { world, directory, segments, config, epochs } = truncated
  const last = kept?.segment ?? new Segment(world, directory, endOffset, config.indexIntervalBytes)
  while (segments.length > 0 && segments.at(-1) !== last) segments.pop()!.remove(world.disk)
  if (kept === undefined) segments.push(last)
  else last.truncate(endOffset, kept.position, kept.tail)
  epochs.truncateFromEnd(endOffset)
  assert(segments.at(-1)!.endOffset === endOffset, 'a log ends where it was cut')
}

/** Derives anew what the batches that are gone had changed, and makes all of it durable. @throws {DiskError} */
export async function settleCut(truncated: Truncated, { endOffset }: Cut): Promise<void> {
  const { world, rules, directory, segments, epochs, producers } = truncated
  const recovered = await recoverProducers({
    ...{ world, rules, directory, segments, endOffset },
    areSnapshotsWhole: true,
  })
  producers.restore(recovered.producers.entries())
  await syncFile(world, segments.at(-1)!.file)
  await syncDirectory(world, directory)
  await writeEpochs(world, directory, epochs)
}
