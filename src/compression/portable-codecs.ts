/**
 * Compression in portable code: the same bytes in every engine and release of it, so that a simulated run has one hash.
 *
 * Compressors are simple and know one level. Decompressors read whatever the formats' own libraries write.
 */

import { type CompressionCodec, CompressionError } from '../world/codecs.ts'
import { compressGzip, decompressGzip } from './gzip.ts'
import { compressLz4, decompressLz4 } from './lz4-frame.ts'
import { compressXerial, decompressXerial } from './xerial.ts'
import { compressZstd } from './zstd-encoder.ts'
import { decompressZstd } from './zstd-frame.ts'

const compressors = Object.freeze({
  gzip: compressGzip,
  snappy: compressXerial,
  lz4: compressLz4,
  zstd: compressZstd,
})

const decompressors = Object.freeze({
  gzip: decompressGzip,
  snappy: decompressXerial,
  lz4: decompressLz4,
  zstd: decompressZstd,
})

/** See `Codecs.compress`. */
export function compressPortably(codec: CompressionCodec, bytes: Uint8Array): Uint8Array {
  return compressors[codec](bytes)
}

/** See `Codecs.decompress`. */
export function decompressPortably(
  codec: CompressionCodec,
  bytes: Uint8Array,
  outputLimit: number,
): Uint8Array | CompressionError {
  try {
    return decompressors[codec](bytes, outputLimit)
  } catch (error) {
    if (error instanceof CompressionError) return error
    throw error
  }
}
