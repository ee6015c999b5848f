/** The whole batches of what a Fetch brought, each checked against its checksum. */

import {
  BATCH_HEADER_BYTES,
  batchBaseOffset,
  batchBytes,
  batchCrc,
  batchRecordCount,
} from '../../protocol/record-batch.ts'
import { nativeCodecs } from '../../real/codecs.ts'

const CRC_FROM = 21

/** Told of a batch. */
export type OnBatch = (baseOffset: number, crc: number, records: number, bytes: number) => void

/** Calls `onBatch` for each whole batch; gives back why it stopped where a checksum does not fit. */
export function walkBatches(bytes: Uint8Array, onBatch: OnBatch): string | undefined {
  for (let at = 0; at + BATCH_HEADER_BYTES <= bytes.length; ) {
    const size = batchBytes(bytes, at)
    if (size < BATCH_HEADER_BYTES) return `a batch of ${size} bytes was read`
    if (at + size > bytes.length) return undefined
    const crc = batchCrc(bytes, at)
    const offset = batchBaseOffset(bytes, at)
    if (nativeCodecs.crc32c(bytes, at + CRC_FROM, at + size) !== crc) return `the batch at ${offset} is damaged`
    onBatch(offset, crc, batchRecordCount(bytes, at), size)
    at += size
  }
  return undefined
}
