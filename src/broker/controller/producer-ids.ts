/**
 * Producer ids of this broker, one at a time out of blocks that the controller has committed. An id is given once, ever:
 * what is left of a block when a life ends is not used again. KIP-730.
 */

import type { DiskError } from '../../world/disk.ts'
import type { Controller, ProducerIdBlock } from './controller.ts'

type Done = (error: DiskError | undefined, producerId: number) => void

/** How many may wait for a block; more are refused, as a block holds no more than a thousand anyway. */
const WAITING_MAX = 1000

export class ProducerIds {
  readonly #controller: Controller
  #block: ProducerIdBlock = { first: 0, end: 0 }
  #next = 0
  #waiting: Done[] = []
  #asked = false

  constructor(controller: Controller) {
    this.#controller = controller
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
    this.#controller.allocateProducerIds((error, block) => {
      this.#asked = false
      const waiting = this.#waiting
      this.#waiting = []
      if (error === undefined) {
        this.#block = block
        this.#next = block.first
      }
      for (const done of waiting) {
        if (error === undefined) this.next(done)
        else done(error, -1)
      }
    })
  }
}
