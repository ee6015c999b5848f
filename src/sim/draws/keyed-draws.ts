/**
 * Chance as a function, not a stream: every draw is computed from (seed, purpose, actor, item, ordinal). Taking one
 * item of a plan away, or adding one, changes no draw of any other, which is what makes shrinking a plan possible.
 *
 * A purpose is a text such as `network.latency`; an actor is whoever the draw is for (a node, a pair of nodes); an item
 * is the plan's item, connection or file; an ordinal counts within the item.
 */

import { assert } from '../../world/assert.ts'
import { exponential } from './exponential.ts'
import { absorbInteger, hashText, scramble } from './mixing.ts'

const MILLION = 1_000_000

/** All draws of one (seed, purpose, actor, item): uniform words, one for each ordinal. */
export class DrawKey {
  readonly #a: number
  readonly #b: number

  /** Two words that stand for everything but the ordinal. */
  constructor(a: number, b: number) {
    this.#a = a
    this.#b = b
  }

  /** A uniform integer in [0, 2^32). `ordinal` is an integer in [0, 2^32). */
  u32(ordinal: number): number {
    return scramble(scramble(this.#a ^ Math.imul(ordinal, 0x9e3779b1)) + this.#b)
  }

  /** A uniform integer in `[0, n)`; `n` in [1, 2^32]. */
  below(n: number, ordinal: number): number {
    assert(n >= 1 && n <= 0x1_0000_0000, 'the bound of a draw is in [1, 2^32]')
    // Rejection keeps every value equally likely; each try is a function of the same key.
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n)
    let drawn = this.u32(ordinal)
    for (let attempt = 1; drawn >= limit; attempt++) drawn = scramble(drawn + Math.imul(attempt, 0x7feb352d))
    return drawn % n
  }

  /** A uniform integer in `[low, high]`, both included. */
  between(low: number, high: number, ordinal: number): number {
    return low + this.below(high - low + 1, ordinal)
  }

  /** True in `perMillion` of a million cases; 0 is never, 1 000 000 is always. */
  chance(perMillion: number, ordinal: number): boolean {
    if (perMillion <= 0) return false
    return perMillion >= MILLION || this.below(MILLION, ordinal) < perMillion
  }

  /** An exponentially distributed integer >= 0 of mean `meanUs`, in [0, 2^31). */
  exponentialUs(meanUs: number, ordinal: number): number {
    return meanUs === 0 ? 0 : exponential(meanUs, this.u32(ordinal))
  }
}

export class KeyedDraws {
  readonly seed: number
  readonly #a: number
  readonly #b: number
  /** Purposes met so far, as words; a cache of a pure function. */
  readonly #purposes = new Map<string, number>()

  /** `seed` is a safe integer >= 0. */
  constructor(seed: number) {
    assert(Number.isSafeInteger(seed) && seed >= 0, 'a seed is a safe integer >= 0')
    this.seed = seed
    this.#a = absorbInteger(0x243f6a88, seed)
    this.#b = absorbInteger(0x13198a2e, seed)
  }

  /** The draws for an item of an actor; `actor` and `item` are safe integers. */
  of(purpose: string, actor: number, item: number): DrawKey {
    const word = this.#purposeWord(purpose)
    const a = absorbInteger(absorbInteger(this.#a ^ word, actor), item)
    const b = absorbInteger(absorbInteger(Math.imul(this.#b, word | 1), item), actor)
    return new DrawKey(a, b)
  }

  /** One uniform integer in [0, 2^32): `of(purpose, actor, item).u32(ordinal)`. */
  u32(purpose: string, actor: number, item: number, ordinal: number): number {
    return this.of(purpose, actor, item).u32(ordinal)
  }

  #purposeWord(purpose: string): number {
    let word = this.#purposes.get(purpose)
    if (word === undefined) {
      word = hashText(purpose)
      this.#purposes.set(purpose, word)
    }
    return word
  }
}
