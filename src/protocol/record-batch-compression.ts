/**
 * Compressed record batches: the header as ever, and the records, all of them together, as one compressed stream.
 *
 * A compressed batch is read by making an uncompressed one of it; everything that reads records reads that. Offsets,
 * timestamps and the producer's numbers stay what they are, whichever way. Decompression is handed in (`Codecs` of a world),
 * and so is the limit of its output. Source: KIP-98; KIP-110 for zstd.
 */

import { assert } from '../world/assert.ts'
import { type Codecs, CompressionError } from '../world/codecs.ts'
import {
  BATCH_ATTRIBUTE,
  BATCH_FIELD,
  BATCH_HEADER_BYTES,
  batchAttributes,
  batchBytes,
  batchCompression,
  COMPRESSIONS,
  type Compression,
  LOG_OVERHEAD,
} from './record-batch.ts'
import { writeCrc, writeInt16, writeInt32 } from './record-batch-patch.ts'

/** What is needed of a world's codecs to read compressed batches. */
export type Decompressor = Pick<Codecs, 'decompress'>

/**
 * The most bytes that the records of one batch may decompress to: as many as the largest request a broker takes by default.
 * Kafka has no such bound; a batch beyond it is a bomb, or its producer's mistake.
 */
const DECOMPRESSED_BYTES_MAX = 104_857_600

/**
 * The whole batch at `at` as an uncompressed one that begins at 0: a view where it was not compressed, else an array of its
 * own whose checksum is not right. Errors: of the codec; `MALFORMED` for a codec there is none of.
 */
export function decompressBatch(
  bytes: Uint8Array,
  at: number,
  codecs: Decompressor,
  outputLimit = DECOMPRESSED_BYTES_MAX,
): Uint8Array | CompressionError {
  if (batchCompression(bytes, at) === 'none') return bytes.subarray(at, at + batchBytes(bytes, at))
  const records = decompressRecords(bytes, at, codecs, outputLimit)
  return records instanceof CompressionError ? records : withRecords(bytes, at, records, 'none')
}

/** The records alone of the compressed whole batch at `at`, in an array of their own. Errors: as `decompressBatch`. */
export function decompressRecords(
  bytes: Uint8Array,
  at: number,
  codecs: Decompressor,
  outputLimit = DECOMPRESSED_BYTES_MAX,
): Uint8Array | CompressionError {
  const compression = batchCompression(bytes, at)
  assert(compression !== 'none', 'only what is compressed is decompressed')
  if (compression === undefined)
    return new CompressionError('MALFORMED', 'the records are compressed in an unknown way')
  const end = at + batchBytes(bytes, at)
  return codecs.decompress(compression, bytes.subarray(at + BATCH_HEADER_BYTES, end), outputLimit)
}

/**
 * The uncompressed batch at 0 with its records compressed, as an array of its own with the right checksum. As a batch that
 * is written anew it has no delete horizon, and none of the attributes that mean nothing yet.
 */
export function compressBatch(batch: Uint8Array, codecs: Codecs, compression: Compression, level?: number): Uint8Array {
  assert(batchCompression(batch, 0) === 'none', 'a batch is compressed once')
  const records = batch.subarray(BATCH_HEADER_BYTES, batchBytes(batch, 0))
  const compressed = withRecords(
    batch,
    0,
    compression === 'none' ? records : codecs.compress(compression, records, level),
    compression,
  )
  const { compression: codec, logAppendTime, transactional, control } = BATCH_ATTRIBUTE
  const kept = batchAttributes(compressed, 0) & (codec | logAppendTime | transactional | control)
  writeInt16(compressed, BATCH_FIELD.attributes, kept)
  writeCrc(compressed, 0, codecs.crc32c)
  return compressed
}

function withRecords(bytes: Uint8Array, at: number, records: Uint8Array, compression: Compression): Uint8Array {
  const batch = new Uint8Array(BATCH_HEADER_BYTES + records.length)
  batch.set(bytes.subarray(at, at + BATCH_HEADER_BYTES))
  batch.set(records, BATCH_HEADER_BYTES)
  writeInt32(batch, BATCH_FIELD.batchLength, batch.length - LOG_OVERHEAD)
  const others = batchAttributes(bytes, at) & ~BATCH_ATTRIBUTE.compression
  writeInt16(batch, BATCH_FIELD.attributes, others | COMPRESSIONS.indexOf(compression))
  return batch
}
