/**
 * What a leader changes in a batch that it appends, in place: offsets and epoch, and where the topic or the producer's
 * carelessness ask for it, the timestamps.
 *
 * The batch has passed `validateBatch`. Offset and epoch are outside the checksum; timestamps are inside, so changing
 * them computes it anew, and nothing is computed where nothing changes.
 * Source: KIP-98; KIP-32 for the timestamp types.
 */

import { assert } from '../world/assert.ts'
import type { Crc32c } from './crc32c.ts'
import { BATCH_ATTRIBUTE, BATCH_FIELD, batchAttributes, batchBytes, batchMaxTimestamp } from './record-batch.ts'
import { RecordCursor } from './records.ts'

/** Gives the records their offsets, `baseOffset` for the first, and the batch its leader's epoch. */
export function assignOffsets(bytes: Uint8Array, at: number, baseOffset: number, leaderEpoch: number): void {
  assert(Number.isSafeInteger(baseOffset) && baseOffset >= 0, 'a base offset is a safe integer, 0 or more')
  writeInt64(bytes, at + BATCH_FIELD.baseOffset, baseOffset)
  writeInt32(bytes, at + BATCH_FIELD.leaderEpoch, leaderEpoch)
}

/** Makes `timestamp` (milliseconds since the Unix epoch) the timestamp of every record, as LogAppendTime. */
export function setLogAppendTime(bytes: Uint8Array, at: number, timestamp: number, crc32c: Crc32c): void {
  const attributes = batchAttributes(bytes, at) | BATCH_ATTRIBUTE.logAppendTime
  setTimestamps(bytes, at, attributes, timestamp, crc32c)
}

/**
 * Makes the header's maximum timestamp what the records say, as Kafka does silently for a producer that got it wrong.
 * Costs a walk over the records: those of `plain`, the same batch at 0 as an uncompressed one, where it is compressed.
 * Errors: `ProtocolError`, the batch left as it was.
 */
export function correctMaxTimestamp(bytes: Uint8Array, at: number, crc32c: Crc32c, plain?: Uint8Array): void {
  const cursor = plain === undefined ? new RecordCursor(bytes, at) : new RecordCursor(plain, 0)
  let max = Number.MIN_SAFE_INTEGER
  while (cursor.next()) max = Math.max(max, cursor.timestamp)
  cursor.throwProblem()
  setTimestamps(bytes, at, batchAttributes(bytes, at), max, crc32c)
}

function setTimestamps(bytes: Uint8Array, at: number, attributes: number, max: number, crc32c: Crc32c): void {
  if (batchAttributes(bytes, at) === attributes && batchMaxTimestamp(bytes, at) === max) return
  writeInt16(bytes, at + BATCH_FIELD.attributes, attributes)
  writeInt64(bytes, at + BATCH_FIELD.maxTimestamp, max)
  writeCrc(bytes, at, crc32c)
}

/** Computes the checksum of the batch and stores it. */
export function writeCrc(bytes: Uint8Array, at: number, crc32c: Crc32c): void {
  const crc = crc32c(bytes, at + BATCH_FIELD.attributes, at + batchBytes(bytes, at))
  writeInt32(bytes, at + BATCH_FIELD.crc, crc)
}

/** Writes the low 16 bits of `value` at `at`. */
export function writeInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8
  bytes[at + 1] = value
}

/** Writes the low 32 bits of `value` at `at`. */
export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24
  bytes[at + 1] = value >> 16
  bytes[at + 2] = value >> 8
  bytes[at + 3] = value
}

/** Writes a safe integer as an int64 at `at`. */
export function writeInt64(bytes: Uint8Array, at: number, value: number): void {
  assert(Number.isSafeInteger(value), 'an int64 is written from a safe integer')
  writeInt32(bytes, at, Math.floor(value / 0x1_0000_0000))
  writeInt32(bytes, at + 4, value)
}
