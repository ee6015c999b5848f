/**
 * A growing buffer, and the protocol's primitive types written to its end.
 *
 * Integers are big-endian; the layouts are those of `reader.ts`. A value that its type cannot hold is a `ProtocolError`.
 * A writer that splits keeps large byte fields as parts of their own, uncopied: the output is then a list of parts, and
 * those byte fields belong to it until it has been sent.
 */

import { assert } from '../world/assert.ts'
import { ProtocolError, type ProtocolErrorCode } from './protocol-error.ts'
import { MAX_STRING_BYTES } from './reader.ts'
import { utf8Length, writeUtf8 } from './utf8.ts'
import { parseUuid, type Uuid, writeUuid } from './uuid.ts'

/** Byte fields of this many bytes or more are not copied by a writer that splits. */
const PART_BYTES_MIN = 1024

/** Enough for most answers, and engines keep arrays of no more within their own heap, where they cost little. */
const INITIAL_BYTES = 64
const GROWN_BYTES_MIN = 256
const UPPER = 0x1_0000_0000
const MAX_INT32 = 0x7fff_ffff

/** Writes at the end of its own buffer. The results may be views of that buffer: take them when done, and write no more. */
export class Writer {
  private readonly splits: boolean
  private buffer: Uint8Array
  private position = 0
  /** Where, in the buffer, each of `apart` belongs; ascending. */
  private readonly cuts: number[] = []
  private readonly apart: Uint8Array[] = []
  private apartBytes = 0
  /** Tagged fields being written: their size precedes them, so nothing in them is kept apart. */
  private openSizes = 0

  constructor(options: { readonly splits: boolean }) {
    this.splits = options.splits
    this.buffer = new Uint8Array(INITIAL_BYTES)
  }

  /** Bytes written, those kept apart included. */
  get length(): number {
    return this.position + this.apartBytes
  }

  /** @throws ProtocolError always. */
  fail(code: ProtocolErrorCode, detail: string): never {
    throw new ProtocolError(code, this.length, detail)
  }

