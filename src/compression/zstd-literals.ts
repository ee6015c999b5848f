/**
 * The literals of a zstd block: as they are, one byte repeated, or Huffman-coded in one stream or four.
 *
 * ```
 * section: [type 2 bits][size format 2 bits][sizes][table?][jump table u16 × 3?][streams]
 * ```
 * Source: RFC 8878, §3.1.1.3.1.
 */

import { decodeHuffman, type HuffmanTable, readHuffmanTable } from './huffman.ts'
import { malformed, Output } from './output.ts'

/** The most bytes that a block decompresses to. */
export const ZSTD_BLOCK_BYTES_MAX = 128 * 1024

/** A block's literals, and what is known after them. */
export interface Literals {
  readonly bytes: Uint8Array
  /** Where the section ends. */
  readonly next: number
  /** What a later block may use again. */
  readonly table: HuffmanTable | undefined
}

/** The section at `start` of a block that ends at `end`. Throws `CompressionError`. */
export function readLiterals(
  input: Uint8Array,
  start: number,
  end: number,
  previous: HuffmanTable | undefined,
): Literals {
  if (start >= end) throw malformed('the literals of a zstd block are missing')
  const type = input[start]! & 3
  const format = (input[start]! >>> 2) & 3
  if (type >= 2) return huffmanLiterals(input, start, end, format, type === 3 ? previous : undefined)
  const headerBytes = (format & 1) === 0 ? 1 : format === 1 ? 2 : 3
  const size = Math.floor(littleEndian(input, start, headerBytes, end) / (headerBytes === 1 ? 8 : 16))
  const at = start + headerBytes
  const taken = type === 0 ? size : 1
  if (size > ZSTD_BLOCK_BYTES_MAX || taken > end - at) throw malformed('the literals of a zstd block are cut short')
  const bytes = type === 0 ? input.subarray(at, at + size) : new Uint8Array(size).fill(input[at]!)
  return { bytes, next: at + taken, table: previous }
}

function huffmanLiterals(
  input: Uint8Array,
  start: number,
  end: number,
  format: number,
  reused: HuffmanTable | undefined,
): Literals {
  const headerBytes = format < 2 ? 3 : format + 2
  const sizeBits = [10, 10, 14, 18][format]!
  // Up to 40 bits: beyond what bit operators take.
  const header = Math.floor(littleEndian(input, start, headerBytes, end) / 16)
  const size = header % 2 ** sizeBits
  const compressedSize = Math.floor(header / 2 ** sizeBits)
  const at = start + headerBytes
  const next = at + compressedSize
  if (size > ZSTD_BLOCK_BYTES_MAX || next > end) throw malformed('the literals of a zstd block are cut short')
  const isReused = (input[start]! & 3) === 3
  if (isReused && reused === undefined) throw malformed('a zstd block uses a Huffman table that was never given')
  const described = reused === undefined ? readHuffmanTable(input, at, next) : { table: reused, next: at }
  const output = new Output(size, size)
  if (format === 0) decodeHuffman(described.table, input, described.next, next, output, size)
  else fourStreams(described.table, input, described.next, next, output, size)
  return { bytes: output.bytes.subarray(0, size), next, table: described.table }
}

function fourStreams(
  table: HuffmanTable,
  input: Uint8Array,
  start: number,
  end: number,
  output: Output,
  size: number,
): void {
  const part = (size + 3) >>> 2
  if (part * 3 > size) throw malformed('too few literals for four streams')
  let at = start + 6
  for (let stream = 0; stream < 4; stream++) {
    const streamEnd = stream === 3 ? end : at + littleEndian(input, start + 2 * stream, 2, end)
    if (streamEnd > end || at >= streamEnd) throw malformed('a zstd Huffman stream is cut short')
    decodeHuffman(table, input, at, streamEnd, output, stream === 3 ? size - 3 * part : part)
    at = streamEnd
  }
}

function littleEndian(input: Uint8Array, at: number, count: number, end: number): number {
  if (count > end - at) throw malformed('the literals of a zstd block are cut short')
  let value = 0
  for (let index = count - 1; index >= 0; index--) value = value * 256 + input[at + index]!
  return value
}
