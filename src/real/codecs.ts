/**
 * Checksums and compression by native code where Node has it.
 *
 * CRC-32C uses the processor's own instruction: a call costs about a quarter of a microsecond whatever its length, and then
 * a fifth of a nanosecond per byte. gzip is zlib's; zstd is Node's own from release 22.15 on, and portable code before it.
 * LZ4 is decompressed by a package where that has a binary for this system. Snappy, and compressing LZ4, are portable code:
 * Node has neither, and what packages offer for snappy decompresses without a limit.
 */

import * as zlib from 'node:zlib'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import { crc32c } from '@node-rs/crc32'
import { compressPortably, decompressPortably } from '../compression/portable-codecs.ts'
import { type Codecs, CompressionError } from '../world/codecs.ts'
import { loadLz4Decompressor } from './native-lz4.ts'

/** Node's zstd, which releases before 22.15 do not have. */
interface NativeZstd {
  compress(bytes: Uint8Array, options: { readonly params: Readonly<Record<number, number>> }): Uint8Array
  /** `ZSTD_c_compressionLevel`. */
  readonly levelParameter: number
}

const nativeZstd = findNativeZstd()
const decompressLz4 = loadLz4Decompressor()

/** Stateless; one serves all worlds. */
export const nativeCodecs: Codecs = {
  crc32c: (bytes, start, end) => crc32c(bytes.subarray(start, end)),
  compress(codec, bytes, level) {
    if (codec === 'gzip') return gzipSync(bytes, { level: level ?? constants.Z_DEFAULT_COMPRESSION })
    if (codec === 'zstd' && nativeZstd !== undefined) {
      return nativeZstd.compress(bytes, { params: { [nativeZstd.levelParameter]: level ?? 3 } })
    }
    return compressPortably(codec, bytes)
  },
  decompress(codec, bytes, outputLimit) {
    if (codec === 'gzip') return gunzip(bytes, outputLimit)
    if (codec === 'lz4') return decompressLz4(bytes, outputLimit)
    return decompressPortably(codec, bytes, outputLimit)
  },
}

function gunzip(bytes: Uint8Array, outputLimit: number): Uint8Array | CompressionError {
  // zlib takes a limit of one byte at the least.
  if (outputLimit < 1) return decompressPortably('gzip', bytes, outputLimit)
  try {
    return gunzipSync(bytes, { maxOutputLength: outputLimit })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const isLarge = code === 'ERR_BUFFER_TOO_LARGE'
    const message = isLarge ? `the bytes decompress to more than ${outputLimit} bytes` : String(error)
    return new CompressionError(isLarge ? 'TOO_LARGE' : 'MALFORMED', message, { cause: error })
  }
}

function findNativeZstd(): NativeZstd | undefined {
  const compress: unknown = Reflect.get(zlib, 'zstdCompressSync')
  const levelParameter: unknown = Reflect.get(constants, 'ZSTD_c_compressionLevel')
  if (typeof compress !== 'function' || typeof levelParameter !== 'number') return undefined
  return { compress: compress as NativeZstd['compress'], levelParameter }
}
