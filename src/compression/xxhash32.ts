/**
 * xxHash, 32 bits: the checksum of LZ4 frames.
 *
 * Source: Cyan4973/xxHash, `doc/xxhash_spec.md`. Seed 0, the only one LZ4 uses.
 */

const PRIME1 = 0x9e37_79b1 | 0
const PRIME2 = 0x85eb_ca77 | 0
const PRIME3 = 0xc2b2_ae3d | 0
const PRIME4 = 0x27d4_eb2f | 0
const PRIME5 = 0x1656_67b1 | 0

/** The hash of bytes `[start, end)`, as an unsigned 32-bit integer. */
export function xxhash32(bytes: Uint8Array, start: number, end: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = start
  let hash = PRIME5
  if (end - start >= 16) {
    let a = (PRIME1 + PRIME2) | 0
    let b = PRIME2
    let c = 0
    let d = -PRIME1 | 0
    for (; at + 16 <= end; at += 16) {
      a = round(a, view.getInt32(at, true))
      b = round(b, view.getInt32(at + 4, true))
      c = round(c, view.getInt32(at + 8, true))
      d = round(d, view.getInt32(at + 12, true))
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0
  }
  hash = (hash + (end - start)) | 0
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(view.getInt32(at, true), PRIME3)) | 0, 17), PRIME4)
  }
  for (; at < end; at++) hash = Math.imul(rotate((hash + Math.imul(bytes[at]!, PRIME5)) | 0, 11), PRIME1)
  hash = Math.imul(hash ^ (hash >>> 15), PRIME2)
  hash = Math.imul(hash ^ (hash >>> 13), PRIME3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, PRIME2)) | 0, 13), PRIME1)
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
