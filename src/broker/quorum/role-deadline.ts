/** The timer of a role's deadline. A deadline that moves away is looked at when the timer of the old one fires. */

import type { Clock, Timer } from '../../world/clock.ts'

export class RoleDeadline {
  readonly #clock: Clock
  readonly #onPassed: () => void
  #armed: { readonly atUs: number; readonly timer: Timer } | undefined

  /** `onPassed` may come too early, for a deadline that has moved since: the step looks at the time itself. */
  constructor(clock: Clock, onPassed: () => void) {
    this.#clock = clock
    this.#onPassed = onPassed
  }

  /** `atUs` is in monotonic microseconds; `Number.MAX_SAFE_INTEGER` where the role has none. */
  arm(atUs: number): void {
    if (atUs === Number.MAX_SAFE_INTEGER || (this.#armed !== undefined && this.#armed.atUs <= atUs)) return
    this.cancel()
    const timer = this.#clock.setTimer(Math.max(0, atUs - this.#clock.monotonicUs()), () => {
      this.#armed = undefined
      this.#onPassed()
    })
    this.#armed = { atUs, timer }
  }

  cancel(): void {
    this.#armed?.timer.cancel()
  }
}
