/**
 * Log lines about what peers do wrong, held to a rate: whoever sends nonsense decides how much of it comes, and must not
 * decide how much is written. What was left out is counted, and told with the next line.
 */

import type { Clock } from '../../world/clock.ts'
import type { Observer } from './observer.ts'

/** Lines in one span, at most. */
const LINES_MAX = 20
const SPAN_US = 10_000_000

export class Complaints {
  readonly #clock: Clock
  readonly #observer: Observer
  #spanStartUs = 0
  #lines = 0
  #leftOut = 0

  constructor(clock: Clock, observer: Observer) {
    this.#clock = clock
    this.#observer = observer
  }

  /** Says a line, or counts it. */
  warn(message: string): void {
    const nowUs = this.#clock.monotonicUs()
    if (nowUs - this.#spanStartUs >= SPAN_US) {
      this.#spanStartUs = nowUs
      this.#lines = 0
    }
    if (this.#lines === LINES_MAX) {
      this.#leftOut++
      return
    }
    this.#lines++
    if (this.#leftOut > 0) this.#observer.warn(`${this.#leftOut} lines about connections were left out`)
    this.#leftOut = 0
    this.#observer.warn(message)
  }
}
