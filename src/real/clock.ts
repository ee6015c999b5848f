/**
 * The machine's clocks, and timers on the monotonic one.
 *
 * All timers of a life share one native timer, armed for the earliest deadline. The host measures a delay from a time it
 * read before the present callback began, in whole milliseconds, so it may wake early; whoever is not due by the monotonic
 * clock then waits on. That keeps two promises native timers do not: never early, and in order of their deadlines.
 */

import { assert } from '../world/assert.ts'
import type { Clock, Timer } from '../world/clock.ts'
import type { Life } from './life.ts'
import { nativeClearTimeout, nativeMonotonicMs, nativeSetTimeout, nativeWallMs } from './native-timers.ts'
import { type HeapTimer, TimerHeap } from './timer-heap.ts'

/** The host takes delays up to 2^31 - 1 ms and treats longer ones as none; a longer wait is made of several. */
const nativeDelayMsMax = 0x7fff_ffff

/** The clock of one life; its timers end with it. */
export class RealClock implements Clock {
  readonly #life: Life
  readonly #timers = new TimerHeap()
  #sequence = 0
  #native: NodeJS.Timeout | undefined
  #armedForUs = Number.POSITIVE_INFINITY

  constructor(life: Life) {
    this.#life = life
    life.whenOver(() => {
      this.#timers.clear()
      this.#disarm()
    })
  }

  wallMs(): number {
    return nativeWallMs()
  }

  monotonicUs(): number {
    return Math.floor(nativeMonotonicMs() * 1000)
  }

  setTimer(delayUs: number, fire: () => void): Timer {
    assert(Number.isSafeInteger(delayUs) && delayUs >= 0, 'the delay of a timer is an integer of at least 0')
    if (this.#life.isOver) return { cancel: () => undefined }
    const timer = {
      deadlineUs: this.monotonicUs() + delayUs,
      sequence: this.#sequence++,
      fire,
      place: -1,
      isCancelled: false,
    }
    this.#timers.add(timer)
    if (timer.deadlineUs < this.#armedForUs) this.#arm(timer.deadlineUs)
    return { cancel: () => this.#cancel(timer) }
  }

  #cancel(timer: HeapTimer): void {
    timer.isCancelled = true
    this.#timers.remove(timer)
    // A wake-up with nothing due is harmless, but with nothing to wait for it would keep the process alive.
    if (this.#timers.first === undefined) this.#disarm()
  }

  #arm(deadlineUs: number): void {
    this.#disarm()
    this.#armedForUs = deadlineUs
    const delayMs = Math.ceil((deadlineUs - this.monotonicUs()) / 1000)
    if (delayMs <= 0) this.#life.later(this.#wake)
    else this.#native = nativeSetTimeout(this.#wake, Math.min(delayMs, nativeDelayMsMax))
  }

  #disarm(): void {
    if (this.#native !== undefined) nativeClearTimeout(this.#native)
    this.#native = undefined
    this.#armedForUs = Number.POSITIVE_INFINITY
  }

  /** Fires the timers that are due, each as an event of its own; then waits for the rest. */
  readonly #wake = (): void => {
    this.#disarm()
    const nowUs = this.monotonicUs()
    const due: HeapTimer[] = []
    for (let first = this.#timers.first; first !== undefined; first = this.#timers.first) {
      if (first.deadlineUs > nowUs) {
        this.#arm(first.deadlineUs)
        break
      }
      this.#timers.remove(first)
      due.push(first)
    }
    for (const timer of due) this.#life.later(() => fireUnlessCancelled(timer))
  }
}

function fireUnlessCancelled(timer: HeapTimer): void {
  if (!timer.isCancelled) timer.fire()
}
