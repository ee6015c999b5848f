/**
 * Whether bytes are a record batch, and one that may be appended.
 *
 * Two depths. `checkBatchFrame` is for batches that a leader has already taken: recovery, replication, consumers. It
 * looks at size, magic, checksum and the numbers everything else counts on. `validateBatch` is what a leader checks
 * before it takes a batch from a producer, record by record but without making objects.
 * Compressed records are looked into where a decompressor is handed in.
 * Findings are values, never exceptions; the broker turns their kinds into error codes. Source: KIP-98, and the behaviour of Kafka 4.2's `LogValidator`.
 */

import { CompressionError } from '../world/codecs.ts'
import type { Crc32c } from './crc32c.ts'
import {
  BATCH_FIELD,
  BATCH_HEADER_BYTES,
  batchBaseOffset,
  batchBaseSequence,
  batchBaseTimestamp,
  batchBytes,
  batchCompression,
  batchCrc,
  batchLastOffset,
  batchLastOffsetDelta,
  batchMagic,
  batchMaxTimestamp,
  batchProducerEpoch,
  batchProducerId,
  batchRecordCount,
  batchTimestampType,
  isControlBatch,
  isTransactionalBatch,
  LOG_OVERHEAD,
  MAGIC,
  NO_TIMESTAMP,
  NONE,
} from './record-batch.ts'
import { type Decompressor, decompressRecords } from './record-batch-compression.ts'
import { RecordCursor } from './records.ts'

/**
 * - `TRUNCATED`: the bytes end before the batch does. INVALID_RECORD to a producer; to a reader of a log its end.
 * - `CORRUPT`: size, magic or checksum is wrong. CORRUPT_MESSAGE.
 * - `UNSUPPORTED_MAGIC`: format v0 or v1, gone since Kafka 4.0. INVALID_RECORD to a producer.
 * - `INVALID_RECORD`: the checksum is right, so the writer meant it, but it breaks the format or the topic's rules. Kafka
 *   lets some of it pass: offset deltas with gaps, a producer id without an epoch, LogAppendTime from a producer.
 * - `TOO_LARGE`: the records decompress to more than is allowed. Kafka has no such limit.
 * - `INVALID_TIMESTAMP`: a timestamp, or its type, that the topic does not take.
 * - `MAX_TIMESTAMP`: nothing but the header's maximum timestamp is wrong. Kafka corrects it silently
 *   (`correctMaxTimestamp`) and takes the batch.
 */
export type BatchProblemKind =
  | 'TRUNCATED'
  | 'CORRUPT'
  | 'UNSUPPORTED_MAGIC'
  | 'INVALID_RECORD'
  | 'TOO_LARGE'
  | 'INVALID_TIMESTAMP'
  | 'MAX_TIMESTAMP'

/** Why a batch is refused: the first thing found. */
export interface BatchProblem {
  readonly kind: BatchProblemKind
  /** For people. */
  readonly message: string
  /** Index of the byte at which it was found; within compressed records, as if they were not. */
  readonly position: number
  /** The record's place in its batch, from 0, where the problem is one record's. */
  readonly recordIndex: number | undefined
}

/** What a topic, or a listener, asks of a batch beyond its form. Nothing, where left out. */
export interface BatchLimits {
  /** The base offset is 0, and neither control records nor LogAppendTime, which are the brokers' to write. */
  readonly isFromClient?: boolean
  /** Every record has a key: the topic is compacted. */
  readonly requiresKeys?: boolean
  /** Earliest timestamp (inclusive, ms since the Unix epoch) of a record that has one. */
  readonly timestampMin?: number
  /** Latest timestamp (inclusive, ms since the Unix epoch) of a record that has one. */
  readonly timestampMax?: number
  /** What decompresses; without it compressed records are not looked into. */
  readonly decompressor?: Decompressor
}

/**
 * Checks size, magic, checksum, and that offsets and timestamps are safe integers, of the batch at `at`, which must end
 * within `[at, end)`. Reads every byte once. Undefined: nothing is wrong.
 */
