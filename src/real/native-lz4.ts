/**
 * LZ4 decompressed by native code, three to five times as fast as portable code from 16 KiB on.
 *
 * The frame is read by portable code, checksums included, and only its blocks are handed over, each with a bound on what it
 * may hold: the package's decoder of whole frames has no limit, and is slower than portable code. A block that it does not
 * take, for whatever reason, is left to portable code, which says what is wrong with it; so both find the same bytes and
 * the same errors. Not here: compressing.
 */

import { createRequire } from 'node:module'
import { decompressLz4Block } from '../compression/lz4-block.ts'
import { type Lz4BlockDecoder, readLz4Frames } from '../compression/lz4-frame.ts'
import { Output } from '../compression/output.ts'
import { decompressPortably } from '../compression/portable-codecs.ts'
import { CompressionError } from '../world/codecs.ts'

/** What is used of the package: a block behind the size of what it holds, `[size u32, little-endian][block]`. */
interface NativeBlocks {
  /** Takes any size that is large enough. Throws where it is not, or the block is damaged. */
  uncompressSync(sizedBlock: Uint8Array): Uint8Array
}

/** Decompresses as `Codecs.decompress` does. */
export type Lz4Decompressor = (bytes: Uint8Array, outputLimit: number) => Uint8Array | CompressionError

const SIZE_BYTES = 4
/** For a block below this a call costs more than it saves. */
const NATIVE_BYTES_MIN = 512
/** A byte of a block stands for no more bytes of its content than this. */
const EXPANSION_MAX = 255
/** Room that is given at first: the package clears it all, so that much more than is needed costs time. */
const FIRST_ROOM = 65_536
const FIRST_EXPANSION = 8
const GROWTH = 8
const SCRATCH_BYTES = 131_072
const ROOM_SHARE = 1.06
const EXPECTED_EXPANSION_MAX = 16

/** By native code, or by portable code where the package or its binary for this system cannot be loaded. */
export function loadLz4Decompressor(load: () => unknown = loadPackage): Lz4Decompressor {
  let native: NativeBlocks
  try {
    native = load() as NativeBlocks
  } catch {
    // All the difference is the speed.
    return (bytes, outputLimit) => decompressPortably('lz4', bytes, outputLimit)
  }
  const decodeBlock = blockDecoder(native)
  return (bytes, outputLimit) => {
    try {
      return readLz4Frames(bytes, new Output(outputLimit, 0), decodeBlock)
    } catch (error) {
      if (error instanceof CompressionError) return error
      throw error
    }
  }
}

/** Throws where it is not there. */
function loadPackage(): unknown {
  const require = createRequire(import.meta.url)
  return require('lz4-napi')
}

function blockDecoder(native: NativeBlocks): Lz4BlockDecoder {
  // The package takes block and size as one array: each call puts them together here, unless they are long.
  const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  return (input, start, end, output, countMax) => {
    const size = end - start
    const bound = Math.min(countMax, size * EXPANSION_MAX, output.limit - output.length)
    if (size < NATIVE_BYTES_MIN || bound <= 0) return decompressLz4Block(input, start, end, output, countMax)
    const sizedBytes = SIZE_BYTES + size
    const sized = sizedBytes <= SCRATCH_BYTES ? scratch.subarray(0, sizedBytes) : Buffer.allocUnsafe(sizedBytes)
    sized.set(input.subarray(start, end), SIZE_BYTES)
    for (let room = Math.max(FIRST_ROOM, size * FIRST_EXPANSION); ; room *= GROWTH) {
      sized.writeUInt32LE(Math.min(room, bound))
      const content = contentOf(native, sized)
      if (content !== undefined) return add(output, content, end, input.length)
      if (room >= bound) return decompressLz4Block(input, start, end, output, countMax)
    }
  }
}

/** What a block holds; undefined where it does not fit, or is no block. */
function contentOf(native: NativeBlocks, sizedBlock: Uint8Array): Uint8Array | undefined {
  try {
    const { buffer, byteOffset, length } = native.uncompressSync(sizedBlock)
    return new Uint8Array(buffer, byteOffset, length)
  } catch {
    return undefined
  }
}

/** Adds the content of a block that ends at `end` of `inputBytes`. */
function add(output: Output, content: Uint8Array, end: number, inputBytes: number): void {
  if (output.length === 0) return output.adopt(content)
  if (output.length + content.length > output.bytes.length) {
    // Room for all that follows, if it is like what is there, and a little more; not much on the word of a first block.
    const filled = output.length + content.length
    const expected = Math.min(Math.ceil((filled / end) * inputBytes * ROOM_SHARE), inputBytes * EXPECTED_EXPANSION_MAX)
    output.reserve(Math.max(content.length, Math.min(expected, output.limit) - output.length))
  }
  output.append(content, 0, content.length)
}
