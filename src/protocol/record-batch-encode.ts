/**
 * Record batches from records: what producers send, and what a broker writes of its own (markers, metadata, offsets).
 *
 * Sizes are known before the first byte is written, so a batch is one array of exactly its size. Offsets are consecutive
 * from the base offset. Not here: compression, and batches whose offsets have gaps (only compaction makes them).
 * Source: KIP-98; the layouts are in `record-batch.ts` and `records.ts`.
 */

import { assert } from '../world/assert.ts'
import type { Crc32c } from './crc32c.ts'
import {
  BATCH_ATTRIBUTE,
  BATCH_FIELD,
  BATCH_HEADER_BYTES,
  LOG_OVERHEAD,
  MAGIC,
  NONE,
  type TimestampType,
} from './record-batch.ts'
import { writeCrc, writeInt16, writeInt32, writeInt64 } from './record-batch-patch.ts'
import type { RecordHeader } from './records.ts'
import { utf8Length, writeUtf8 } from './utf8.ts'

/** A record to encode. */
export interface RecordInput {
  /** Milliseconds since the Unix epoch, or -1 for none. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** Default: none. Keys are valid Unicode. */
  readonly headers?: readonly RecordHeader[]
}

/** A batch to encode. */
export interface BatchInput {
  /** Offset of the first record. A producer sends 0. */
  readonly baseOffset: number
  /** Default: -1, none. */
  readonly leaderEpoch?: number
  /** Default: CreateTime. Under LogAppendTime all records share the largest timestamp given. */
  readonly timestampType?: TimestampType
  /** Default: -1, none; so for the two that follow. */
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  /** Default: false. */
  readonly isTransactional?: boolean
  /** Default: false. */
  readonly isControl?: boolean
  /** One or more. */
  readonly records: readonly RecordInput[]
}

/** The batch, in an array of its own. */
export function encodeBatch(batch: BatchInput, crc32c: Crc32c): Uint8Array {
  const { records } = batch
  assert(records.length > 0, 'a batch that is encoded has a record')
  const baseTimestamp = records[0]!.timestamp
  let maxTimestamp = baseTimestamp
  let size = BATCH_HEADER_BYTES
  for (const [index, record] of records.entries()) {
    size += recordBytes(record, index, record.timestamp - baseTimestamp)
    if (record.timestamp > maxTimestamp) maxTimestamp = record.timestamp
  }
  const bytes = new Uint8Array(size)
  writeHeader(bytes, batch, baseTimestamp, maxTimestamp)
  let at = BATCH_HEADER_BYTES
  for (const [index, record] of records.entries()) {
    at = writeRecord(bytes, at, record, index, record.timestamp - baseTimestamp)
  }
  assert(at === size, 'a batch takes the bytes that were counted')
  writeCrc(bytes, 0, crc32c)
  return bytes
}

/** Bytes of a record in a batch: `offsetDelta` from its base offset, `timestampDelta` from its first timestamp. */
export function recordBytes(record: RecordInput, offsetDelta: number, timestampDelta: number): number {
  const body = bodyBytes(record, offsetDelta, timestampDelta)
  return varintBytes(body) + body
}

function bodyBytes(record: RecordInput, offsetDelta: number, timestampDelta: number): number {
  const headers = record.headers ?? []
  let size = 1 + varlongBytes(timestampDelta) + varintBytes(offsetDelta) + varintBytes(headers.length)
  size += fieldBytes(record.key) + fieldBytes(record.value)
  for (const header of headers) {
    const length = utf8Length(header.key)
    assert(length >= 0, "a header's key is valid Unicode")
    size += varintBytes(length) + length + fieldBytes(header.value)
  }
  return size
}

function fieldBytes(field: Uint8Array | null): number {
  return field === null ? 1 : varintBytes(field.length) + field.length
}

function writeHeader(bytes: Uint8Array, batch: BatchInput, baseTimestamp: number, maxTimestamp: number): void {
  const attributes =
    (batch.timestampType === 'LogAppendTime' ? BATCH_ATTRIBUTE.logAppendTime : 0) |
    (batch.isTransactional === true ? BATCH_ATTRIBUTE.transactional : 0) |
    (batch.isControl === true ? BATCH_ATTRIBUTE.control : 0)
  writeInt64(bytes, BATCH_FIELD.baseOffset, batch.baseOffset)
  writeInt32(bytes, BATCH_FIELD.batchLength, bytes.length - LOG_OVERHEAD)
  writeInt32(bytes, BATCH_FIELD.leaderEpoch, batch.leaderEpoch ?? NONE)
  bytes[BATCH_FIELD.magic] = MAGIC
  writeInt16(bytes, BATCH_FIELD.attributes, attributes)
  writeInt32(bytes, BATCH_FIELD.lastOffsetDelta, batch.records.length - 1)
  writeInt64(bytes, BATCH_FIELD.baseTimestamp, baseTimestamp)
  writeInt64(bytes, BATCH_FIELD.maxTimestamp, maxTimestamp)
  writeInt64(bytes, BATCH_FIELD.producerId, batch.producerId ?? NONE)
  writeInt16(bytes, BATCH_FIELD.producerEpoch, batch.producerEpoch ?? NONE)
  writeInt32(bytes, BATCH_FIELD.baseSequence, batch.baseSequence ?? NONE)
  writeInt32(bytes, BATCH_FIELD.recordCount, batch.records.length)
}

/** Writes the record at `start` and returns where it ends. */
function writeRecord(
  bytes: Uint8Array,
  start: number,
  record: RecordInput,
  offsetDelta: number,
  timestampDelta: number,
) {
  const headers = record.headers ?? []
  let at = writeVarint(bytes, start, bodyBytes(record, offsetDelta, timestampDelta))
  bytes[at++] = 0
  at = writeVarlong(bytes, at, timestampDelta)
  at = writeVarint(bytes, at, offsetDelta)
  at = writeField(bytes, at, record.key)
  at = writeField(bytes, at, record.value)
  at = writeVarint(bytes, at, headers.length)
  for (const header of headers) {
    at = writeVarint(bytes, at, utf8Length(header.key))
    at = writeUtf8(header.key, bytes, at)
    at = writeField(bytes, at, header.value)
  }
  return at
}

function writeField(bytes: Uint8Array, start: number, field: Uint8Array | null): number {
  if (field === null) return writeVarint(bytes, start, -1)
  const at = writeVarint(bytes, start, field.length)
  bytes.set(field, at)
  return at + field.length
}

/** Bytes of an int32 as a zigzag varint. */
function varintBytes(value: number): number {
  let size = 1
  for (let rest = ((value << 1) ^ (value >> 31)) >>> 0; rest > 0x7f; rest >>>= 7) size++
  return size
}

function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80
  bytes[at++] = rest
  return at
}

/** The zigzag form of a delta that is in ±2^52, so that it is exact. */
function zigzag(delta: number): number {
  assert(Math.abs(delta) < 2 ** 52, 'the timestamps of a batch are within 2^52 ms of one another')
  return delta < 0 ? -2 * delta - 1 : 2 * delta
}

function varlongBytes(delta: number): number {
  let size = 1
  for (let rest = zigzag(delta); rest > 0x7f; rest = Math.floor(rest / 0x80)) size++
  return size
}

function writeVarlong(bytes: Uint8Array, start: number, delta: number): number {
  let at = start
  let rest = zigzag(delta)
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80
  bytes[at++] = rest
  return at
}
