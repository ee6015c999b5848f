/**
 * What a history proves about each partition: who tried to send what, which values lay at which offsets and when, and
 * what each consumer was given one record after the other.
 *
 * Proof that a value lay at an offset is an acknowledgement, any poll that returned it (also one that ended in `fail` or
 * `info`: a consumer is never handed what may vanish), or the offset of a send of unknown outcome whose value some `ok`
 * poll returned. A failed send proves nothing. Time and space: linear in the records of the history, apart from sorting.
 *
 * Not here: any judgement.
 */

import type { Key, Operation, OperationOf, Send, Value } from '../history/operation.ts'
import { followConsumers, type Start, type Step } from './consumers.ts'
import type { LostSuffix } from './lost-suffix.ts'

/** A value that somebody tried to send, and how that ended; without a completion the run ended first. */
export interface Attempt {
  readonly value: Value
  readonly invocation: OperationOf<'send'>
  readonly completion: OperationOf<'send'> | undefined
  /** `info` also where there is no completion. */
  readonly outcome: 'ok' | 'fail' | 'info'
  /** Where the completion says it lies, whether or not that is believed. */
  readonly offset: number | undefined
  /** The time that the completion says the broker gave it; undefined where it kept its own. */
  readonly appendTimeMs: number | undefined
}

/** One value at one offset, known to have been there. */
export interface Copy {
  readonly offset: number
  readonly value: Value
  /** The attempt that sent the value; absent where nobody did. */
  readonly attempt: Attempt | undefined
  /** It was there at this time or later. Never before its send was invoked. */
  readonly presentFromUs: number
  /** It was there at this time or earlier. */
  readonly seenByUs: number
  /** Indexes of the completions that prove it, ascending for each kind of proof. */
  readonly operations: readonly number[]
}

/** One record as one poll returned it. */
export interface Reading {
  readonly copy: Copy
  readonly operation: OperationOf<'poll'>
  /** The time that the broker gave it, as the poll returned it; undefined where it kept its own. */
  readonly appendTimeMs: number | undefined
  /** The record of this partition that its consumer had been given just before, if its position had to follow from it. */
  readonly previous: Reading | undefined
  /** Where the consumer had sought to, if this is the first record since. */
  readonly startsAt: Start
}

export interface KeyEvidence {
  readonly key: Key
  /** In the order of their invocations. */
  readonly attempts: ReadonlyMap<Value, Attempt>
  /** In the order of the polls' completions. */
  readonly readings: readonly Reading[]
  /** Values returned by polls that ended `ok`. */
  readonly readValues: ReadonlySet<Value>
  readonly copiesAt: ReadonlyMap<number, readonly Copy[]>
  readonly copiesOf: ReadonlyMap<Value, readonly Copy[]>
  /** Offsets known to have held a record, ascending. */
  readonly offsets: readonly number[]
  /** By time. */
  readonly losses: readonly LostSuffix[]
  /** Retention may have deleted what lies below this offset, at any time. */
  readonly deletedBelow: number
}

/**
 * Gathers the evidence about each partition, in the order in which the history first mentions them. Without an entry in
 * `deletedBelow` nothing of a partition was deleted.
 */
export function gatherEvidence(
  operations: readonly Operation[],
  losses: readonly LostSuffix[],
  deletedBelow: ReadonlyMap<Key, number> = new Map(),
): readonly KeyEvidence[] {
  const gatherers = new Map<Key, Gatherer>()
  const about = (key: Key): Gatherer => {
    let gatherer = gatherers.get(key)
    if (gatherer === undefined) {
      const ofKey = losses.filter((loss) => loss.key === key)
      ofKey.sort((left, right) => left.atTimeUs - right.atTimeUs)
      gatherer = new Gatherer(key, ofKey, deletedBelow.get(key) ?? 0)
      gatherers.set(key, gatherer)
    }
    return gatherer
  }
  const completions = pairUp(operations)
  for (const operation of operations) {
    if (operation.f !== 'send' || operation.type !== 'invoke') continue
    const completion = completions.get(operation) as OperationOf<'send'> | undefined
    for (const [position, { key, value }] of operation.value.entries()) {
      about(key).attempt(value, operation, completion, completion?.value[position])
    }
  }
  followConsumers<Reading>(operations, (step) => about(step.record.key).read(step))
  return [...gatherers.values()].map((gatherer) => gatherer.finish())
}

