/**
 * The bytes that one fetch brought for one partition, handed out record by record.
 *
 * A broker answers with whole batches as they are in the log: the first may begin below the position, the last may be cut
 * off, some are control batches. What is handed out are the data records at and above the position, in order. A batch whose
 * checksum is wrong, or that cannot be read, ends it; the position stays before that batch.
 */

import type { Crc32c } from '../protocol/crc32c.ts'
import { errorCode, errorName } from '../protocol/errors.ts'
import {
  batchBytes,
  batchCompression,
  batchCrc,
  batchLastOffset,
  batchLeaderEpoch,
  batchTimestampType,
  isControlBatch,
  type TimestampType,
} from '../protocol/record-batch.ts'
import { type Decompressor, decompressBatch } from '../protocol/record-batch-compression.ts'
import { checkBatchFrame } from '../protocol/record-batch-validation.ts'
import { RecordCursor, type RecordHeader } from '../protocol/records.ts'
import { CompressionError } from '../world/codecs.ts'
import type { AssignedPartition } from './assigned-partition.ts'
import type { Failure } from './outcomes.ts'

/** A record that was read. The byte fields are views of what was received, or of what that decompressed to, and the reader's to keep. */
export interface ConsumedRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Milliseconds since the Unix epoch; -1 where the record has none. */
  readonly timestampMs: number
  /** Whether that is the producer's time, or the broker's, when it appended the record. KIP-32. */
  readonly timestampType: TimestampType
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

/** Whether more may be had, all was had, or the rest cannot be read. */
export type Handout = 'more' | 'all' | Failure

/** See the head of this file. */
export class FetchedRecords {
  readonly #bytes: Uint8Array
  /** Undefined where checksums are not to be verified. */
  readonly #crc32c: Crc32c | undefined
  readonly #decompressor: Decompressor
  /** Where the batch begins that is being handed out, or is next. */
  #at = 0
  #cursor: RecordCursor | undefined

  constructor(bytes: Uint8Array, crc32c: Crc32c | undefined, decompressor: Decompressor) {
    this.#bytes = bytes
    this.#decompressor = decompressor
    this.#crc32c = crc32c
  }

  /** Adds records to `into` until it holds `countMax` of them, and moves the partition's position past each. */
  handOut(partition: AssignedPartition, into: ConsumedRecord[], countMax: number): Handout {
    for (;;) {
      if (into.length >= countMax) return 'more'
      if (this.#cursor === undefined) {
        const begun = this.#begin(partition)
        if (begun !== 'begun') return begun
      }
      const cursor = this.#cursor
      if (cursor === undefined) continue
      if (cursor.next()) {
        if (cursor.offset < partition.offset) continue
        const { offset, timestamp, key, value, headers } = cursor.record()
        const { topic, partition: number } = partition
        const timestampType = batchTimestampType(this.#bytes, this.#at)
        into.push({ topic, partition: number, offset, timestampMs: timestamp, timestampType, key, value, headers })
        partition.offset = offset + 1
      } else if (cursor.problem === undefined) this.#finish(partition)
      else return unreadable(partition, errorCode.INVALID_RECORD, cursor.problem)
    }
  }

  /** Comes to the next batch, and sets the cursor unless there is nothing in it to hand out. */
  #begin(partition: AssignedPartition): 'begun' | Handout {
    const bytes = this.#bytes
    const at = this.#at
    if (at >= bytes.length) return 'all'
    const crc32c = this.#crc32c ?? (() => batchCrc(bytes, at))
    const problem = checkBatchFrame(bytes, at, bytes.length, crc32c)
    if (problem !== undefined) {
      // A batch that is cut off is fetched again, but the first one always comes whole.
      if (problem.kind === 'TRUNCATED' && at > 0) return 'all'
      return unreadable(partition, errorCode.CORRUPT_MESSAGE, problem.message)
    }
    if (isControlBatch(bytes, at) || batchLastOffset(bytes, at) < partition.offset) {
      this.#finish(partition)
      return 'begun'
    }
    if (batchCompression(bytes, at) === undefined) {
      const detail = 'the batch is compressed with an unknown codec'
      return unreadable(partition, errorCode.UNSUPPORTED_COMPRESSION_TYPE, detail)
    }
    const plain = decompressBatch(bytes, at, this.#decompressor)
    if (plain instanceof CompressionError) return unreadable(partition, errorCode.INVALID_RECORD, plain.message)
    this.#cursor = new RecordCursor(plain, 0)
    return 'begun'
  }

  /** The batch is done with; compaction may have taken its last records, but not their offsets. */
  #finish(partition: AssignedPartition): void {
    const lastOffset = batchLastOffset(this.#bytes, this.#at)
    if (lastOffset >= partition.offset) partition.offset = lastOffset + 1
    partition.lastEpoch = batchLeaderEpoch(this.#bytes, this.#at)
    this.#at += batchBytes(this.#bytes, this.#at)
    this.#cursor = undefined
  }
}

function unreadable({ topic, partition, offset }: AssignedPartition, code: number, detail: string): Failure {
  const message = `records of ${topic}-${partition} at offset ${offset} cannot be read: ${detail}`
  return { kind: 'failed', certainty: 'definite', error: errorName(code), message }
}
