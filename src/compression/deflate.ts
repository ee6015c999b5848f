/**
 * Deflates bytes into one block of fixed Huffman codes: simple, and good enough where the real compressor is not at hand.
 *
 * Matches are found by the last place of each three bytes. Not here: codes of its own, lazy matching, levels.
 * Source: RFC 1951.
 */

import { BitWriter } from './bit-writer.ts'
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  fixedDistanceLengths,
  fixedLiteralLengths,
  LENGTH_BASE,
  LENGTH_EXTRA,
} from './deflate-tables.ts'
import { MatchTable } from './match-table.ts'
import type { Output } from './output.ts'

const MATCH_MIN = 4
const MATCH_MAX = 258
const DISTANCE_MAX = 32 * 1024

/** The fixed codes. Constants, though their type cannot say so. */
const LITERALS = huffmanCodes(fixedLiteralLengths())
const DISTANCES = huffmanCodes(fixedDistanceLengths())

/** The most bytes that `length` bytes take: nine bits each, and the frame of the block. */
export function deflateBound(length: number): number {
  return length + (length >>> 3) + 16
}

/** Adds the input as a DEFLATE stream. */
export function deflate(input: Uint8Array, output: Output): void {
  output.reserve(deflateBound(input.length))
  const writer = new BitWriter(output)
  const table = new MatchTable(input.length)
  // Last block, of type 1.
  writer.write(1 | (1 << 1), 3)
  let at = 0
  while (at < input.length) {
    const match = at + MATCH_MIN <= input.length ? findMatch(input, at, table) : undefined
    if (match === undefined) {
      writeCode(writer, LITERALS, input[at]!)
      at++
      continue
    }
    const lengthCode = codeOf(LENGTH_BASE, match.length)
    writeCode(writer, LITERALS, 257 + lengthCode)
    writer.write(match.length - LENGTH_BASE[lengthCode]!, LENGTH_EXTRA[lengthCode]!)
    const distanceCode = codeOf(DISTANCE_BASE, match.distance)
    writeCode(writer, DISTANCES, distanceCode)
    writer.write(match.distance - DISTANCE_BASE[distanceCode]!, DISTANCE_EXTRA[distanceCode]!)
    at += match.length
  }
  writeCode(writer, LITERALS, 256)
  writer.align()
}

function findMatch(
  input: Uint8Array,
  at: number,
  table: MatchTable,
): { readonly distance: number; readonly length: number } | undefined {
  const word = input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16) | (input[at + 3]! << 24)
  const candidate = table.exchange(MatchTable.slotOf(Math.imul(word, 0x9e37_79b1)), at)
  if (candidate < 0 || at - candidate > DISTANCE_MAX) return undefined
  let length = 0
  while (length < MATCH_MAX && at + length < input.length && input[candidate + length] === input[at + length]) length++
  return length < MATCH_MIN ? undefined : { distance: at - candidate, length }
}

/** The last code whose base is not above `value`. */
function codeOf(bases: readonly number[], value: number): number {
  let code = bases.length - 1
  while (bases[code]! > value) code--
  return code
}

/** Codes with their bits reversed, since they are written from the top: `code | length << 16`. */
function huffmanCodes(lengths: Uint8Array): Int32Array {
  const codes = new Int32Array(lengths.length)
  let code = 0
  for (let length = 1; length <= 15; length++) {
    code <<= 1
    for (const [symbol, symbolLength] of lengths.entries()) {
      if (symbolLength !== length) continue
      let reversed = 0
      for (let bit = 0; bit < length; bit++) reversed |= ((code >>> bit) & 1) << (length - 1 - bit)
      codes[symbol] = reversed | (length << 16)
      code++
    }
  }
  return codes
}

function writeCode(writer: BitWriter, codes: Int32Array, symbol: number): void {
  const code = codes[symbol]!
  writer.write(code & 0xffff, code >>> 16)
}
