/**
 * The clocks of a cluster whose time can be moved: the machine's own, with the wall clock so far ahead.
 *
 * Only wall time is moved: timestamps, retention, the expiry of producer ids. Durations (sessions, long polls, idle
 * connections, timeouts) go by monotonic time, which nobody moves: the clients' clocks stand still meanwhile, and every
 * client that is alive would be thrown out for having been silent.
 */

import type { Clock, Timer } from '../world/clock.ts'

/** How far ahead the wall clocks of a cluster are, in ms; one for all of its brokers. */
export interface WallShift {
  aheadMs: number
}

/** See the head of this file. */
export class ShiftedClock implements Clock {
  readonly #clock: Clock
  readonly #shift: WallShift

  constructor(clock: Clock, shift: WallShift) {
    this.#clock = clock
    this.#shift = shift
  }

  wallMs(): number {
    return this.#clock.wallMs() + this.#shift.aheadMs
  }

  monotonicUs(): number {
    return this.#clock.monotonicUs()
  }

  setTimer(delayUs: number, fire: () => void): Timer {
    return this.#clock.setTimer(delayUs, fire)
  }
}
