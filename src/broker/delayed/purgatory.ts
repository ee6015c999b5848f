/**
 * Operations that wait: for records to arrive, or for records to be vouched for; each with a deadline.
 *
 * An operation is watched under keys (partitions). When something about a key changed, `check(key)` lets each operation
 * watched there try to complete; at its deadline an operation is completed as it stands. Operations are checked after
 * the step that changed something, never inside an append. Kafka's `DelayedOperationPurgatory` without its timing wheel:
 * deadlines are timers of the world's clock.
 */

import { assert } from '../../world/assert.ts'
import type { Clock, Timer } from '../../world/clock.ts'

/** Something that waits. Both methods are called by the purgatory alone. */
export interface DelayedOperation {
  /** True when it could complete and did. */
  tryComplete(): boolean
  /** The deadline has passed: completes with what there is. */
  expire(): void
}

interface Waiting<K> {
  readonly operation: DelayedOperation
  readonly keys: readonly K[]
  readonly deadline: Timer
}

export class Purgatory<K> {
  readonly #clock: Clock
  readonly #watched = new Map<K, Set<Waiting<K>>>()
  #size = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Operations waiting now. */
  get size(): number {
    return this.#size
  }

  /**
   * Completes the operation at once if it can be, else watches it until it can, or until `timeoutMs` have passed. Gives
   * back how to forget it, as `watch` does.
   */
  tryElseWatch(operation: DelayedOperation, keys: readonly K[], timeoutMs: number): () => void {
    return operation.tryComplete() ? () => undefined : this.watch(operation, keys, timeoutMs)
  }

  /** Watches an operation that is known not to be complete. Gives back how to forget it: it is then not completed. */
  watch(operation: DelayedOperation, keys: readonly K[], timeoutMs: number): () => void {
    assert(keys.length > 0, 'an operation waits for something')
    const waiting: Waiting<K> = {
      operation,
      keys,
      deadline: this.#clock.setTimer(timeoutMs * 1000, () => {
        this.#forget(waiting)
        operation.expire()
      }),
    }
    for (const key of keys) {
      const there = this.#watched.get(key)
      if (there === undefined) this.#watched.set(key, new Set([waiting]))
      else there.add(waiting)
    }
    this.#size++
    return () => {
      if (this.#watched.get(keys[0]!)?.has(waiting) !== true) return
      waiting.deadline.cancel()
      this.#forget(waiting)
    }
  }

  /** Something about `key` changed. */
  check(key: K): void {
    const there = this.#watched.get(key)
    if (there === undefined) return
    for (const waiting of [...there]) {
      if (there.has(waiting) && waiting.operation.tryComplete()) {
        waiting.deadline.cancel()
        this.#forget(waiting)
      }
    }
  }

  #forget(waiting: Waiting<K>): void {
    for (const key of waiting.keys) {
      const there = this.#watched.get(key)
      if (there === undefined) continue
      there.delete(waiting)
      if (there.size === 0) this.#watched.delete(key)
    }
    this.#size--
  }
}
