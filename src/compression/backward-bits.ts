/**
 * A zstd bit stream, which is read from its end: the last byte's highest set bit says where it begins.
 *
 * Reading beyond the beginning yields zeros and is noticed by who asks `left`: decoders look at more bits than they use.
 * Source: RFC 8878, §4.1.
 */

import { malformed } from './output.ts'

/** See the head of this file. */
export class BackwardBits {
  readonly #bytes: Uint8Array
  readonly #start: number
  /** Bits that were not read yet; negative after reading beyond the beginning. */
  left: number

  /** The stream in `[start, end)`. Throws `MALFORMED` where it has no mark. */
  constructor(bytes: Uint8Array, start: number, end: number) {
    const last = end > start ? bytes[end - 1]! : 0
    if (last === 0) throw malformed('a zstd bit stream without its mark')
    this.#bytes = bytes
    this.#start = start
    this.left = (end - start) * 8 - 1 - Math.clz32(last << 24)
  }

  /** The next `count` bits, 0 to 31. */
  read(count: number): number {
    if (count > 24) {
      const high = this.read(count - 24)
      return high * 0x100_0000 + this.read(24)
    }
    this.left -= count
    return this.#at(this.left, count)
  }

  /** The next `count` bits, 0 to 24, which stay where they are. */
  peek(count: number): number {
    return this.#at(this.left - count, count)
  }

  #at(position: number, count: number): number {
    if (position < 0) {
      // Zeros precede the stream.
      const present = count + position
      return present <= 0 ? 0 : this.#at(0, present) << -position
    }
    const byte = this.#start + (position >>> 3)
    const bytes = this.#bytes
    const word = bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16) | (bytes[byte + 3]! << 24)
    return (word >>> (position & 7)) & ((1 << count) - 1)
  }
}
