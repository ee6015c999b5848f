/**
 * What the oracles of the workloads ask of a history: which records were acknowledged, what the reading of everything at
 * the end returned, and which of the former are missing from the latter without an excuse.
 *
 * Beyond the checker: a record that somebody had read before it went missing, and the acknowledged records of a send that
 * ended in `info` for the sake of others. Our sends tell an offset for acknowledged records only.
 */

import type { Attempt, Copy, KeyEvidence } from './checker/evidence.ts'
import { mayBeGone } from './checker/lost-suffix.ts'
import type { Key, Operation, Value } from './history/operation.ts'

/** What one process read, from the beginning of everything to its end, when all else was over. */
export interface FinalReading {
  readonly process: number
  /** Index of the assignment that began it; what was acknowledged before must be in it. */
  readonly beganIndex: number
  /** Indexes of its polls, ascending. */
  readonly polls: readonly number[]
  /** The offsets at which each value was. */
  readonly offsetsOf: ReadonlyMap<Key, ReadonlyMap<Value, readonly number[]>>
}

/**
 * The final reading, recognised by its shape: one process assigns from the beginning, polls, and then lists the topics,
 * as the last to do so. Undefined where the run did not get that far.
 */
export function finalReadingOf(operations: readonly Operation[]): FinalReading | undefined {
  const listing = operations.findLast((operation) => operation.f === 'list-topics' && operation.type === 'ok')
  if (listing === undefined) return undefined
  const { process } = listing
  const isAssignment = (operation: Operation) =>
    operation.process === process && operation.f === 'assign' && operation.type === 'ok'
  const began = operations.slice(0, listing.index).findLast(isAssignment)
  if (began?.f !== 'assign' || began.seekTo !== 'beginning') return undefined
  const offsetsOf = new Map<Key, Map<Value, number[]>>(began.value.map((key) => [key, new Map()]))
  const polls: number[] = []
  for (const operation of operations.slice(began.index, listing.index)) {
    if (operation.f !== 'poll' || operation.type !== 'ok' || operation.process !== process) continue
    polls.push(operation.index)
    for (const { key, offset, value } of operation.value) {
      const ofKey = offsetsOf.get(key)
      const offsets = ofKey?.get(value)
      if (offsets === undefined) ofKey?.set(value, [offset])
      else if (!offsets.includes(offset)) offsets.push(offset)
    }
  }
  return { process, beganIndex: began.index, polls, offsetsOf }
}

/** Where the record was acknowledged to lie; undefined where it was not. */
export function acknowledgedCopy(evidence: KeyEvidence, attempt: Attempt): Copy | undefined {
  const { offset, value, outcome, completion, invocation } = attempt
  if (outcome === 'fail' || offset === undefined || completion === undefined) return undefined
  const known = evidence.copiesAt.get(offset)?.find((copy) => copy.value === value)
  if (known !== undefined) return known
  const [presentFromUs, seenByUs] = [invocation.timeUs, completion.timeUs]
  return { offset, value, attempt, presentFromUs, seenByUs, operations: [completion.index] }
}

/** Acknowledged records of the partition that the final reading did not find, and that no loss may have taken. */
export function missingAtTheEnd(evidence: KeyEvidence, final: FinalReading): readonly Copy[] {
  const found = final.offsetsOf.get(evidence.key)
  const missing: Copy[] = []
  for (const attempt of evidence.attempts.values()) {
    const copy = acknowledgedCopy(evidence, attempt)
    const acknowledgedAt = attempt.completion?.index ?? final.beganIndex
    if (copy === undefined || acknowledgedAt >= final.beganIndex || found?.has(attempt.value) === true) continue
    if (!mayBeGone(evidence, copy)) missing.push(copy)
  }
  return missing
}
