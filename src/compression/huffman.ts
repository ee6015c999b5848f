/**
 * Huffman codes of zstd's literals: how a table is described, and streams that are decoded with it.
 *
 * A description gives each symbol a weight, either four bits each or by FSE; the last symbol's follows from the others.
 * Source: RFC 8878, §4.2.
 */

import { BackwardBits } from './backward-bits.ts'
import { readFseTable } from './fse.ts'
import { malformed, type Output } from './output.ts'

const BITS_MAX = 11
const WEIGHT_ACCURACY_MAX = 6

/** For every value of the next `bitsMax` bits: the symbol, and how many of the bits are its code. */
export interface HuffmanTable {
  readonly bitsMax: number
  readonly symbols: Uint8Array
  readonly bits: Uint8Array
}

/** The table described at `start`, and where its description ends. Throws `MALFORMED`. */
export function readHuffmanTable(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly table: HuffmanTable; readonly next: number } {
  if (start >= end) throw malformed('a zstd Huffman table is cut short')
  const header = bytes[start]!
  const count = header < 128 ? 0 : header - 127
  const next = start + 1 + (header < 128 ? header : (count + 1) >>> 1)
  if (next > end) throw malformed('a zstd Huffman table is cut short')
  if (header < 128) return { table: tableOf(compressedWeights(bytes, start + 1, next)), next }
  const weights: number[] = []
  for (let index = 0; index < count; index++) {
    const pair = bytes[start + 1 + (index >>> 1)]!
    weights.push((index & 1) === 0 ? pair >>> 4 : pair & 15)
  }
  return { table: tableOf(weights), next }
}

/** Adds `count` symbols of the stream in `[start, end)`. Throws `CompressionError`. */
export function decodeHuffman(
  table: HuffmanTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  output: Output,
  count: number,
): void {
  const stream = new BackwardBits(bytes, start, end)
  const { bitsMax, symbols, bits } = table
  output.reserve(count)
  for (let index = 0; index < count; index++) {
    const code = stream.peek(bitsMax)
    stream.left -= bits[code]!
    output.bytes[output.length++] = symbols[code]!
  }
  if (stream.left !== 0) throw malformed('a zstd Huffman stream does not end where its symbols do')
}

function compressedWeights(bytes: Uint8Array, start: number, end: number): number[] {
  const { table, next } = readFseTable(bytes, start, end, 12, WEIGHT_ACCURACY_MAX)
  const stream = new BackwardBits(bytes, next, end)
  const { accuracyLog, symbols, bits, bases } = table
  const states = [stream.read(accuracyLog), stream.read(accuracyLog)]
  const weights: number[] = []
  // Two states take turns; when the bits of one run out, the other has one more symbol.
  for (let turn = 0; stream.left >= 0; turn ^= 1) {
    const state = states[turn]!
    weights.push(symbols[state]!)
    states[turn] = bases[state]! + stream.read(bits[state]!)
    if (stream.left < 0) weights.push(symbols[states[turn ^ 1]!]!)
    if (weights.length > 255) throw malformed('a zstd Huffman table has too many symbols')
  }
  return weights
}

function tableOf(weights: readonly number[]): HuffmanTable {
  let sum = 0
  for (const weight of weights) {
    if (weight > BITS_MAX) throw malformed(`a Huffman weight of ${weight}`)
    if (weight > 0) sum += 1 << (weight - 1)
  }
  const bitsMax = 32 - Math.clz32(sum)
  const rest = (1 << bitsMax) - sum
  if (sum === 0 || bitsMax > BITS_MAX || (rest & (rest - 1)) !== 0) {
    throw malformed('the weights of a zstd Huffman table do not add up')
  }
  const all = [...weights, 32 - Math.clz32(rest)]
  const symbols = new Uint8Array(1 << bitsMax)
  const bits = new Uint8Array(1 << bitsMax)
  let at = 0
  for (let weight = 1; weight <= bitsMax; weight++) {
    for (const [symbol, own] of all.entries()) {
      if (own !== weight) continue
      const end = at + (1 << (weight - 1))
      symbols.fill(symbol, at, end)
      bits.fill(bitsMax + 1 - weight, at, end)
      at = end
    }
  }
  return { bitsMax, symbols, bits }
}