export function checkBatchFrame(bytes: Uint8Array, at: number, end: number, crc32c: Crc32c): BatchProblem | undefined {
  const available = end - at
  if (available <= BATCH_FIELD.magic) {
    return problem('TRUNCATED', `${available} bytes are too few for a record batch`, at)
  }
  const magic = batchMagic(bytes, at)
  if (magic === 0 || magic === 1) {
    return problem('UNSUPPORTED_MAGIC', `message format v${magic} was removed in Kafka 4.0`, at + BATCH_FIELD.magic)
  }
  if (magic !== MAGIC) return problem('CORRUPT', `magic ${magic} is no message format`, at + BATCH_FIELD.magic)
  const size = batchBytes(bytes, at)
  if (size < BATCH_HEADER_BYTES) {
    return problem('CORRUPT', `a batch length of ${size - LOG_OVERHEAD} is too small`, at + BATCH_FIELD.batchLength)
  }
  if (size > available) {
    return problem('TRUNCATED', `a record batch of ${size} bytes, of which ${available} are there`, at)
  }
  const crc = crc32c(bytes, at + BATCH_FIELD.attributes, at + size)
  if (crc !== batchCrc(bytes, at)) {
    const message = `the checksum of the record batch is ${crc} and ${batchCrc(bytes, at)} is stored`
    return problem('CORRUPT', message, at + BATCH_FIELD.crc)
  }
  return checkNumbers(bytes, at)
}

/**
 * Checks everything about the batch at `at` that can be known without the log: `checkBatchFrame`, then that its fields
 * agree, then every record and `limits`. Undefined: nothing is wrong.
 */
export function validateBatch(
  bytes: Uint8Array,
  at: number,
  end: number,
  crc32c: Crc32c,
  limits: BatchLimits = {},
): BatchProblem | undefined {
  return (
    checkBatchFrame(bytes, at, end, crc32c) ??
    (limits.isFromClient === true ? checkClientRules(bytes, at) : undefined) ??
    checkFields(bytes, at) ??
    checkPlainOrCompressed(bytes, at, limits)
  )
}

function problem(kind: BatchProblemKind, message: string, position: number, recordIndex?: number): BatchProblem {
  return { kind, message, position, recordIndex }
}

function checkNumbers(bytes: Uint8Array, at: number): BatchProblem | undefined {
  const first = batchBaseOffset(bytes, at)
  const last = batchLastOffset(bytes, at)
  if (first < 0 || last < first || !Number.isSafeInteger(last)) {
    return problem('INVALID_RECORD', `offsets ${first} to ${last} are no range in [0, 2^53)`, at)
  }
  if (!Number.isSafeInteger(batchBaseTimestamp(bytes, at)) || !Number.isSafeInteger(batchMaxTimestamp(bytes, at))) {
    return problem('INVALID_TIMESTAMP', 'a timestamp is beyond 2^53 - 1', at + BATCH_FIELD.baseTimestamp)
  }
  if (!Number.isSafeInteger(batchProducerId(bytes, at))) {
    return problem('INVALID_RECORD', 'a producer id is beyond 2^53 - 1', at + BATCH_FIELD.producerId)
  }
  return undefined
}

function checkClientRules(bytes: Uint8Array, at: number): BatchProblem | undefined {
  if (batchBaseOffset(bytes, at) !== 0) {
    return problem('INVALID_RECORD', `a producer sent base offset ${batchBaseOffset(bytes, at)}, which must be 0`, at)
  }
  if (isControlBatch(bytes, at)) {
    return problem('INVALID_RECORD', 'a producer may not write control records', at + BATCH_FIELD.attributes)
  }
  if (batchTimestampType(bytes, at) === 'LogAppendTime') {
    return problem('INVALID_TIMESTAMP', 'a producer may not set LogAppendTime', at + BATCH_FIELD.attributes)
  }
  return undefined
}

