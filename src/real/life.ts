/**
 * One life of one node, as its devices see it: the switch that makes all of them inert at once.
 *
 * A device asks `isOver` before it does anything, delivers each completion through `later`, and says with `whenOver` what
 * it holds of the system (sockets, files, locks) that must be let go when the life ends. A life ends once and for ever.
 */

import { nativeSetImmediate } from './native-timers.ts'

/** The switch; a world makes one and hands it to all of its devices. */
export class Life {
  #isOver = false
  readonly #releases = new Set<() => void>()

  /** True from the moment the life ends: no device does anything any more. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Runs `fire` as an event of its own, in the order of the calls; never if the life ends first. */
  later(fire: () => void): void {
    nativeSetImmediate(() => {
      if (!this.#isOver) fire()
    })
  }

  /** Runs `release` when the life ends; returns how to take that back. */
  whenOver(release: () => void): () => void {
    this.#releases.add(release)
    return () => {
      this.#releases.delete(release)
    }
  }

  /** Ends the life: lets go of everything held, in the order in which it was taken. Harmless when repeated. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const release of this.#releases) release()
    this.#releases.clear()
  }
}
