/**
 * The randomness of a simulated node: a function of the seed, the node, its life and how often it was asked. One node's
 * draws never move another's.
 */

import type { Random } from '../../world/random.ts'
import type { DrawKey, KeyedDraws } from './keyed-draws.ts'

export class KeyedRandom implements Random {
  readonly #key: DrawKey
  #ordinal = 0

  constructor(draws: KeyedDraws, node: number, life: number) {
    this.#key = draws.of('world.random', node, life)
  }

  u32(): number {
    return this.#key.u32(this.#ordinal++)
  }
}