function checkFields(bytes: Uint8Array, at: number): BatchProblem | undefined {
  if (batchCompression(bytes, at) === undefined) {
    return problem('INVALID_RECORD', 'the records are compressed in an unknown way', at + BATCH_FIELD.attributes)
  }
  const count = batchRecordCount(bytes, at)
  const lastOffsetDelta = batchLastOffsetDelta(bytes, at)
  if (count < 1 || lastOffsetDelta !== count - 1) {
    const message = `${count} records do not fit a last offset delta of ${lastOffsetDelta}`
    return problem('INVALID_RECORD', message, at + BATCH_FIELD.recordCount)
  }
  const producerId = batchProducerId(bytes, at)
  if (producerId === NONE) {
    if (!isTransactionalBatch(bytes, at)) return undefined
    return problem('INVALID_RECORD', 'a transactional batch without a producer id', at + BATCH_FIELD.producerId)
  }
  if (producerId < 0 || batchProducerEpoch(bytes, at) < 0) {
    const message = `producer id ${producerId} with epoch ${batchProducerEpoch(bytes, at)}`
    return problem('INVALID_RECORD', message, at + BATCH_FIELD.producerId)
  }
  // Every first number in [0, 2^31) is right: the ones after it wrap around to 0. Markers are not numbered.
  const sequence = batchBaseSequence(bytes, at)
  if (sequence < 0 && !isControlBatch(bytes, at)) {
    return problem('INVALID_RECORD', `base sequence ${sequence}`, at + BATCH_FIELD.baseSequence)
  }
  return undefined
}

function checkPlainOrCompressed(bytes: Uint8Array, at: number, limits: BatchLimits): BatchProblem | undefined {
  if (batchCompression(bytes, at) === 'none') return checkRecords(bytes, at, limits)
  if (limits.decompressor === undefined) return undefined
  const records = decompressRecords(bytes, at, limits.decompressor)
  if (records instanceof CompressionError) {
    const kind = records.code === 'TOO_LARGE' ? 'TOO_LARGE' : 'INVALID_RECORD'
    return problem(kind, records.message, at + BATCH_HEADER_BYTES)
  }
  return checkRecords(bytes, at, limits, records)
}

/** `records`: those of the batch where they were compressed. */
function checkRecords(
  bytes: Uint8Array,
  at: number,
  limits: BatchLimits,
  records?: Uint8Array,
): BatchProblem | undefined {
  const requiresKeys = limits.requiresKeys ?? false
  const timestampMin = limits.timestampMin ?? Number.MIN_SAFE_INTEGER
  const timestampMax = limits.timestampMax ?? Number.MAX_SAFE_INTEGER
  const cursor = new RecordCursor(bytes, at, records)
  const shift = records === undefined ? 0 : at + BATCH_HEADER_BYTES
  let latest = Number.MIN_SAFE_INTEGER
  let strangeTime: BatchProblem | undefined
  while (cursor.next()) {
    const { index, timestamp } = cursor
    if (cursor.offsetDelta !== index) {
      const message = `record ${index} of the batch has offset delta ${cursor.offsetDelta}`
      return problem('INVALID_RECORD', message, cursor.keyStart + shift, index)
    }
    if (requiresKeys && cursor.keyLength < 0) {
      return problem(
        'INVALID_RECORD',
        'a compacted topic takes no record without a key',
        cursor.keyStart + shift,
        index,
      )
    }
    if ((timestamp < timestampMin || timestamp > timestampMax) && timestamp !== NO_TIMESTAMP) {
      const message = `timestamp ${timestamp} is not between ${timestampMin} and ${timestampMax}`
      strangeTime ??= problem('INVALID_TIMESTAMP', message, cursor.keyStart + shift, index)
    }
    if (timestamp > latest) latest = timestamp
  }
  if (cursor.problem !== undefined) {
    const kind = cursor.problemCode === 'OUT_OF_RANGE' ? 'INVALID_TIMESTAMP' : 'INVALID_RECORD'
    return problem(kind, cursor.problem, cursor.problemPosition + shift, cursor.index)
  }
  // A batch that is no batch is told before a record that comes at the wrong time.
  if (strangeTime !== undefined) return strangeTime
  if (latest === batchMaxTimestamp(bytes, at)) return undefined
  const message = `the maximum timestamp is ${latest} and the header says ${batchMaxTimestamp(bytes, at)}`
  return problem('MAX_TIMESTAMP', message, at + BATCH_FIELD.maxTimestamp)
}
