/**
 * Snappy as Kafka's clients frame it: the stream of Java's snappy library (xerial), or one bare block.
 *
 * ```
 * stream: [82 "SNAPPY" 00][version i32 = 1][compatible version i32 = 1] ([block length i32][block])*
 * ```
 * Numbers are big-endian. Java's producer writes the stream, librdkafka the bare block; both are read. A header may come
 * again between blocks, where streams were joined. Not here: Google's own framing, which no Kafka client writes.
 * Source: xerial/snappy-java, `SnappyOutputStream`.
 */

import { malformed, Output } from './output.ts'
import { compressSnappyBlock, decompressSnappyBlock, snappyBlockBound } from './snappy-block.ts'

/** Bytes of a stream's header. */
const HEADER_BYTES = 16
/** Bytes that a writer puts into one block, as Kafka's producer does. */
const XERIAL_BLOCK_BYTES = 32 * 1024

const header = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]
const magicBytes = 8

/** Compresses one block of the input, `[start, end)`, to the end of the output. */
export type CompressBlock = (input: Uint8Array, start: number, end: number, output: Output) => void

/** The stream of the input's blocks. */
export function compressXerial(input: Uint8Array, compressBlock: CompressBlock = compressSnappyBlock): Uint8Array {
  const blocks = Math.ceil(input.length / XERIAL_BLOCK_BYTES)
  const bound = HEADER_BYTES + blocks * (4 + snappyBlockBound(XERIAL_BLOCK_BYTES))
  const output = new Output(bound, Math.min(bound, HEADER_BYTES + 4 + snappyBlockBound(input.length)))
  output.append(Uint8Array.from(header), 0, HEADER_BYTES)
  for (let at = 0; at < input.length; at += XERIAL_BLOCK_BYTES) {
    const lengthAt = output.length
    output.fill(0, 4)
    compressBlock(input, at, Math.min(input.length, at + XERIAL_BLOCK_BYTES), output)
    const length = output.length - lengthAt - 4
    for (let index = 0; index < 4; index++) output.bytes[lengthAt + index] = length >>> (24 - 8 * index)
  }
  return output.finish()
}

/** What the stream, or the bare block, holds. Throws `CompressionError`. */
export function decompressXerial(input: Uint8Array, outputLimit: number): Uint8Array {
  const output = new Output(outputLimit, input.length * 3)
  if (!hasMagic(input, 0)) {
    decompressSnappyBlock(input, 0, input.length, output)
    return output.finish()
  }
  let at = HEADER_BYTES
  while (at < input.length) {
    if (hasMagic(input, at)) {
      at += HEADER_BYTES
      continue
    }
    if (input.length - at < 4) throw malformed('a snappy stream is cut short')
    const length = (input[at]! << 24) | (input[at + 1]! << 16) | (input[at + 2]! << 8) | input[at + 3]!
    at += 4
    if (length < 0 || length > input.length - at) throw malformed(`a snappy block of ${length} bytes is cut short`)
    decompressSnappyBlock(input, at, at + length, output)
    at += length
  }
  return output.finish()
}

function hasMagic(input: Uint8Array, at: number): boolean {
  if (input.length - at < HEADER_BYTES) return false
  for (let index = 0; index < magicBytes; index++) if (input[at + index] !== header[index]) return false
  return true
}
