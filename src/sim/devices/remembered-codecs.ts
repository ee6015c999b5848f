/**
 * The codecs of one simulation: as `simCodecs`, but compressed bytes that were decoded lately are not decoded again.
 *
 * What a producer sent is decoded by the broker that checks it and by everybody who reads it, always from equal bytes, and
 * decoding is a function of them. Equal means every byte, not a checksum. What does not decode is not remembered.
 */

import { type Codecs, type CompressionCodec, CompressionError } from '../../world/codecs.ts'
import { simCodecs } from './sim-codecs.ts'

interface Decoded {
  readonly codec: CompressionCodec
  /** Copies, which nobody else has. */
  readonly compressed: Uint8Array
  readonly bytes: Uint8Array
}

/** How many are remembered; more than are on their way to readers at any time in most runs. */
const REMEMBERED_MAX = 128

/** Of its own for each simulation. */
export function rememberedCodecs(): Codecs {
  const remembered = new Map<number, Decoded>()
  return {
    ...simCodecs,
    decompress(codec, bytes, outputLimit) {
      const key = simCodecs.crc32c(bytes, 0, bytes.length)
      const known = remembered.get(key)
      if (known?.codec === codec && known.bytes.length <= outputLimit && isEqual(known.compressed, bytes)) {
        return known.bytes.slice()
      }
      const decoded = simCodecs.decompress(codec, bytes, outputLimit)
      if (decoded instanceof CompressionError) return decoded
      if (remembered.size >= REMEMBERED_MAX) remembered.clear()
      remembered.set(key, { codec, compressed: bytes.slice(), bytes: decoded.slice() })
      return decoded
    },
  }
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false
  return true
}
