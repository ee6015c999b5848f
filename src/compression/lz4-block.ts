/**
 * LZ4's block format: sequences of literals and a match.
 *
 * ```
 * sequence: [literals << 4 | match length - 4][more literals u8*][literals][offset u16][more match length u8*]
 * ```
 * A nibble of 15 is continued by bytes that are added up, to the first that is not 255. Offsets are little-endian. The last
 * sequence ends after its literals; the last five bytes are literals, and no match begins in the last twelve.
 * Source: lz4/lz4, `doc/lz4_Block_format.md`.
 */

import { MatchTable } from './match-table.ts'
import { copyBytes, malformed, type Output, repeatBytes } from './output.ts'

const LAST_LITERALS = 5
const MATCH_MARGIN = 12
const OFFSET_MAX = 0xffff

/** The most bytes that a block of `length` bytes takes. */
export function lz4BlockBound(length: number): number {
  return 16 + length + Math.floor(length / 255)
}

/** Adds `[start, end)` as one block that refers to nothing before it. */
export function compressLz4Block(input: Uint8Array, start: number, end: number, output: Output): void {
  output.reserve(lz4BlockBound(end - start))
  const bytes = output.bytes
  const table = new MatchTable(input.length)
  let to = output.length
  let at = start
  let literal = start
  let misses = 64
  while (at < end - MATCH_MARGIN) {
    const word = word32(input, at)
    const candidate = table.exchange(MatchTable.slotOf(Math.imul(word, 0x9e37_79b1)), at)
    if (candidate < 0 || at - candidate > OFFSET_MAX || word32(input, candidate) !== word) {
      at += misses++ >>> 6
      continue
    }
    let length = 4
    while (at + length < end - LAST_LITERALS && input[candidate + length] === input[at + length]) length++
    to = writeSequence(bytes, to, input, literal, at, at - candidate, length)
    at += length
    literal = at
    misses = 64
  }
  output.length = writeSequence(bytes, to, input, literal, end, 0, 0)
}

/** Adds what the block `[start, end)` holds: at most `countMax` bytes. Throws `CompressionError`. */
export function decompressLz4Block(
  input: Uint8Array,
  start: number,
  end: number,
  output: Output,
  countMax: number,
): void {
  // Sequences are short: what is kept between them stays out of the output until its array must grow.
  let bytes = output.bytes
  let to = output.length
  const from = to
  let at = start
  for (;;) {
    if (at >= end) throw malformed('an LZ4 block ends without its last literals')
    const token = input[at++]!
    let literals = token >>> 4
    if (literals === 15) {
      const more = lengthEnd(input, at, end)
      literals += lengthSum(input, at, more)
      at = more
    }
    if (literals > end - at) throw malformed('the literals of an LZ4 block are cut short')
    if (to - from + literals > countMax) throw malformed(`an LZ4 block holds more than ${countMax} bytes`)
    if (to + literals > bytes.length) bytes = withRoom(output, to, literals)
    copyBytes(input, at, at + literals, bytes, to)
    at += literals
    to += literals
    if (at === end) break
    if (end - at < 2) throw malformed('an LZ4 block is cut short')
    const distance = input[at]! | (input[at + 1]! << 8)
    at += 2
    let length = (token & 15) + 4
    if (length === 19) {
      const more = lengthEnd(input, at, end)
      length += lengthSum(input, at, more)
      at = more
    }
    if (to - from + length > countMax) throw malformed(`an LZ4 block holds more than ${countMax} bytes`)
    if (distance < 1 || distance > to - from) {
      throw malformed(`a match ${distance} bytes back, of ${to - from} that are there`)
    }
    if (to + length > bytes.length) bytes = withRoom(output, to, length)
    repeatBytes(bytes, to, distance, length)
    to += length
  }
  output.length = to
}

/** The array of an output that ends at `length`, with room for `count` more. Throws `TOO_LARGE`. */
function withRoom(output: Output, length: number, count: number): Uint8Array {
  output.length = length
  output.reserve(count)
  return output.bytes
}

/** Where the bytes that continue a length end, exclusive. */
function lengthEnd(input: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && input[at] === 255) at++
  if (at >= end) throw malformed('a length of an LZ4 block is cut short')
  return at + 1
}

function lengthSum(input: Uint8Array, start: number, end: number): number {
  return (end - start - 1) * 255 + input[end - 1]!
}

/** A sequence; without a match, where `length` is 0, the last. */
function writeSequence(
  bytes: Uint8Array,
  start: number,
  input: Uint8Array,
  from: number,
  end: number,
  distance: number,
  length: number,
): number {
  const literals = end - from
  const matched = length === 0 ? 0 : length - 4
  bytes[start] = (Math.min(literals, 15) << 4) | Math.min(matched, 15)
  let to = writeLength(bytes, start + 1, literals)
  bytes.set(input.subarray(from, end), to)
  to += literals
  if (length === 0) return to
  bytes[to++] = distance
  bytes[to++] = distance >>> 8
  return writeLength(bytes, to, matched)
}

function writeLength(bytes: Uint8Array, start: number, length: number): number {
  let to = start
  if (length < 15) return to
  let rest = length - 15
  for (; rest >= 255; rest -= 255) bytes[to++] = 255
  bytes[to++] = rest
  return to
}

function word32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}