  bool(value: boolean): void {
    if (typeof value !== 'boolean') this.fail('OUT_OF_RANGE', `${String(value)} is not a bool`)
    this.byte(value ? 1 : 0)
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) this.fail('OUT_OF_RANGE', `${String(value)} is not an int8`)
    this.byte(value)
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) this.fail('OUT_OF_RANGE', `${String(value)} is not an int16`)
    const at = this.grow(2)
    this.buffer[at] = value >> 8
    this.buffer[at + 1] = value
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) this.fail('OUT_OF_RANGE', `${String(value)} is not a uint16`)
    const at = this.grow(2)
    this.buffer[at] = value >> 8
    this.buffer[at + 1] = value
  }

  int32(value: number): void {
    if ((value | 0) !== value) this.fail('OUT_OF_RANGE', `${String(value)} is not an int32`)
    this.word(this.grow(4), value)
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) this.fail('OUT_OF_RANGE', `${String(value)} is not a uint32`)
    this.word(this.grow(4), value | 0)
  }

  /** Safe integers only. */
  int64(value: number): void {
    if (!Number.isSafeInteger(value)) this.fail('OUT_OF_RANGE', `${String(value)} is not a safe integer`)
    const at = this.grow(8)
    this.word(at, Math.floor(value / UPPER))
    this.word(at + 4, value | 0)
  }

  /** As `int64`, but `Number.MAX_SAFE_INTEGER` stands for "no bound" and becomes the largest int64. */
  int64OrUnbounded(value: number): void {
    if (value !== Number.MAX_SAFE_INTEGER) {
      this.int64(value)
      return
    }
    const at = this.grow(8)
    this.word(at, MAX_INT32)
    this.word(at + 4, -1)
  }

  float64(value: number): void {
    if (typeof value !== 'number') this.fail('OUT_OF_RANGE', `${String(value)} is not a float64`)
    const at = this.grow(8)
    new DataView(this.buffer.buffer, this.buffer.byteOffset + at, 8).setFloat64(0, value)
  }

  uuid(value: Uuid): void {
    if (typeof value !== 'string' || parseUuid(value) === undefined) {
      this.fail('OUT_OF_RANGE', `${String(value)} is not a UUID in 22 characters of URL-safe base64`)
    }
    const at = this.grow(16)
    writeUuid(value, this.buffer, at)
  }

  /** An integer in [0, 2^32) in base 128, least significant group first. */
  unsignedVarint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.byte(rest)
  }

  /** A string's length and bytes; `compact` says how the length is written. */
  string(value: string, compact: boolean): void {
    const length = typeof value === 'string' ? utf8Length(value) : -1
    if (length < 0) this.fail('OUT_OF_RANGE', `${String(value)} is not a text of valid Unicode`)
    if (length > MAX_STRING_BYTES)
      this.fail('TOO_LARGE', `a string of ${length} bytes; ${MAX_STRING_BYTES} are allowed`)
    if (compact) this.unsignedVarint(length + 1)
    else this.int16(length)
    const at = this.grow(length)
    writeUtf8(value, this.buffer, at)
  }

  /** Bytes and their length before them; `compact` says how the length is written. */
  bytes(value: Uint8Array, compact: boolean): void {
    if (!(value instanceof Uint8Array)) this.fail('OUT_OF_RANGE', `${String(value)} is not a byte array`)
    if (value.length > MAX_INT32 - 1) this.fail('TOO_LARGE', `${value.length} bytes; an int32 must hold the length`)
    if (compact) this.unsignedVarint(value.length + 1)
    else this.int32(value.length)
    if (this.splits && this.openSizes === 0 && value.length >= PART_BYTES_MIN) {
      this.cuts.push(this.position)
      this.apart.push(value)
      this.apartBytes += value.length
    } else {
      this.raw(value)
    }
  }

  /** Copies bytes as they are, without a length. */
  raw(value: Uint8Array): void {
    const at = this.grow(value.length)
    this.buffer.set(value, at)
  }

  /** Begins a run of bytes whose size, an unsigned varint, goes before it. Returns the mark to hand to `closeSize`. */
  openSize(): number {
    this.openSizes++
    return this.grow(1)
  }

  /** Ends the run: what was written since `mark` gets its size put before it. */
  closeSize(mark: number): void {
    assert(this.openSizes > 0, 'a size that is closed was opened')
    this.openSizes--
    const from = mark + 1
    const size = this.position - from
    const extra = size < 0x80 ? 0 : size < 0x4000 ? 1 : size < 0x20_0000 ? 2 : size < 0x1000_0000 ? 3 : 4
    if (extra > 0) {
      this.grow(extra)
      this.buffer.copyWithin(from + extra, from, from + size)
    }
    const end = this.position
    this.position = mark
    this.unsignedVarint(size)
    this.position = end
  }

  /** Overwrites four bytes at `at` with the number of bytes that follow them: a frame's length. */
  patchFrameLength(at: number): void {
    const length = this.length - at - 4
    if (length > MAX_INT32) this.fail('TOO_LARGE', `a frame of ${length} bytes; an int32 must hold the length`)
    assert(this.cuts.length === 0 || at + 4 <= this.cuts[0]!, "a frame's length precedes every part kept apart")
    this.word(at, length)
  }

  /** Everything written, in one array. Only for a writer that does not split. */
  whole(): Uint8Array {
    assert(!this.splits, 'a writer that splits is asked for its parts')
    return this.written(0, this.position)
  }

  /** Everything written, in order, and between it the byte fields kept apart. */
  parts(): Uint8Array[] {
    const parts: Uint8Array[] = []
    let from = 0
    for (const [index, cut] of this.cuts.entries()) {
      if (cut > from) parts.push(this.written(from, cut))
      parts.push(this.apart[index]!)
      from = cut
    }
    if (this.position > from) parts.push(this.written(from, this.position))
    return parts
  }

  /** A view; or a copy where that costs less, for a view takes a small array out of the engine's own heap. */
  private written(start: number, end: number): Uint8Array {
    const { buffer } = this
    return buffer.length > INITIAL_BYTES ? buffer.subarray(start, end) : buffer.slice(start, end)
  }

  /** Makes room for `count` bytes at the end, takes it, and returns where it begins. */
  private grow(count: number): number {
    const at = this.position
    const end = at + count
    if (end > this.buffer.length) {
      const larger = new Uint8Array(Math.max(end, this.buffer.length * 2, GROWN_BYTES_MIN))
      larger.set(this.buffer.subarray(0, at))
      this.buffer = larger
    }
    this.position = end
    return at
  }

  private byte(value: number): void {
    const at = this.grow(1)
    this.buffer[at] = value
  }

  private word(at: number, value: number): void {
    const buffer = this.buffer
    buffer[at] = value >> 24
    buffer[at + 1] = value >> 16
    buffer[at + 2] = value >> 8
    buffer[at + 3] = value
  }
}
