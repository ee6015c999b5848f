/** Chance for hostile frames: one seed and one number always give the same throws. */

export class Dice {
  #state: number

  /** `seed` and `item` are integers of at least 0. */
  constructor(seed: number, item: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(item + 1, 0x85ebca6b)) | 0
    this.below(1)
  }

  /** An integer in [0, bound); `bound` is at most 2^32. */
  below(bound: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return Math.floor((((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32) * bound)
  }

  /** True once in `times`. */
  onceIn(times: number): boolean {
    return this.below(times) === 0
  }

  oneOf<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!
  }
}
