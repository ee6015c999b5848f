/**
 * Record batches that were read back, as data: header, records, and the very bytes where nothing in them must differ.
 *
 * A batch at the end of which not all is there is left out: Kafka cuts where a limit falls, and clients pass over it.
 */

import { BATCH_FIELD, BATCH_HEADER_BYTES, batchBytes, readBatchHeader } from '../../src/protocol/record-batch.ts'
import { decompressBatch } from '../../src/protocol/record-batch-compression.ts'
import { nativeCodecs } from '../../src/real/codecs.ts'
import { CompressionError } from '../../src/world/codecs.ts'
import type { Known } from './request.ts'
import { producerOf, timeOf } from './symbols.ts'

export interface DescribedBatch {
  readonly offsets: string
  readonly leaderEpoch: number
  readonly attributes: number
  readonly times: readonly (number | string)[]
  readonly producer: readonly (number | string)[]
  readonly count: number
  readonly checksum: 'right' | 'wrong'
  /** The records, decompressed, in hexadecimal. */
  readonly records: string
  /** The records as they are kept. Absent where they are not compressed. */
  readonly kept?: string
}

export function describedBatches(bytes: Uint8Array, known: Known): readonly DescribedBatch[] {
  const found: DescribedBatch[] = []
  for (let at = 0; at + BATCH_HEADER_BYTES <= bytes.length; ) {
    const size = batchBytes(bytes, at)
    if (at + size > bytes.length) break
    found.push(described(bytes.subarray(at, at + size), known))
    at += size
  }
  return found
}

function described(batch: Uint8Array, known: Known): DescribedBatch {
  const header = readBatchHeader(batch, 0)
  const crc = nativeCodecs.crc32c(batch, BATCH_FIELD.attributes, batch.length)
  const plain = header.compression === 'none' ? batch : decompressBatch(batch, 0, nativeCodecs)
  const records = plain instanceof CompressionError ? plain.message : hex(plain.subarray(BATCH_HEADER_BYTES))
  return {
    offsets: `${header.baseOffset}–${header.lastOffset}`,
    leaderEpoch: header.leaderEpoch,
    attributes: header.attributes,
    times: [timeOf(header.baseTimestamp, known), timeOf(header.maxTimestamp, known)],
    producer: [producerOf(header.producerId, known), header.producerEpoch, header.baseSequence],
    count: header.recordCount,
    checksum: crc === header.crc ? 'right' : 'wrong',
    records,
    ...(header.compression !== 'none' && { kept: hex(batch.subarray(BATCH_HEADER_BYTES)) }),
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
