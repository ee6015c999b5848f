/**
 * A number of bytes that operations share: each takes what it needs and gives it back; who finds too few left waits, and
 * is served in the order of asking. A taker that waits must hold none, or two could wait for one another.
 */

import { assert } from '../../world/assert.ts'

interface Waiting {
  readonly bytes: number
  readonly taken: () => void
}

export class ByteBudget {
  /** What was handed over is not taken by those it is for: whoever takes should be content with little. */
  isScarce = false
  readonly #bytesMax: number
  #left: number
  readonly #waiting = new Set<Waiting>()

  /** `bytesMax` is how many there are, at least 1. */
  constructor(bytesMax: number) {
    assert(bytesMax >= 1, 'a budget has something to give')
    this.#bytesMax = bytesMax
    this.#left = bytesMax
  }

  /** Bytes that are taken now. */
  get taken(): number {
    return this.#bytesMax - this.#left
  }

  /** Takes at once, or not at all. Nobody overtakes those who wait. More than there are is taken as all there are. */
  tryTake(bytes: number): number | undefined {
    const wanted = Math.min(bytes, this.#bytesMax)
    if (this.#waiting.size > 0 || wanted > this.#left) return undefined
    this.#left -= wanted
    return wanted
  }

  /** Takes when there are enough; `taken` may be called by whoever gives back. Gives back how to stop waiting. */
  takeLater(bytes: number, taken: (bytes: number) => void): () => void {
    const wanted = Math.min(bytes, this.#bytesMax)
    const waiting: Waiting = { bytes: wanted, taken: () => taken(wanted) }
    this.#waiting.add(waiting)
    return () => {
      if (this.#waiting.delete(waiting)) this.#serve()
    }
  }

  /** Gives back what was taken, or a part of it. */
  give(bytes: number): void {
    this.#left += bytes
    assert(this.#left <= this.#bytesMax, 'no more is given back than was taken')
    this.#serve()
  }

  #serve(): void {
    for (const waiting of this.#waiting) {
      if (waiting.bytes > this.#left) return
      this.#waiting.delete(waiting)
      this.#left -= waiting.bytes
      waiting.taken()
    }
  }
}
