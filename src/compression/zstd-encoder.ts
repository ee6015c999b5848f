/**
 * A small zstd encoder: one frame without a content size, blocks of 128 KiB, literals as they are, sequences with the
 * predefined tables, matches within a block only.
 *
 * Compresses about as well as LZ4 does. Not here: Huffman-coded literals, tables of its own, repeated offsets, levels.
 * Source: RFC 8878.
 */

import { assert } from '../world/assert.ts'
import { BitWriter } from './bit-writer.ts'
import { type FseTable, fseTable } from './fse.ts'
import { MatchTable } from './match-table.ts'
import { Output } from './output.ts'
import { ZSTD_BLOCK_BYTES_MAX } from './zstd-literals.ts'
import {
  LITERAL_BASE,
  LITERAL_BITS,
  LITERAL_SHARES,
  MATCH_BASE,
  MATCH_BITS,
  MATCH_SHARES,
  OFFSET_SHARES,
} from './zstd-tables.ts'

const MATCH_MIN = 4
/** Bytes in which no match begins, so that words may be read at once. */
const MARGIN_BYTES = 8
/** A window of 128 KiB: exponent 7 over 2^10. */
const WINDOW_DESCRIPTOR = 7 << 3

interface Sequence {
  readonly literals: number
  readonly length: number
  readonly distance: number
}

/** The input as one frame. */
export function compressZstd(input: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(input.length / ZSTD_BLOCK_BYTES_MAX))
  const limit = 6 + input.length + 3 * blocks
  const output = new Output(limit, 64 + (input.length >>> 1))
  output.append(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, WINDOW_DESCRIPTOR), 0, 6)
  for (let block = 0; block < blocks; block++) {
    const start = block * ZSTD_BLOCK_BYTES_MAX
    const end = Math.min(input.length, start + ZSTD_BLOCK_BYTES_MAX)
    const compressed = end - start < 32 ? undefined : compressBlock(input, start, end)
    const size = compressed?.length ?? end - start
    const header = (block === blocks - 1 ? 1 : 0) | (compressed === undefined ? 0 : 2 << 1) | (size << 3)
    output.append(Uint8Array.of(header, header >>> 8, header >>> 16), 0, 3)
    if (compressed === undefined) output.append(input, start, end)
    else output.append(compressed, 0, size)
  }
  return output.finish()
}

/** The block's content, or undefined where it would not be smaller. */
function compressBlock(input: Uint8Array, start: number, end: number): Uint8Array | undefined {
  const literals = new Output(end - start, end - start)
  const sequences = findSequences(input, start, end, literals)
  if (sequences.length === 0) return undefined
  const worst = literals.length + 16 + sequences.length * 13
  const output = new Output(worst, worst)
  // Stored literals, with a size of 20 bits.
  const header = (3 << 2) | (literals.length << 4)
  output.append(Uint8Array.of(header, header >>> 8, header >>> 16), 0, 3)
  output.append(literals.bytes, 0, literals.length)
  appendCount(output, sequences.length)
  output.fill(0, 1)
  appendStream(output, sequences)
  return output.length < end - start ? output.finish() : undefined
}

function findSequences(input: Uint8Array, start: number, end: number, literals: Output): Sequence[] {
  const table = new MatchTable(input.length)
  const sequences: Sequence[] = []
  let literal = start
  let at = start
  let misses = 64
  while (at < end - MARGIN_BYTES) {
    const word = word32(input, at)
    const candidate = table.exchange(MatchTable.slotOf(Math.imul(word, 0x9e37_79b1)), at)
    if (candidate < 0 || word32(input, candidate) !== word) {
      at += misses++ >>> 6
      continue
    }
    let length = MATCH_MIN
    while (at + length < end && input[candidate + length] === input[at + length]) length++
    literals.append(input, literal, at)
    sequences.push({ literals: at - literal, length, distance: at - candidate })
    at += length
    literal = at
    misses = 64
  }
  literals.append(input, literal, end)
  return sequences
}

function appendCount(output: Output, count: number): void {
  if (count < 128) output.fill(count, 1)
  else if (count < 0x7f00) output.append(Uint8Array.of((count >>> 8) + 128, count), 0, 2)
  else output.append(Uint8Array.of(255, count - 0x7f00, (count - 0x7f00) >>> 8), 0, 3)
}

/** For each symbol and each state that is to come next, the state that leads there. */
interface Coder {
  readonly table: FseTable
  readonly states: Uint8Array
}

/** The predefined tables, turned round. Constants, though their type cannot say so. */
const CODERS = Object.freeze({
  literals: coder(LITERAL_SHARES, 6),
  offsets: coder(OFFSET_SHARES, 5),
  matches: coder(MATCH_SHARES, 6),
})

function coder(shares: readonly number[], accuracyLog: number): Coder {
  const table = fseTable(shares, accuracyLog)
  const size = 1 << accuracyLog
  const states = new Uint8Array(shares.length * size)
  for (let state = 0; state < size; state++) {
    const base = table.symbols[state]! * size + table.bases[state]!
    states.fill(state, base, base + (1 << table.bits[state]!))
  }
  return { table, states }
}

/** Writes the stream in the order opposite to that of reading: the last sequence first, each one's parts backwards. */
function appendStream(output: Output, sequences: readonly Sequence[]): void {
  const { literals, offsets, matches } = CODERS
  const writer = new BitWriter(output)
  let literalState = 0
  let offsetState = 0
  let matchState = 0
  for (let index = sequences.length - 1; index >= 0; index--) {
    const sequence = sequences[index]!
    const literalCode = codeOf(LITERAL_BASE, sequence.literals)
    const matchCode = codeOf(MATCH_BASE, sequence.length)
    const offsetValue = sequence.distance + 3
    const offsetCode = 31 - Math.clz32(offsetValue)
    const isLast = index === sequences.length - 1
    offsetState = transit(writer, offsets, offsetCode, offsetState, isLast)
    matchState = transit(writer, matches, matchCode, matchState, isLast)
    literalState = transit(writer, literals, literalCode, literalState, isLast)
    writer.write(sequence.literals - LITERAL_BASE[literalCode]!, LITERAL_BITS[literalCode]!)
    writer.write(sequence.length - MATCH_BASE[matchCode]!, MATCH_BITS[matchCode]!)
    writer.write(offsetValue - (1 << offsetCode), offsetCode)
  }
  writer.write(matchState, matches.table.accuracyLog)
  writer.write(offsetState, offsets.table.accuracyLog)
  writer.write(literalState, literals.table.accuracyLog)
  // The mark that says where the stream begins, for it is read from its end.
  writer.write(1, 1)
  writer.align()
}

/** The state of `symbol` that leads to `next`; writes the bits that lead there. The last one leads nowhere. */
function transit(writer: BitWriter, { table, states }: Coder, symbol: number, next: number, isLast: boolean): number {
  const state = states[(symbol << table.accuracyLog) + (isLast ? 0 : next)]!
  assert(table.symbols[state] === symbol, 'a state of the encoder stands for its symbol')
  if (!isLast) writer.write(next - table.bases[state]!, table.bits[state]!)
  return state
}

/** The last code whose base is not above `value`. */
function codeOf(bases: readonly number[], value: number): number {
  let code = Math.min(value, bases.length - 1)
  while (bases[code]! > value) code--
  return code
}

function word32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}
