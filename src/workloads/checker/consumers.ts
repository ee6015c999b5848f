/**
 * Follows the positions of consumers through a history, and says of each polled record which record its consumer had
 * been given just before.
 *
 * A process consumes as one consumer. Its position in a partition moves only with polls that end `ok`: after any other
 * the same records are due again. `assign` drops the positions of partitions that it does not list, or seeks anew.
 * Between the polls of a subscribed process, and where a rebalance touched the partition, nothing follows: the group may
 * have handed it to somebody else in the meantime. Source: `jepsen.tests.kafka`, poll-skip.
 */

import type { Key, Operation, OperationOf, PolledRecord } from '../history/operation.ts'

/** A polled record in its place in the life of its consumer; `R` is what the receiver makes of a step. */
export interface Step<R> {
  readonly record: PolledRecord
  readonly operation: OperationOf<'poll'>
  readonly previous: R | undefined
  /** The record was fetched at this time or later, for a consumer forgets what it had fetched when it seeks. */
  readonly sinceUs: number
  /** Where the consumer had sought to, if this is the first record since. */
  readonly startsAt: Start
}

/** Where a position comes from: sought, or from before the assignment, a group's commit, a former process. */
export type Start = 'beginning' | 'end' | 'unknown'

/** Hands every polled record to `take`, in the order of the polls' completions. */
export function followConsumers<R>(operations: readonly Operation[], take: (step: Step<R>) => R): void {
  const consumers = new Map<number, Consumer<R>>()
  for (const operation of operations) {
    if (operation.f !== 'assign' && operation.f !== 'subscribe' && operation.f !== 'poll') continue
    let consumer = consumers.get(operation.process)
    if (consumer === undefined) {
      consumer = new Consumer()
      consumers.set(operation.process, consumer)
    }
    if (operation.type === 'invoke') consumer.invokedUs = operation.timeUs
    else if (operation.f === 'poll') consumer.poll(operation, take)
    else if (operation.type !== 'fail') consumer.assign(operation)
  }
}

interface Position<R> {
  readonly sinceUs: number
  readonly start: Start
  last: R | undefined
}

/** The positions of one process. */
class Consumer<R> {
  invokedUs = 0
  #isSubscribed = false
  #positions = new Map<Key, Position<R>>()

  assign(operation: OperationOf<'assign' | 'subscribe'>): void {
    this.#isSubscribed = operation.f === 'subscribe'
    const before = this.#positions
    this.#positions = new Map()
    if (operation.f === 'subscribe') return
    for (const key of operation.value) {
      const kept = operation.seekTo === undefined ? before.get(key) : undefined
      const start = operation.seekTo ?? 'unknown'
      this.#positions.set(key, kept ?? { sinceUs: this.invokedUs, start, last: undefined })
    }
  }

  poll(operation: OperationOf<'poll'>, take: (step: Step<R>) => R): void {
    const moved = new Map<Key, R>()
    for (const record of operation.value) {
      const { key } = record
      const position = this.#positionOf(key)
      const isRebalanced = operation.rebalancedKeys?.includes(key) ?? false
      const last = moved.get(key) ?? (this.#isSubscribed ? undefined : position.last)
      const previous = isRebalanced ? undefined : last
      const startsAt = last === undefined ? position.start : 'unknown'
      moved.set(key, take({ record, operation, previous, sinceUs: position.sinceUs, startsAt }))
    }
    if (operation.type !== 'ok') return
    for (const [key, reading] of moved) this.#positionOf(key).last = reading
  }

  #positionOf(key: Key): Position<R> {
    let position = this.#positions.get(key)
    if (position === undefined) {
      position = { sinceUs: 0, start: 'unknown', last: undefined }
      this.#positions.set(key, position)
    }
    return position
  }
}
