/**
 * Unpredictable numbers from the system's generator, drawn in pools: one call into it costs more than a thousand reads.
 */

import { randomFillSync } from 'node:crypto'
import type { Random } from '../world/random.ts'

const poolWords = 1024

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
