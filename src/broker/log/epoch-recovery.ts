/**
 * Derives the leader epochs of a log at a load: from its checkpoint, and from the batches that recovery has looked at; from
 * all batches where the checkpoint is missing, or cannot be right.
 */

import type { World } from '../../world/world.ts'
import type { EpochEntry } from './checkpoint-text.ts'
import { putEpochs } from './epoch-checkpoint.ts'
import { LeaderEpochs } from './leader-epochs.ts'
import { walkBatches } from './log-walk.ts'
import type { LogRules } from './rules.ts'
import type { Segment } from './segment.ts'

export interface EpochRecovery {
  readonly world: World
  readonly rules: LogRules
  readonly directory: string
  /** Of the log, ascending, at least one. */
  readonly segments: readonly Segment[]
  readonly startOffset: number
  readonly endOffset: number
  /** What the checkpoint says; undefined where it cannot be read. */
  readonly checkpointed: readonly EpochEntry[] | undefined
  /** Where epochs begin among the batches from `recoveredFrom` on, which were recovered. */
  readonly found: readonly EpochEntry[]
  readonly recoveredFrom: number
}

export interface RecoveredEpochs {
  readonly epochs: LeaderEpochs
  /** Whether the checkpoint was replaced, which the next sync of the directory makes durable. */
  readonly isWritten: boolean
}

/** @throws {DiskError} where a file cannot be read or written. */
export async function recoverEpochs(recovery: EpochRecovery): Promise<RecoveredEpochs> {
  const { world, directory, checkpointed } = recovery
  const epochs = await deriveEpochs(recovery)
  if (isSame(epochs.entries, checkpointed)) return { epochs, isWritten: false }
  await putEpochs(world, directory, epochs)
  return { epochs, isWritten: true }
}

async function deriveEpochs(recovery: EpochRecovery): Promise<LeaderEpochs> {
  const { world, rules, segments, startOffset, endOffset, checkpointed, found, recoveredFrom } = recovery
  let epochs = new LeaderEpochs(checkpointed)
  epochs.truncateFromEnd(recoveredFrom)
  // A checkpoint that the batches contradict is as good as none.
  const isContradicted = (found[0]?.epoch ?? Number.MAX_SAFE_INTEGER) < (epochs.latest ?? -1)
  // It may have been written for a start that moved, and that a crash kept from going on record.
  const isAhead = (checkpointed?.[0]?.startOffset ?? 0) > startOffset
  if (checkpointed === undefined || isContradicted || isAhead) {
    epochs = new LeaderEpochs()
    const derived = epochs
    await walkBatches(world, segments, startOffset, ({ leaderEpoch, baseOffset }) => {
      if (rules.isEpoch(leaderEpoch) && leaderEpoch > (derived.latest ?? -1)) derived.assign(leaderEpoch, baseOffset)
    })
  } else {
    for (const { epoch, startOffset: from } of found) epochs.assign(epoch, from)
  }
  epochs.truncateFromEnd(endOffset)
  epochs.truncateFromStart(startOffset)
  return epochs
}

function isSame(found: readonly EpochEntry[], onRecord: readonly EpochEntry[] | undefined): boolean {
  return (
    found.length === onRecord?.length &&
    found.every(
      ({ epoch, startOffset }, at) => onRecord[at]!.epoch === epoch && onRecord[at]!.startOffset === startOffset,
    )
  )
}
