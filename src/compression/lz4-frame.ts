/**
 * LZ4 frames, as Kafka's clients write them: independent blocks, no content size, no checksum of blocks.
 *
 * ```
 * frame: [magic 04 22 4d 18][flags u8][block size u8][content size u64?][header checksum u8]
 *        ([block length u32, top bit: stored as it is][block][block checksum u32?])* [0 u32][content checksum u32?]
 * ```
 * Numbers are little-endian. Frames may follow one another, skippable ones between them. Refused, as Kafka's reader does:
 * blocks that refer to earlier blocks, and dictionaries. All checksums are verified.
 * Source: lz4/lz4, `doc/lz4_Frame_format.md`; KIP-57 for what Kafka takes of it.
 */

import { compressLz4Block, decompressLz4Block, lz4BlockBound } from './lz4-block.ts'
import { malformed, Output } from './output.ts'
import { xxhash32 } from './xxhash32.ts'

const MAGIC = 0x184d_2204
const SKIPPABLE_MAGIC = 0x184d_2a50
const FLAG = Object.freeze({ independent: 0x20, blockChecksum: 0x10, contentSize: 0x08, contentChecksum: 0x04 })
/** Version 1, independent blocks. */
const WRITTEN_FLAGS = 0x40 | FLAG.independent
/** Blocks of 64 KiB, as Kafka's producer chooses. */
const WRITTEN_BLOCK_SIZE = 0x40
const BLOCK_BYTES = 64 * 1024
const IS_STORED = 0x8000_0000

/** The input as one frame. */
export function compressLz4(input: Uint8Array): Uint8Array {
  const blocks = Math.ceil(input.length / BLOCK_BYTES)
  const limit = 15 + lz4BlockBound(input.length) + blocks * 32
  const output = new Output(limit, 32 + (input.length >>> 1))
  const header = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, WRITTEN_FLAGS, WRITTEN_BLOCK_SIZE, 0)
  header[6] = (xxhash32(header, 4, 6) >>> 8) & 0xff
  output.append(header, 0, header.length)
  for (let at = 0; at < input.length; at += BLOCK_BYTES) {
    const end = Math.min(input.length, at + BLOCK_BYTES)
    const sizeAt = output.length
    output.fill(0, 4)
    compressLz4Block(input, at, end, output)
    let size = output.length - sizeAt - 4
    if (size >= end - at) {
      output.length = sizeAt + 4
      output.append(input, at, end)
      size = end - at + IS_STORED
    }
    writeUint32(output.bytes, sizeAt, size)
  }
  output.fill(0, 4)
  return output.finish()
}

/** What the frames hold. Throws `CompressionError`. */
export function decompressLz4(input: Uint8Array, outputLimit: number): Uint8Array {
  return readLz4Frames(input, new Output(outputLimit, input.length * 3), decompressLz4Block)
}

/** Adds what a block holds, and throws what is wrong with it, as `decompressLz4Block` does. */
export type Lz4BlockDecoder = typeof decompressLz4Block

/** What the frames hold, in the empty output's array where that fits; blocks are left to `decodeBlock`. Throws `CompressionError`. */
export function readLz4Frames(input: Uint8Array, output: Output, decodeBlock: Lz4BlockDecoder): Uint8Array {
  let at = 0
  do {
    const magic = readUint32(input, at)
    if (magic >= SKIPPABLE_MAGIC && magic < SKIPPABLE_MAGIC + 16) {
      at += 8 + readUint32(input, at + 4)
      if (at > input.length) throw malformed('a skippable LZ4 frame is cut short')
    } else if (magic === MAGIC) at = readFrame(input, at, output, decodeBlock)
    else throw malformed('the bytes do not begin an LZ4 frame')
  } while (at < input.length)
  return output.finish()
}

/** Adds what the frame at `start` holds; returns where it ends. */
function readFrame(input: Uint8Array, start: number, output: Output, decodeBlock: Lz4BlockDecoder): number {
  if (input.length - start < 7) throw malformed('an LZ4 frame is cut short')
  const flags = input[start + 4]!
  const blockBytesMax = blockSize(input[start + 5]!)
  checkFlags(flags)
  const hasContentSize = (flags & FLAG.contentSize) !== 0
  const checksumAt = start + (hasContentSize ? 14 : 6)
  if (checksumAt >= input.length) throw malformed('an LZ4 frame is cut short')
  if (((xxhash32(input, start + 4, checksumAt) >>> 8) & 0xff) !== input[checksumAt]) {
    throw malformed('the header checksum of an LZ4 frame is wrong')
  }
  const from = output.length
  let at = checksumAt + 1
  for (;;) {
    const word = readUint32(input, at)
    at += 4
    if (word === 0) break
    const isStored = word >= IS_STORED
    const end = at + (isStored ? word - IS_STORED : word)
    if (end - at > blockBytesMax || end > input.length) throw malformed('an LZ4 block is cut short')
    if ((flags & FLAG.blockChecksum) !== 0) checkHash(input, at, end, readUint32(input, end))
    if (isStored) output.append(input, at, end)
    else decodeBlock(input, at, end, output, blockBytesMax)
    at = end + ((flags & FLAG.blockChecksum) !== 0 ? 4 : 0)
  }
  const length = output.length - from
  if (hasContentSize && !isContentSize(input, start + 6, length)) throw malformed('the size of an LZ4 frame is wrong')
  if ((flags & FLAG.contentChecksum) === 0) return at
  checkHash(output.bytes, from, output.length, readUint32(input, at))
  return at + 4
}

function checkFlags(flags: number): void {
  if (flags >>> 6 !== 1 || (flags & 2) !== 0) throw malformed(`LZ4 frame flags ${flags}`)
  if ((flags & FLAG.independent) === 0) throw malformed('an LZ4 frame whose blocks refer to one another')
  if ((flags & 1) !== 0) throw malformed('an LZ4 frame with a dictionary')
}

/** The largest block of a frame, in bytes. */
function blockSize(descriptor: number): number {
  const code = descriptor >>> 4
  if (code < 4 || code > 7 || (descriptor & 0x0f) !== 0) throw malformed(`LZ4 block size ${descriptor}`)
  return 1 << (8 + 2 * code)
}

function isContentSize(input: Uint8Array, at: number, length: number): boolean {
  return readUint32(input, at) + readUint32(input, at + 4) * 0x1_0000_0000 === length
}

function checkHash(bytes: Uint8Array, start: number, end: number, expected: number): void {
  if (xxhash32(bytes, start, end) !== expected) throw malformed('a checksum of an LZ4 frame is wrong')
}

function readUint32(bytes: Uint8Array, at: number): number {
  if (bytes.length - at < 4) throw malformed('an LZ4 frame is cut short')
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  for (let index = 0; index < 4; index++) bytes[at + index] = value >>> (8 * index)
}
