/**
 * The clocks of a simulated machine. Its oscillator runs fast or slow by a constant (drift); its wall clock is off by a
 * skew and can be set (jumps); the monotonic clock of each life starts at an arbitrary point, drifts alike, and never
 * jumps. Timers may fire late, as those of a busy process do. All of it integers, exact in both directions.
 */

import { assert } from '../../world/assert.ts'
import type { Clock, Timer } from '../../world/clock.ts'
import type { KeyedDraws } from '../draws/keyed-draws.ts'
import { EventKind } from '../loop/event-kinds.ts'
import { type EventLoop, NEVER } from '../loop/event-loop.ts'
import type { Life } from './life.ts'

const MILLION = 1_000_000

export interface ClockProfile {
  /** How far the wall clock is off at the start, in milliseconds; may be negative. Default 0. */
  readonly skewMs?: number
  /** By how many parts per million the oscillator is fast; in (-100 000, 100 000). Default 0. */
  readonly driftPpm?: number
  /** By how much every timer fires late, in microseconds by the oscillator; from 0 on, the default. */
  readonly timersLateUs?: number
  /** Wall time at virtual time 0, in milliseconds since 1970. Default 2026-01-01T00:00:00Z. */
  readonly epochMs?: number
}

/** The clock hardware of one machine; outlives its processes. */
export class MachineClock {
  readonly driftPpm: number
  readonly timersLateUs: number
  #offsetMs: number

  constructor(profile: ClockProfile = {}) {
    this.driftPpm = profile.driftPpm ?? 0
    assert(Math.abs(this.driftPpm) < 100_000, 'a clock drifts by less than a tenth')
    this.timersLateUs = profile.timersLateUs ?? 0
    assert(Number.isSafeInteger(this.timersLateUs) && this.timersLateUs >= 0, 'no timer fires early')
    this.#offsetMs = (profile.epochMs ?? 1_767_225_600_000) + (profile.skewMs ?? 0)
  }

  /** Someone sets the wall clock forward, or back where negative. */
  jump(byMs: number): void {
    this.#offsetMs += byMs
  }

  /** Wall time in milliseconds at a virtual time. */
  wallMs(atUs: number): number {
    return Math.floor(this.localUs(atUs) / 1000) + this.#offsetMs
  }

  /** What the oscillator has counted at a virtual time, in microseconds. */
  localUs(atUs: number): number {
    if (this.driftPpm === 0) return atUs
    // Split so that no product leaves the safe integers: floor(t * drift / 10^6), exactly.
    const seconds = Math.floor(atUs / MILLION)
    const rest = atUs - seconds * MILLION
    return atUs + seconds * this.driftPpm + Math.floor((rest * this.driftPpm) / MILLION)
  }

  /** The first virtual time at which the oscillator has counted to `localUs`. */
  virtualUs(localUs: number): number {
    if (this.driftPpm === 0) return localUs
    const rate = MILLION + this.driftPpm
    const seconds = Math.floor(localUs / rate)
    let guess = seconds * MILLION + Math.floor(((localUs - seconds * rate) * MILLION) / rate)
    while (guess > 0 && this.localUs(guess - 1) >= localUs) guess--
    while (this.localUs(guess) < localUs) guess++
    return guess
  }
}

/** The clock of one life. */
export class SimClock implements Clock {
  readonly #loop: EventLoop
  readonly #life: Life
  readonly #machine: MachineClock
  /** Monotonic time minus the oscillator's count. */
  readonly #monotonicOffset: number

  constructor(loop: EventLoop, life: Life, machine: MachineClock, draws: KeyedDraws) {
    this.#loop = loop
    this.#life = life
    this.#machine = machine
    const startsAt = draws.of('clock.monotonicStart', life.node, life.number).below(3600 * MILLION, 0)
    this.#monotonicOffset = startsAt - machine.localUs(loop.nowUs)
  }

  wallMs(): number {
    return this.#machine.wallMs(this.#loop.nowOf(this.#life))
  }

  monotonicUs(): number {
    return this.#machine.localUs(this.#loop.nowOf(this.#life)) + this.#monotonicOffset
  }

  setTimer(delayUs: number, fire: () => void): Timer {
    assert(Number.isSafeInteger(delayUs) && delayUs >= 0, 'a timer has a delay of whole microseconds, at least 0')
    const loop = this.#loop
    const now = loop.nowOf(this.#life)
    if (!this.#life.alive || delayUs > NEVER - 2 * now) return { cancel: () => undefined }
    const machine = this.#machine
    const afterUs = delayUs + machine.timersLateUs
    // A slow oscillator may have counted to the present count a little earlier already.
    const at = machine.driftPpm === 0 ? now + afterUs : Math.max(now, machine.virtualUs(machine.localUs(now) + afterUs))
    return loop.scheduleAt(at, EventKind.timer, this.#life, fire)
  }
}
