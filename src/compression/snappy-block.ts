/**
 * Snappy's block format: the uncompressed length, then literals and copies.
 *
 * ```
 * block:   [length varint][element]*
 * element: literal [(length-1)<<2 | 0][bytes], lengths over 60 in 1 to 4 further bytes
 *          copy    [offset>>8<<5 | (length-4)<<2 | 1][offset & 255], or [(length-1)<<2 | 2][offset u16], or …3 [offset u32]
 * ```
 * Numbers are little-endian. Source: google/snappy, `format_description.txt`.
 */

import { MatchTable } from './match-table.ts'
import { malformed, type Output, tooLarge } from './output.ts'

/** Matches are not looked for in the last bytes of a block. */
const MARGIN_BYTES = 15

/** The most bytes that a block of `length` bytes takes. */
export function snappyBlockBound(length: number): number {
  return 32 + length + Math.floor(length / 6)
}

/** Adds `[start, end)` as one block; at most 64 KiB, so that every copy has a two-byte offset. */
export function compressSnappyBlock(input: Uint8Array, start: number, end: number, output: Output): void {
  output.reserve(snappyBlockBound(end - start))
  const bytes = output.bytes
  let to = writeVarint(bytes, output.length, end - start)
  const table = new MatchTable(input.length)
  let at = start
  let literal = start
  let misses = 32
  while (at < end - MARGIN_BYTES) {
    const word = word32(input, at)
    const candidate = table.exchange(MatchTable.slotOf(Math.imul(word, 0x1e35_a7bd)), at)
    if (candidate < 0 || word32(input, candidate) !== word) {
      at += misses++ >>> 5
      continue
    }
    let length = 4
    while (at + length < end && input[candidate + length] === input[at + length]) length++
    to = writeLiteral(bytes, to, input, literal, at)
    to = writeCopies(bytes, to, at - candidate, length)
    at += length
    literal = at
    misses = 32
  }
  output.length = writeLiteral(bytes, to, input, literal, end)
}

/** Adds what the block `[start, end)` holds. Throws `CompressionError`. */
export function decompressSnappyBlock(input: Uint8Array, start: number, end: number, output: Output): void {
  const { length, next } = snappyLength(input, start, end)
  if (length > output.limit - output.length) throw tooLarge(output.limit)
  // An element of three bytes makes at most 64, so that a long claim in a short block is no reason for a large array.
  if (length > (end - next) * 64) throw malformed(`${end - next} bytes of snappy cannot make ${length}`)
  output.reserve(length)
  const from = output.length
  let at = next
  while (at < end) {
    const tag = input[at++]!
    if ((tag & 3) === 0) {
      let count = tag >>> 2
      const extra = count < 60 ? 0 : count - 59
      if (extra > end - at) throw malformed('a snappy literal is cut short')
      if (extra > 0) count = littleEndian(input, at, extra)
      at += extra
      if (count + 1 > end - at) throw malformed('a snappy literal is cut short')
      claim(output, from + length, count + 1)
      output.append(input, at, at + count + 1)
      at += count + 1
      continue
    }
    const extra = (tag & 3) === 3 ? 4 : tag & 3
    if (extra > end - at) throw malformed('a snappy copy is cut short')
    const isShort = extra === 1
    const count = isShort ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    const distance = (isShort ? (tag >>> 5) << 8 : 0) + littleEndian(input, at, extra)
    at += extra
    claim(output, from + length, count)
    output.repeat(distance, count, from)
  }
  if (output.length !== from + length) throw malformed(`a snappy block of ${length} bytes ends too early`)
}

/** The uncompressed length that the block begins with, and where its elements begin. Throws `MALFORMED`. */
function snappyLength(input: Uint8Array, start: number, end: number): { length: number; next: number } {
  let length = 0
  let scale = 1
  for (let at = start; at < Math.min(end, start + 5); at++) {
    const byte = input[at]!
    length += (byte & 0x7f) * scale
    if (byte < 0x80) {
      if (length > 0xffff_ffff) break
      return { length, next: at + 1 }
    }
    scale *= 128
  }
  throw malformed('a snappy block does not begin with its length')
}

function claim(output: Output, end: number, count: number): void {
  if (count > end - output.length) throw malformed('a snappy block holds more than its length says')
}

function writeLiteral(bytes: Uint8Array, start: number, input: Uint8Array, from: number, end: number): number {
  const length = end - from
  if (length === 0) return start
  let to = start
  const count = length - 1
  if (count < 60) bytes[to++] = count << 2
  else {
    const extra = count < 0x100 ? 1 : 2
    bytes[to++] = (59 + extra) << 2
    bytes[to++] = count
    if (extra === 2) bytes[to++] = count >>> 8
  }
  bytes.set(input.subarray(from, end), to)
  return to + length
}

function writeCopies(bytes: Uint8Array, start: number, distance: number, length: number): number {
  let to = start
  let rest = length
  while (rest > 0) {
    const count = Math.min(rest, 64)
    bytes[to++] = ((count - 1) << 2) | 2
    bytes[to++] = distance
    bytes[to++] = distance >>> 8
    rest -= count
  }
  return to
}

function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let to = start
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes[to++] = (rest & 0x7f) | 0x80
  bytes[to++] = rest
  return to
}

function word32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let index = count - 1; index >= 0; index--) value = value * 256 + bytes[at + index]!
  return value
}
