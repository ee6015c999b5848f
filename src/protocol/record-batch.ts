/**
 * The record batch, format v2: the unit that producers send, brokers store and consumers fetch, the same bytes everywhere.
 *
 * ```
 *  0 base offset i64 │  8 batch length i32 (of what follows) │ 12 leader epoch i32 │ 16 magic i8 = 2 │ 17 crc u32
 * 21 attributes i16  │ 23 last offset delta i32 │ 27 base timestamp i64 │ 35 max timestamp i64
 * 43 producer id i64 │ 51 producer epoch i16    │ 53 base sequence i32  │ 57 record count i32   │ 61 records
 * ```
 * The checksum covers `[21, end)`, so that a leader sets base offset and epoch without touching it. Attributes: bits 0–2
 * compression, 3 timestamp type, 4 transactional, 5 control, 6 the base timestamp is a delete horizon (KIP-534).
 * Every function takes the array and `at`, where the batch begins; nothing is copied and nothing checked: bytes from
 * outside go through `record-batch-validation.ts` first. A 64-bit value beyond 2^53 comes out as a number that is not safe.
 * Source: KIP-98; Kafka protocol guide, "Record Batch".
 */

/** Bytes before the records. */
export const BATCH_HEADER_BYTES = 61
/** Bytes before what `batch length` counts. */
export const LOG_OVERHEAD = 12
/** The only format that is read and written here. */
export const MAGIC = 2
/** Producer id, producer epoch, base sequence and leader epoch where there is none. */
export const NONE = -1
/** The timestamp of a record that has none. */
export const NO_TIMESTAMP = -1

/** Where each field begins, in bytes from the start of the batch. */
export const BATCH_FIELD = Object.freeze({
  baseOffset: 0,
  batchLength: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
})

/** The bits of the attributes. */
export const BATCH_ATTRIBUTE = Object.freeze({
  compression: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
})

/** How the records of a batch are compressed, by the number in its attributes. */
export const COMPRESSIONS = Object.freeze(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)
export type Compression = (typeof COMPRESSIONS)[number]

/** Whether a record's timestamp is the producer's, or when the leader appended the batch. */
export type TimestampType = 'CreateTime' | 'LogAppendTime'

/** The fields before the records. */
export interface BatchHeader {
  readonly baseOffset: number
  readonly lastOffset: number
  /** Of the whole batch. */
  readonly sizeBytes: number
  /** -1 where no leader has appended it yet. */
  readonly leaderEpoch: number
  readonly magic: number
  readonly crc: number
  readonly attributes: number
  /** Undefined for a number that no compression has. */
  readonly compression: Compression | undefined
  readonly timestampType: TimestampType
  readonly isTransactional: boolean
  readonly isControl: boolean
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  /** -1 for a batch of a producer that is not idempotent; so are the two that follow. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/** All header fields of the batch at `at`, as an object. */
export function readBatchHeader(bytes: Uint8Array, at: number): BatchHeader {
  return {
    baseOffset: batchBaseOffset(bytes, at),
    lastOffset: batchLastOffset(bytes, at),
    sizeBytes: batchBytes(bytes, at),
    leaderEpoch: batchLeaderEpoch(bytes, at),
    magic: batchMagic(bytes, at),
    crc: batchCrc(bytes, at),
    attributes: batchAttributes(bytes, at),
    compression: batchCompression(bytes, at),
    timestampType: batchTimestampType(bytes, at),
    isTransactional: isTransactionalBatch(bytes, at),
    isControl: isControlBatch(bytes, at),
    baseTimestamp: batchBaseTimestamp(bytes, at),
    maxTimestamp: batchMaxTimestamp(bytes, at),
    producerId: batchProducerId(bytes, at),
    producerEpoch: batchProducerEpoch(bytes, at),
    baseSequence: batchBaseSequence(bytes, at),
    recordCount: batchRecordCount(bytes, at),
  }
}

/** Offset of the first record, or before compaction took it, of what was the first. */
export function batchBaseOffset(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at)
}

