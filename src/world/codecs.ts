/**
 * Checksums and compression, done by native code in a real world and by portable code in a simulated one.
 *
 * Worlds agree on what is decoded, not on the bytes that are encoded: two compressors of one format write different streams.
 * The framings are Kafka's: a gzip member; a stream of xerial's blocks for snappy (a bare snappy block is read too); an LZ4
 * frame of independent blocks; zstd frames, with or without a content size.
 */

/** A compression of record batches. */
export type CompressionCodec = 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** `MALFORMED`: the bytes are not of the format, or end too early. `TOO_LARGE`: they decode to more than was allowed. */
export type CompressionErrorCode = 'MALFORMED' | 'TOO_LARGE'

/** Why bytes were not decompressed; the message is for people, `code` is for decisions. */
export class CompressionError extends Error {
  override readonly name = 'CompressionError'
  readonly code: CompressionErrorCode

  constructor(code: CompressionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** See the head of this file. */
export interface Codecs {
  /** CRC-32C (Castagnoli) of bytes `[start, end)`, as an unsigned 32-bit integer. */
  crc32c(bytes: Uint8Array, start: number, end: number): number
  /**
   * The bytes compressed, in an array of its own. `level` means what it means to the codec (gzip 1–9, lz4 1–17, zstd
   * -131072–22; snappy has none); portable code and lz4 know one level only and pay it no attention.
   */
  compress(codec: CompressionCodec, bytes: Uint8Array, level?: number): Uint8Array
  /**
   * What the bytes decode to, in an array of its own of at most `outputLimit` bytes, or why not. Never allocates much more
   * than that limit (twice, and some tables), whatever the bytes claim.
   */
  decompress(codec: CompressionCodec, bytes: Uint8Array, outputLimit: number): Uint8Array | CompressionError
}
