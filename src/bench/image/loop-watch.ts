/**
 * Watches how long the event loop of this process is held at a stretch: by the wall with `monitorEventLoopDelay`, and in
 * processor time of the loop's own thread from one tick of a timer to the next. A tick is due each millisecond, so that
 * both figures are at most about a millisecond too high; the wall's has that taken off.
 *
 * The threads of the collector and the compiler do not count as long as the loop does not wait for them. The thread's time
 * is read from /proc: Linux only.
 */

import { closeSync, openSync, readSync } from 'node:fs'
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { Holds } from './controller-jobs.ts'

const RESOLUTION_MS = 1
/** The loop counts as idle after so long with next to nothing to do. */
const IDLE_MS = 100
const IDLE_CPU_MS = 10

/** From its making to `end`. */
export class LoopWatch {
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #clock = ThreadClock.open()
  readonly #timer: NodeJS.Timeout
  #lastMs: number | undefined
  #longestCpuMs = 0

  constructor() {
    this.#lastMs = this.#clock?.ms()
    this.#timer = setInterval(() => this.#tick(), RESOLUTION_MS)
    this.#delays.enable()
  }

  /** Waits until the loop is idle, then tells how long it was held. */
  async end(): Promise<Holds> {
    await idle()
    clearInterval(this.#timer)
    this.#delays.disable()
    this.#clock?.close()
    const longestCpuMs = this.#clock === undefined ? undefined : this.#longestCpuMs
    return { longestMs: Math.max(0, this.#delays.max / 1e6 - RESOLUTION_MS), longestCpuMs }
  }

  #tick(): void {
    const now = this.#clock?.ms()
    if (now === undefined) return
    this.#longestCpuMs = Math.max(this.#longestCpuMs, now - (this.#lastMs ?? now))
    this.#lastMs = now
  }
}

async function idle(): Promise<void> {
  for (let last = process.cpuUsage(); ; last = process.cpuUsage()) {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
    const { user, system } = process.cpuUsage(last)
    if ((user + system) / 1000 < IDLE_CPU_MS) return
  }
}

/** Processor time of the main thread, to the nanosecond, as Linux's scheduler has it. */
class ThreadClock {
  readonly #handle: number
  readonly #text = Buffer.alloc(100)

  private constructor(handle: number) {
    this.#handle = handle
  }

  /** Undefined where the system has no such thing. */
  static open(): ThreadClock | undefined {
    try {
      return new ThreadClock(openSync(`/proc/self/task/${process.pid}/schedstat`, 'r'))
    } catch {
      return undefined
    }
  }

  ms(): number {
    const length = readSync(this.#handle, this.#text, 0, this.#text.length, 0)
    return Number(this.#text.toString('latin1', 0, length).split(' ')[0]) / 1e6
  }

  close(): void {
    closeSync(this.#handle)
  }
}