/** Size of the whole batch. Needs the first `LOG_OVERHEAD` bytes only. */
export function batchBytes(bytes: Uint8Array, at: number): number {
  return LOG_OVERHEAD + readInt32(bytes, at + BATCH_FIELD.batchLength)
}

/** The epoch of the leader that appended it, or -1. */
export function batchLeaderEpoch(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + BATCH_FIELD.leaderEpoch)
}

/** The version of the format. */
export function batchMagic(bytes: Uint8Array, at: number): number {
  return (bytes[at + BATCH_FIELD.magic]! << 24) >> 24
}

/** The stored checksum, unsigned. */
export function batchCrc(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + BATCH_FIELD.crc) >>> 0
}

/** The attributes as they are; see `BATCH_ATTRIBUTE`. */
export function batchAttributes(bytes: Uint8Array, at: number): number {
  return readInt16(bytes, at + BATCH_FIELD.attributes)
}

/** How the records are compressed; undefined for a number that no compression has. */
export function batchCompression(bytes: Uint8Array, at: number): Compression | undefined {
  return COMPRESSIONS[batchAttributes(bytes, at) & BATCH_ATTRIBUTE.compression]
}

/** Whose clock the timestamps are from. */
export function batchTimestampType(bytes: Uint8Array, at: number): TimestampType {
  return (batchAttributes(bytes, at) & BATCH_ATTRIBUTE.logAppendTime) === 0 ? 'CreateTime' : 'LogAppendTime'
}

/** True where the batch belongs to a transaction: as its data, or as its marker. */
export function isTransactionalBatch(bytes: Uint8Array, at: number): boolean {
  return (batchAttributes(bytes, at) & BATCH_ATTRIBUTE.transactional) !== 0
}

/** True where the records are control records, which consumers are never shown. */
export function isControlBatch(bytes: Uint8Array, at: number): boolean {
  return (batchAttributes(bytes, at) & BATCH_ATTRIBUTE.control) !== 0
}

/** Offset of the last record (inclusive); compaction keeps it even where it takes that record. */
export function batchLastOffset(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at) + batchLastOffsetDelta(bytes, at)
}

/** The last offset less the base offset. */
export function batchLastOffsetDelta(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + BATCH_FIELD.lastOffsetDelta)
}

/** What the records' timestamp deltas count from; in milliseconds since the Unix epoch. */
export function batchBaseTimestamp(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at + BATCH_FIELD.baseTimestamp)
}

/** The largest timestamp among the records, or the time of the append; in milliseconds since the Unix epoch. */
export function batchMaxTimestamp(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at + BATCH_FIELD.maxTimestamp)
}

/** The idempotent producer's id, or -1. */
export function batchProducerId(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at + BATCH_FIELD.producerId)
}

/** The idempotent producer's epoch, or -1. */
export function batchProducerEpoch(bytes: Uint8Array, at: number): number {
  return readInt16(bytes, at + BATCH_FIELD.producerEpoch)
}

/** The sequence number of the first record, or -1; also in markers, which have none. */
export function batchBaseSequence(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + BATCH_FIELD.baseSequence)
}

/** The sequence number of the last record, or -1 where there are none. Needs a base sequence in [0, 2^31). */
export function batchLastSequence(bytes: Uint8Array, at: number): number {
  const first = batchBaseSequence(bytes, at)
  return first === NONE ? NONE : nextSequence(first, batchLastOffsetDelta(bytes, at))
}

/** How many records there are; less than the span of offsets after compaction, even 0. */
export function batchRecordCount(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + BATCH_FIELD.recordCount)
}

/** The sequence number that is `count` >= 0 records after `sequence`: 2^31 − 1 is followed by 0. */
export function nextSequence(sequence: number, count: number): number {
  return (sequence + count) % 0x8000_0000
}

function readInt16(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) >> 16) | bytes[at + 1]!
}

function readInt32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

function readInt64(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) * 0x1_0000_0000 + (readInt32(bytes, at + 4) >>> 0)
}
