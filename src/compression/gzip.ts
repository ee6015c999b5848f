/**
 * gzip: members, each a header, a DEFLATE stream, its CRC-32 and its length.
 *
 * ```
 * member: [1f 8b][method u8 = 8][flags u8][mtime u32][extra flags u8][os u8][extra?][name?][comment?][header crc u16?]
 *         [DEFLATE stream][crc u32][length u32]
 * ```
 * Numbers are little-endian. One member is written; several in a row are read as one. Source: RFC 1952.
 */

import { crc32 } from './crc32.ts'
import { deflate, deflateBound } from './deflate.ts'
import { inflate } from './inflate.ts'
import { malformed, Output } from './output.ts'

const HEADER_BYTES = 10
const TRAILER_BYTES = 8
const FLAG = Object.freeze({ headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 })
const UNKNOWN_SYSTEM = 255

/** The input as one member. */
export function compressGzip(input: Uint8Array): Uint8Array {
  const limit = HEADER_BYTES + deflateBound(input.length) + TRAILER_BYTES
  const output = new Output(limit, limit)
  output.append(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, UNKNOWN_SYSTEM), 0, HEADER_BYTES)
  deflate(input, output)
  const trailer = new DataView(new ArrayBuffer(TRAILER_BYTES))
  trailer.setUint32(0, crc32(input, 0, input.length), true)
  trailer.setUint32(4, input.length, true)
  output.append(new Uint8Array(trailer.buffer), 0, TRAILER_BYTES)
  return output.finish()
}

/** What the members hold. Throws `CompressionError`. */
export function decompressGzip(input: Uint8Array, outputLimit: number): Uint8Array {
  const output = new Output(outputLimit, input.length * 3)
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  let at = 0
  do {
    const from = output.length
    at = inflate(input, headerEnd(input, at), output)
    if (input.length - at < TRAILER_BYTES) throw malformed('a gzip member is cut short')
    if (view.getUint32(at, true) !== crc32(output.bytes, from, output.length)) {
      throw malformed('the checksum of a gzip member is wrong')
    }
    if (view.getUint32(at + 4, true) !== (output.length - from) >>> 0) {
      throw malformed('the length of a gzip member is wrong')
    }
    at += TRAILER_BYTES
    // What follows and is no member is padding, and passed over, as zlib and Java do.
  } while (input[at] === 0x1f && input[at + 1] === 0x8b)
  return output.finish()
}

/** Where the header of the member at `start` ends. */
function headerEnd(input: Uint8Array, start: number): number {
  if (input.length - start < HEADER_BYTES) throw malformed('a gzip header is cut short')
  if (input[start] !== 0x1f || input[start + 1] !== 0x8b || input[start + 2] !== 8) {
    throw malformed('the bytes do not begin a gzip member')
  }
  const flags = input[start + 3]!
  if ((flags & FLAG.reserved) !== 0) throw malformed(`gzip flags ${flags}`)
  let at = start + HEADER_BYTES
  if ((flags & FLAG.extra) !== 0) {
    if (input.length - at < 2) throw malformed('a gzip header is cut short')
    at += 2 + (input[at]! | (input[at + 1]! << 8))
  }
  if ((flags & FLAG.name) !== 0) at = afterZero(input, at)
  if ((flags & FLAG.comment) !== 0) at = afterZero(input, at)
  if ((flags & FLAG.headerCrc) !== 0) at += 2
  if (at >= input.length) throw malformed('a gzip header is cut short')
  return at
}

function afterZero(input: Uint8Array, start: number): number {
  const zero = input.indexOf(0, start)
  if (zero < 0) throw malformed('a gzip header is cut short')
  return zero + 1
}
