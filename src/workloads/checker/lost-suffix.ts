/**
 * What a power loss takes from one replica, and what that excuses.
 *
 * With one replica a power loss may take the unflushed suffix of a partition, acknowledged or not. Which suffix it took
 * is known to whoever pulled the plug (the simulator's ghost state), not to the history, and is handed in. A *copy* (one
 * value at one offset) may have been taken by a loss iff
 *
 *   1. its offset lies in the lost suffix `[fromOffset, endOffset)`,
 *   2. its send was invoked no later than the loss, and
 *   3. no evidence says that it was there after the loss, unless its send was still under way and so may have written it
 *      anew at the same offset.
 *
 * It may be *gone* iff no evidence at all says that it was there after the loss.
 *
 * Nothing else is excused: not what lay below the cut (it was flushed, or survived), not what was sent after the loss.
 * A send under way during the loss gets the benefit of the doubt, since its acknowledgement may have left before the
 * loss and arrived after it; `answeredUntilUs` removes the doubt for acknowledgements that arrived later than that.
 * Equal times count as either order, for a run may do several things in one microsecond.
 *
 * Producer state needs no excuse of its own: a broker restores it from the log, so a retry of a batch whose records were
 * lost is written anew, and one copy remains; a retry of a batch that survived is still recognised.
 */

import type { Key } from '../history/operation.ts'
import type { Copy, KeyEvidence } from './evidence.ts'

/** The records `[fromOffset, endOffset)` of a partition were in its log before the power loss and not after it. */
export interface LostSuffix {
  readonly key: Key
  /** Where the log ends after the loss: the first offset lost, never below what was flushed. */
  readonly fromOffset: number
  /** Where the log ended before the loss, exclusive. */
  readonly endOffset: number
  /** When the power was lost, on the clock of the history. */
  readonly atTimeUs: number
  /** When the last answer that the replica had given before the loss can have reached a client. Default: unknown. */
  readonly answeredUntilUs?: number
}

/** Whether a loss at or before `timeUs` may have taken this copy, be it that a retry wrote it anew to the same offset. */
export function takenBefore(losses: readonly LostSuffix[], copy: Copy, timeUs: number): boolean {
  return losses.some(
    (loss) =>
      loss.atTimeUs <= timeUs &&
      covers(loss, copy.offset) &&
      (copy.presentFromUs <= loss.atTimeUs || mayBeRewrittenAfter(loss, copy)),
  )
}

/** Whether a loss at or before `timeUs` may have taken this copy for good. */
export function goneBefore(losses: readonly LostSuffix[], copy: Copy, timeUs: number): boolean {
  return losses.some((loss) => loss.atTimeUs <= timeUs && mayHaveRemoved(loss, copy))
}

/** Whether the copy may be gone when the history ends, also in view of what else was at its offset. */
export function mayBeGone(evidence: KeyEvidence, copy: Copy): boolean {
  const { losses, copiesAt } = evidence
  if (!losses.some((loss) => mayHaveRemoved(loss, copy))) return false
  const rivals = copiesAt.get(copy.offset) ?? []
  if (rivals.length <= 1 || !canTakeTurns(evidence, copy.offset)) return true
  return canTakeTurns(evidence, copy.offset, copy)
}

/**
 * Whether the copies at one offset can have been there one after the other, a loss that covers the offset between any
 * two. With `notLast`, moreover, that copy before the last such loss.
 *
 * The losses cut time into turns 0…n. Each copy needs a turn of its own out of a range; taking the copies by the end of
 * their range and giving each the first free turn finds an arrangement if there is one.
 */
export function canTakeTurns(evidence: KeyEvidence, offset: number, notLast?: Copy): boolean {
  const copies = evidence.copiesAt.get(offset) ?? []
  const losses = evidence.losses.filter((loss) => covers(loss, offset))
  const ranges = copies.flatMap((copy) => turnsOf(losses, copy, copy === notLast ? losses.length - 1 : losses.length))
  ranges.sort((left, right) => left.last - right.last || left.first - right.first)
  const taken = new Set<number>()
  for (const { first, last } of ranges) {
    let turn = first
    while (taken.has(turn)) turn += 1
    if (turn > last) return false
    taken.add(turn)
  }
  return true
}

interface TurnRange {
  readonly first: number
  readonly last: number
}

function turnsOf(losses: readonly LostSuffix[], copy: Copy, lastTurn: number): readonly TurnRange[] {
  const turnAfter = (timeUs: number) => losses.filter((loss) => loss.atTimeUs < timeUs).length
  const present = turnAfter(copy.presentFromUs)
  const seen = Math.min(losses.filter((loss) => loss.atTimeUs <= copy.seenByUs).length, lastTurn)
  if (present <= seen) return [{ first: present, last: seen }]
  // Seen before a loss and again after it: a retry wrote it anew at the same offset, so it takes two turns.
  const sent = copy.attempt === undefined ? 0 : turnAfter(copy.attempt.invocation.timeUs)
  return [
    { first: sent, last: seen },
    { first: present, last: lastTurn },
  ]
}

function mayHaveRemoved(loss: LostSuffix, copy: Copy): boolean {
  return covers(loss, copy.offset) && copy.presentFromUs <= loss.atTimeUs
}

/** Its send had begun before the loss, and had not been acknowledged by then: a retry may have followed. */
function mayBeRewrittenAfter(loss: LostSuffix, { attempt }: Copy): boolean {
  if (attempt === undefined || attempt.invocation.timeUs > loss.atTimeUs) return false
  return attempt.outcome !== 'ok' || (attempt.completion?.timeUs ?? loss.atTimeUs) >= loss.atTimeUs
}

function covers(loss: LostSuffix, offset: number): boolean {
  return loss.fromOffset <= offset && offset < loss.endOffset
}
