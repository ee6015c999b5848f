/**
 * During one term: an empty record (NoOp) whenever nothing was appended for a while, so that the end of the metadata log
 * moves for as long as there is a controller, and a follower that stands still is told from one that has all there is.
 * KIP-835; `metadata.max.idle.interval.ms`.
 *
 * Other than Kafka's, which writes one in every interval, a controller that is busy writes none, and a node alone none at
 * all: nobody follows its log, and its disk would be written and flushed twice a second for nobody.
 */

import type { Clock, Timer } from '../../world/clock.ts'

export class IdleRecords {
  readonly #clock: Clock
  readonly #intervalUs: number
  readonly #append: () => void
  #lastUs = 0
  #timer: Timer | undefined

  /** `append` is to append one record, if it can; an `intervalMs` of 0 asks for none. */
  constructor(clock: Clock, intervalMs: number, append: () => void) {
    this.#clock = clock
    this.#intervalUs = intervalMs * 1000
    this.#append = append
  }

  /** The term begins. */
  start(): void {
    this.#lastUs = this.#clock.monotonicUs()
    if (this.#intervalUs > 0) this.#wait(this.#intervalUs)
  }

  /** Something was appended. */
  appended(): void {
    this.#lastUs = this.#clock.monotonicUs()
  }

  /** The term is over. */
  stop(): void {
    this.#timer?.cancel()
  }

  #wait(delayUs: number): void {
    this.#timer = this.#clock.setTimer(delayUs, () => {
      const leftUs = this.#lastUs + this.#intervalUs - this.#clock.monotonicUs()
      if (leftUs > 0) return this.#wait(leftUs)
      this.#wait(this.#intervalUs)
      this.#append()
    })
  }
}
