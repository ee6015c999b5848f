/**
 * Producer ids of this broker, one at a time out of blocks that the controller has committed. An id is given once, ever:
 * what is left of a block when a life ends is not used again. KIP-730.
 */

import type { ProducerIdBlock } from './producer-id-blocks.ts'
import { Refusal } from './refusal.ts'

type Done = (refusal: Refusal | undefined, producerId: number) => void
/** Asks the controller for a block, wherever it is. */
type Allocate = (done: (answer: ProducerIdBlock | Refusal) => void) => void

/** How many may wait for a block; more are refused, as a block holds no more than a thousand anyway. */
const WAITING_MAX = 1000

export class ProducerIds {
  readonly #allocate: Allocate
  #block: ProducerIdBlock = { first: 0, end: 0 }
  #next = 0
  #waiting: Done[] = []
  #asked = false

  constructor(allocate: Allocate) {
    this.#allocate = allocate
  }

  /** The next id, as soon as there is one; false where too many wait already. */
  next(done: Done): boolean {
    if (this.#next < this.#block.end) {
      done(undefined, this.#next++)
      return true
    }
    if (this.#waiting.length >= WAITING_MAX) return false
    this.#waiting.push(done)
    if (!this.#asked) this.#ask()
    return true
  }

  #ask(): void {
    this.#asked = true
    this.#allocate((answer) => {
      this.#asked = false
      const waiting = this.#waiting
      this.#waiting = []
      const refusal = answer instanceof Refusal ? answer : undefined
      if (!(answer instanceof Refusal)) {
        this.#block = answer
        this.#next = answer.first
      }
      for (const done of waiting) {
        if (refusal === undefined) this.next(done)
        else done(refusal, -1)
      }
    })
  }
}
