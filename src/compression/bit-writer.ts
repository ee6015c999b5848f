/** Bits into bytes, the lowest first, as DEFLATE and the sequences of zstd have them. Not here: codes, and room for them. */

import type { Output } from './output.ts'

export class BitWriter {
  readonly #output: Output
  #held = 0
  #heldBits = 0

  /** The output has room for everything. */
  constructor(output: Output) {
    this.#output = output
  }

  /** At most 17 bits. */
  write(value: number, count: number): void {
    this.#held |= value << this.#heldBits
    this.#heldBits += count
    for (; this.#heldBits >= 8; this.#heldBits -= 8) {
      this.#output.bytes[this.#output.length++] = this.#held
      this.#held >>>= 8
    }
  }

  /** Fills the last byte up with zeros. */
  align(): void {
    if (this.#heldBits > 0) this.#output.bytes[this.#output.length++] = this.#held
    this.#held = 0
    this.#heldBits = 0
  }
}
