/**
 * Derives the state of a log's producers anew: from the newest whole snapshot, and the batches behind it, also those
 * below the log's start that are still there. A snapshot above the log's end tells of batches that are gone, one below
 * the first segment misses batches that are; a producer is better unknown than known by an old batch. Such snapshots, and
 * those that are not whole, are removed: one that was left would be believed once the log has grown past it.
 */

import type { World } from '../../world/world.ts'
import { walkBatches } from './log-walk.ts'
import { ProducerState } from './producer-state.ts'
import type { LogRules } from './rules.ts'
import type { Segment } from './segment.ts'
import { listSnapshots, readSnapshot, removeSnapshot } from './snapshot-files.ts'

export interface ProducerRecovery {
  readonly world: World
  readonly rules: LogRules
  readonly directory: string
  /** Of the log, ascending; what lies at or above `endOffset` is cut off already. */
  readonly segments: readonly Segment[]
  readonly endOffset: number
  /** Offsets of the snapshots there are, ascending. Default: what the directory lists. */
  readonly snapshots?: readonly number[]
  /** Of every batch there is, where somebody has just walked them all. */
  readonly walked?: ProducerState | undefined
  /** Whether every snapshot was written by this life, or before a clean stop; any may be torn otherwise. */
  readonly areSnapshotsWhole: boolean
}

export interface RecoveredProducers {
  readonly producers: ProducerState
  /** Whether the directory has lost entries, which is not durable yet. */
  readonly removedSnapshots: boolean
  /** The offset of the snapshot that was believed; undefined where none was. */
  readonly snapshotOffset: number | undefined
}

/** @throws {DiskError} where a file cannot be read or removed. */
export async function recoverProducers(recovery: ProducerRecovery): Promise<RecoveredProducers> {
  const { world, rules, directory, segments, endOffset, areSnapshotsWhole } = recovery
  const { snapshots = listSnapshots(world.disk, directory) } = recovery
  const producers = new ProducerState(rules)
  const firstOffset = segments[0]!.baseOffset
  let newest: number | undefined
  let removedSnapshots = false
  for (const offset of snapshots.toReversed()) {
    if (newest !== undefined && areSnapshotsWhole) break
    const entries =
      offset >= firstOffset && offset <= endOffset ? await readSnapshot(world, rules, directory, offset) : undefined
    if (entries === undefined) {
      removeSnapshot(world.disk, directory, offset)
      removedSnapshots = true
    } else if (newest === undefined) {
      newest = offset
      producers.restore(entries)
    }
  }
  if (newest === undefined && recovery.walked !== undefined) {
    return { producers: recovery.walked, removedSnapshots, snapshotOffset: undefined }
  }
  await walkBatches(world, segments, newest ?? firstOffset, (header) => producers.remember(header))
  return { producers, removedSnapshots, snapshotOffset: newest }
}
