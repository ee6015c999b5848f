/**
 * A position in bytes, and the protocol's primitive types read from there.
 *
 * Every read checks that the bytes are there, so nothing but `ProtocolError` comes out, whatever the bytes are. Integers
 * are big-endian. Lengths and array sizes: int16 or int32 with -1 for null, or compact: an unsigned varint of the length
 * plus one, 0 for null (KIP-482). Bytes are handed out as views of the input, never copied.
 */

import { ProtocolError, type ProtocolErrorCode } from './protocol-error.ts'
import { decodeUtf8 } from './utf8.ts'
import { type Uuid, uuidFromBytes } from './uuid.ts'

/** Longest string the protocol allows, in bytes, in the compact form too. */
export const MAX_STRING_BYTES = 0x7fff

const UPPER = 0x1_0000_0000

/** Reads bytes `[position, end)`; both move only inside the array's bounds. */
export class Reader {
  readonly bytes: Uint8Array
  position: number
  /** End of what may be read, exclusive; narrowed while a tagged field is read. */
  end: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.position = start
    this.end = Math.min(end, bytes.length)
  }

  get remaining(): number {
    return this.end - this.position
  }

  /** @throws ProtocolError always. */
  fail(code: ProtocolErrorCode, detail: string, position = this.position): never {
    throw new ProtocolError(code, position, detail)
  }

  bool(): boolean {
    return this.int8() !== 0
  }

  int8(): number {
    return (this.bytes[this.take(1)]! << 24) >> 24
  }

  int16(): number {
    const at = this.take(2)
    return ((this.bytes[at]! << 24) >> 16) | this.bytes[at + 1]!
  }

  uint16(): number {
    const at = this.take(2)
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!
  }

  int32(): number {
    return this.word(this.take(4))
  }

  uint32(): number {
    return this.word(this.take(4)) >>> 0
  }

  /** An int64 as a safe integer; `OUT_OF_RANGE` beyond ±(2^53 − 1). */
  int64(): number {
    const at = this.take(8)
    const value = this.word(at) * UPPER + (this.word(at + 4) >>> 0)
    if (!Number.isSafeInteger(value)) this.fail('OUT_OF_RANGE', 'an int64 beyond 2^53 - 1 cannot be kept exactly', at)
    return value
  }

  /** As `int64`, but the largest int64 is "no bound" and comes back as `Number.MAX_SAFE_INTEGER`. */
  int64OrUnbounded(): number {
    if (this.remaining >= 8) {
      const at = this.position
      if (this.word(at) === 0x7fff_ffff && this.word(at + 4) === -1) {
        this.position += 8
        return Number.MAX_SAFE_INTEGER
      }
    }
    return this.int64()
  }

  float64(): number {
    const at = this.take(8)
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + at, 8).getFloat64(0)
  }

  uuid(): Uuid {
    return uuidFromBytes(this.bytes, this.take(16))
  }

  /** An unsigned 32-bit integer in base 128, least significant group first, in at most five bytes. */
  unsignedVarint(): number {
    const start = this.position
    const first = this.bytes[this.take(1)]!
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.bytes[this.take(1)]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    const last = this.bytes[this.take(1)]!
    if (last > 0x0f) this.fail('MALFORMED', 'a varint does not fit in 32 bits', start)
    return (value | (last << 28)) >>> 0
  }

  /** A length from an int16, -1 for null. */
  length16(): number {
    const at = this.position
    const length = this.int16()
    if (length < -1) this.fail('MALFORMED', `a length is ${length}`, at)
    return length
  }

  /** A length from an int32, -1 for null. */
  length32(): number {
    const at = this.position
    const length = this.int32()
    if (length < -1) this.fail('MALFORMED', `a length is ${length}`, at)
    return length
  }

  /** A length from an unsigned varint that is one more, -1 for null. */
  compactLength(): number {
    return this.unsignedVarint() - 1
  }

  /** `length` >= 0 bytes of UTF-8. */
  string(length: number): string {
    if (length > MAX_STRING_BYTES)
      this.fail('TOO_LARGE', `a string of ${length} bytes; ${MAX_STRING_BYTES} are allowed`)
    const at = this.take(length)
    const text = decodeUtf8(this.bytes, at, at + length)
    if (text === undefined) this.fail('MALFORMED', 'a string is not valid UTF-8', at)
    return text
  }

  /** `length` >= 0 bytes as a view of the input: valid as long as the input's owner leaves it alone. */
  view(length: number): Uint8Array {
    const at = this.take(length)
    return this.bytes.subarray(at, at + length)
  }

  /** The count before the tagged fields of a structure; each of them takes two bytes at least. */
  taggedFieldCount(): number {
    const at = this.position
    const count = this.unsignedVarint()
    if (count * 2 > this.remaining) {
      this.fail('TOO_LARGE', `${count} tagged fields do not fit in the ${this.remaining} bytes left`, at)
    }
    return count
  }

  /** Fails unless everything was read; `what` names it. */
  expectEnd(what: string): void {
    if (this.remaining > 0) this.fail('MALFORMED', `${this.remaining} bytes are left after the ${what}`)
  }

  /** Steps over `count` >= 0 bytes and returns where they began. */
  take(count: number): number {
    const at = this.position
    if (count > this.end - at) {
      this.fail('TRUNCATED', `${count} more bytes are needed and ${this.end - at} are left`)
    }
    this.position = at + count
    return at
  }

  /** The big-endian int32 at `at`, which must be in bounds. */
  private word(at: number): number {
    const bytes = this.bytes
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  }
}