/** The completion of each invocation that has one. */
function pairUp(operations: readonly Operation[]): ReadonlyMap<Operation, Operation> {
  const pending = new Map<number, Operation>()
  const completions = new Map<Operation, Operation>()
  for (const operation of operations) {
    const invocation = pending.get(operation.process)
    if (operation.type === 'invoke') pending.set(operation.process, operation)
    else if (invocation !== undefined) completions.set(invocation, operation)
  }
  return completions
}

interface GrowingCopy extends Copy {
  presentFromUs: number
  seenByUs: number
  readonly operations: number[]
}

/** Owns the evidence about one partition while it grows: first all attempts, then all polls, then `finish`. */
class Gatherer implements Omit<KeyEvidence, 'offsets'> {
  readonly key: Key
  readonly losses: readonly LostSuffix[]
  readonly deletedBelow: number
  readonly attempts = new Map<Value, Attempt>()
  readonly readings: Reading[] = []
  readonly readValues = new Set<Value>()
  readonly copiesAt = new Map<number, GrowingCopy[]>()
  readonly copiesOf = new Map<Value, GrowingCopy[]>()

  constructor(key: Key, losses: readonly LostSuffix[], deletedBelow: number) {
    this.key = key
    this.losses = losses
    this.deletedBelow = deletedBelow
  }

  attempt(
    value: Value,
    invocation: OperationOf<'send'>,
    completion: OperationOf<'send'> | undefined,
    sent: Send | undefined,
  ): void {
    const { offset, appendTimeMs } = sent ?? {}
    const outcome = completion === undefined || completion.type === 'invoke' ? 'info' : completion.type
    this.attempts.set(value, { value, invocation, completion, outcome, offset, appendTimeMs })
    if (outcome === 'ok' && offset !== undefined && completion !== undefined) {
      this.#witness(offset, value, completion, this.#answeredFromUs(completion.timeUs))
    }
  }

  read(step: Step<Reading>): Reading {
    const { record, operation, previous, sinceUs, startsAt } = step
    const copy = this.#witness(record.offset, record.value, operation, sinceUs)
    const reading = { copy, operation, appendTimeMs: record.appendTimeMs, previous, startsAt }
    this.readings.push(reading)
    if (operation.type === 'ok') this.readValues.add(record.value)
    return reading
  }

  finish(): KeyEvidence {
    for (const { value, outcome, offset, completion } of this.attempts.values()) {
      const committed = outcome === 'info' && this.readValues.has(value)
      if (committed && offset !== undefined && completion !== undefined) this.#witness(offset, value, completion, 0)
    }
    const { key, losses, deletedBelow, attempts, readings, readValues, copiesAt, copiesOf } = this
    const offsets = [...copiesAt.keys()].sort((left, right) => left - right)
    return { key, losses, deletedBelow, attempts, readings, readValues, copiesAt, copiesOf, offsets }
  }

  /** The completion proves that the value lay at the offset at some time from `fromUs` until then. */
  #witness(offset: number, value: Value, completion: Operation, fromUs: number): Copy {
    const attempt = this.attempts.get(value)
    const presentFromUs = Math.max(fromUs, attempt?.invocation.timeUs ?? 0)
    const { timeUs, index } = completion
    const copies = this.copiesAt.get(offset)
    const known = copies?.find((copy) => copy.value === value)
    if (known !== undefined) {
      known.presentFromUs = Math.max(known.presentFromUs, presentFromUs)
      known.seenByUs = Math.min(known.seenByUs, timeUs)
      known.operations.push(index)
      return known
    }
    const copy = { offset, value, attempt, presentFromUs, seenByUs: timeUs, operations: [index] }
    if (copies === undefined) this.copiesAt.set(offset, [copy])
    else copies.push(copy)
    const ofValue = this.copiesOf.get(value)
    if (ofValue === undefined) this.copiesOf.set(value, [copy])
    else ofValue.push(copy)
    return copy
  }

  /** An acknowledgement this late was given after each loss whose earlier answers had all arrived. */
  #answeredFromUs(timeUs: number): number {
    let fromUs = 0
    for (const { answeredUntilUs, atTimeUs } of this.losses) {
      if (answeredUntilUs !== undefined && answeredUntilUs < timeUs) fromUs = Math.max(fromUs, atTimeUs + 1)
    }
    return fromUs
  }
}
