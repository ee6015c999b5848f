/**
 * zstd frames: a header, blocks, perhaps a checksum.
 *
 * ```
 * frame: [magic 28 b5 2f fd][descriptor u8][window u8?][dictionary id?][content size?]([block header u24][block])*[hash u32?]
 * block header: bit 0 last, bits 1–2 type (as it is, one byte repeated, compressed), bits 3– size
 * ```
 * Numbers are little-endian. Frames may follow one another, skippable ones between them. The window is the output itself,
 * so that a claimed window costs nothing. Not here: dictionaries; the content's checksum (XXH64) is passed over, since a
 * record batch has its own. Source: RFC 8878.
 */

import type { HuffmanTable } from './huffman.ts'
import { malformed, Output, tooLarge } from './output.ts'
import { readLiterals, ZSTD_BLOCK_BYTES_MAX } from './zstd-literals.ts'
import { executeSequences, newSequenceHistory } from './zstd-sequences.ts'

const MAGIC = 0xfd2f_b528
const SKIPPABLE_MAGIC = 0x184d_2a50
const BLOCK = Object.freeze({ stored: 0, constant: 1, compressed: 2 })

interface FrameHeader {
  /** Undefined where the frame does not say. */
  readonly contentBytes: number | undefined
  readonly windowBytes: number
  readonly hasChecksum: boolean
  /** Where the blocks begin. */
  readonly next: number
}

/** What the frames hold. Throws `CompressionError`. */
export function decompressZstd(input: Uint8Array, outputLimit: number): Uint8Array {
  const output = new Output(outputLimit, input.length * 3)
  let at = 0
  do {
    const magic = littleEndian(input, at, 4)
    if (magic >= SKIPPABLE_MAGIC && magic < SKIPPABLE_MAGIC + 16) {
      at += 8 + littleEndian(input, at + 4, 4)
      if (at > input.length) throw malformed('a skippable zstd frame is cut short')
    } else if (magic === MAGIC) at = readFrame(input, at + 4, output)
    else throw malformed('the bytes do not begin a zstd frame')
  } while (at < input.length)
  return output.finish()
}

function readFrame(input: Uint8Array, start: number, output: Output): number {
  const { contentBytes, windowBytes, hasChecksum, next } = readHeader(input, start)
  if (contentBytes !== undefined && contentBytes > output.limit - output.length) throw tooLarge(output.limit)
  const from = output.length
  const blockBytesMax = Math.min(windowBytes, ZSTD_BLOCK_BYTES_MAX)
  const history = newSequenceHistory()
  let huffman: HuffmanTable | undefined
  let at = next
  for (let isLast = false; !isLast; ) {
    const header = littleEndian(input, at, 3)
    isLast = (header & 1) === 1
    const type = (header >>> 1) & 3
    const size = header >>> 3
    at += 3
    const end = at + (type === BLOCK.constant ? 1 : size)
    if (size > blockBytesMax || end > input.length) throw malformed('a zstd block is cut short')
    const blockFrom = output.length
    if (type === BLOCK.stored) output.append(input, at, end)
    else if (type === BLOCK.constant) output.fill(input[at]!, size)
    else if (type === BLOCK.compressed) {
      const literals = readLiterals(input, at, end, huffman)
      huffman = literals.table
      executeSequences(input, literals.next, end, literals.bytes, history, output, from)
    } else throw malformed('a zstd block of no known type')
    if (output.length - blockFrom > ZSTD_BLOCK_BYTES_MAX) throw malformed('a zstd block holds too much')
    at = end
  }
  if (contentBytes !== undefined && output.length - from !== contentBytes) {
    throw malformed('a zstd frame does not hold what it says')
  }
  if (hasChecksum) littleEndian(input, at, 4)
  return hasChecksum ? at + 4 : at
}

function readHeader(input: Uint8Array, start: number): FrameHeader {
  const descriptor = littleEndian(input, start, 1)
  const isSingle = (descriptor & 0x20) !== 0
  if ((descriptor & 0x08) !== 0) throw malformed('a zstd frame of an unknown form')
  const sizeCode = descriptor >>> 6
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
  const sizeBytes = sizeCode === 0 ? (isSingle ? 1 : 0) : 1 << sizeCode
  let at = start + 1
  const window = isSingle ? 0 : littleEndian(input, at, 1)
  if (!isSingle) at++
  if (littleEndian(input, at, dictionaryBytes) !== 0) throw malformed('a zstd frame with a dictionary')
  at += dictionaryBytes
  const size = littleEndian(input, at, sizeBytes) + (sizeCode === 1 ? 256 : 0)
  const contentBytes = sizeBytes === 0 ? undefined : size
  const windowBase = 2 ** (10 + (window >>> 3))
  return {
    contentBytes,
    windowBytes: isSingle ? size : windowBase + (windowBase / 8) * (window & 7),
    hasChecksum: (descriptor & 0x04) !== 0,
    next: at + sizeBytes,
  }
}

/** Up to eight bytes; beyond 2^53 no longer exact, which is beyond every limit. */
function littleEndian(input: Uint8Array, at: number, count: number): number {
  if (count > input.length - at) throw malformed('a zstd frame is cut short')
  let value = 0
  for (let index = count - 1; index >= 0; index--) value = value * 256 + input[at + index]!
  return value
}
