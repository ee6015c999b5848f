/**
 * Derives the state of a log's producers anew: from the newest whole snapshot at or below the log's end, and the batches
 * behind it. Snapshots above the end, or not whole, are removed: they tell of batches that are no longer in the log, and
 * one that came back once the log has grown past it would be believed.
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
  readonly startOffset: number
  readonly endOffset: number
  /** Whether every snapshot was written by this life, or before a clean stop; any may be torn otherwise. */
  readonly areSnapshotsWhole: boolean
}

export interface RecoveredProducers {
  readonly producers: ProducerState
  /** Whether the directory has lost entries, which is not durable yet. */
  readonly removedSnapshots: boolean
}

/** @throws {DiskError} where a file cannot be read or removed. */
export async function recoverProducers(recovery: ProducerRecovery): Promise<RecoveredProducers> {
  const { world, rules, directory, segments, startOffset, endOffset, areSnapshotsWhole } = recovery
  const producers = new ProducerState(rules)
  let newest: number | undefined
  let removedSnapshots = false
  for (const offset of listSnapshots(world.disk, directory).reverse()) {
    if (newest !== undefined && areSnapshotsWhole) break
    const entries = offset <= endOffset ? await readSnapshot(world, directory, offset) : undefined
    if (entries === undefined) {
      removeSnapshot(world.disk, directory, offset)
      removedSnapshots = true
    } else if (newest === undefined) {
      newest = offset
      producers.restore(entries)
    }
  }
  await walkBatches(world, segments, Math.max(startOffset, newest ?? 0), (header) => producers.remember(header))
  return { producers, removedSnapshots }
}
