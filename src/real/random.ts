/**
 * Unpredictable numbers from the system's generator, good enough for ids that must not collide or be guessed. They are
 * drawn in pools of a thousand, since a call into the system costs as much as reading hundreds of them. Not here: numbers
 * that can be drawn again; a real world cannot be replayed.
 */

import { randomFillSync } from 'node:crypto'
import type { Random } from '../world/random.ts'

const poolWords = 1024

/** The chance of one life; it has a pool of its own. */
export class RealRandom implements Random {
  readonly #pool = new Uint32Array(poolWords)
  #next = poolWords

  u32(): number {
    if (this.#next === poolWords) {
      randomFillSync(this.#pool)
      this.#next = 0
    }
    return this.#pool[this.#next++] as number
  }
}
