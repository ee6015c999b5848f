/**
 * The records of a batch, walked in place.
 *
 * ```
 * record: [length varint][attributes i8 = 0][timestamp delta varlong][offset delta varint]
 *         [key length varint][key][value length varint][value][header count varint][headers]
 * header: [key length varint][key: UTF-8][value length varint][value]
 * ```
 * Varints are zigzag, least significant group first; a length of -1 is null, which a header's key may not be.
 * A cursor makes no object per record: a broker looks at millions. Nothing is trusted: whatever the bytes are, the walk
 * ends or tells what is wrong. Not here: compressed records, and the checksum (`record-batch-validation.ts`).
 * Source: KIP-98; Kafka protocol guide, "Record".
 */

import { ProtocolError, type ProtocolErrorCode } from './protocol-error.ts'
import {
  BATCH_HEADER_BYTES,
  batchBaseOffset,
  batchBaseTimestamp,
  batchBytes,
  batchCompression,
  batchLastOffsetDelta,
  batchMagic,
  batchMaxTimestamp,
  batchRecordCount,
  batchTimestampType,
  MAGIC,
} from './record-batch.ts'
import { decodeUtf8 } from './utf8.ts'

/** A record header: a note beside key and value. */
export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** A record as an object; key and values are views of the batch. */
export interface DecodedRecord {
  readonly offset: number
  /** Milliseconds since the Unix epoch, or -1. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

/** Where the parts of one record are: indexes into the array that is walked. Lengths are -1 for null. */
export interface RecordPlace {
  /** Its place among the batch's records, from 0. */
  readonly index: number
  readonly offset: number
  /** Milliseconds since the Unix epoch, or -1; under LogAppendTime that of the batch. */
  readonly timestamp: number
  readonly keyStart: number
  readonly keyLength: number
  readonly valueStart: number
  readonly valueLength: number
  readonly headersStart: number
  readonly headersCount: number
}

/**
 * Calls `visit` for every record of the batch at `at`, in order. The place handed over changes with the next record.
 * Errors: `ProtocolError`, after the records before it were visited.
 */
export function walkRecords(bytes: Uint8Array, at: number, visit: (record: RecordPlace) => void): void {
  const cursor = new RecordCursor(bytes, at)
  while (cursor.next()) visit(cursor)
  cursor.throwProblem()
}

/** The records of the batch at `at`, as objects whose byte fields are views of `bytes`. Errors: `ProtocolError`. */
export function decodeRecords(bytes: Uint8Array, at: number): DecodedRecord[] {
  const records: DecodedRecord[] = []
  const cursor = new RecordCursor(bytes, at)
  while (cursor.next()) records.push(cursor.record())
  cursor.throwProblem()
  return records
}

/**
 * A place in a batch that `next` moves from record to record. It stops at the end or at the first thing that is wrong,
 * and `problem` tells which.
 */
export class RecordCursor implements RecordPlace {
  index = -1
  offset = -1
  /** The offset less the base offset; greater than that of the record before. */
  offsetDelta = -1
  timestamp = -1
  keyStart = 0
  keyLength = -1
  valueStart = 0
  valueLength = -1
  headersStart = 0
  headersCount = 0
  /** What stopped the walk; undefined while nothing is wrong. */
  problem: string | undefined
  problemCode: ProtocolErrorCode = 'MALFORMED'
  /** Where it went wrong; for a record, where it begins or which of its bytes it is. */
  problemPosition = 0
  private readonly bytes: Uint8Array
  private readonly end: number
  private readonly count: number
  private readonly baseOffset: number
  private readonly lastOffsetDelta: number
  private readonly baseTimestamp: number
  private readonly appendTime: number | undefined
  private position: number
  /** End of the record that is being read, exclusive. */
  private limit: number

  /**
   * Places the cursor before the first record of the batch at `at`. `records`: those of the batch, all of that array, where
   * they were compressed; places are in that array then.
   */
  constructor(bytes: Uint8Array, at: number, records?: Uint8Array) {
    const isWhole = bytes.length - at >= BATCH_HEADER_BYTES && batchBytes(bytes, at) <= bytes.length - at
    const batchEnd = isWhole ? at + batchBytes(bytes, at) : at + BATCH_HEADER_BYTES
    this.bytes = records ?? bytes
    this.position = records === undefined ? at + BATCH_HEADER_BYTES : 0
    this.end = records === undefined ? batchEnd : records.length
    this.limit = this.end
    this.count = isWhole ? batchRecordCount(bytes, at) : 0
    this.baseOffset = batchBaseOffset(bytes, at)
    this.lastOffsetDelta = batchLastOffsetDelta(bytes, at)
    this.baseTimestamp = batchBaseTimestamp(bytes, at)
    this.appendTime = batchTimestampType(bytes, at) === 'LogAppendTime' ? batchMaxTimestamp(bytes, at) : undefined
    if (!isWhole) this.stop('TRUNCATED', 'the bytes end before the record batch does', at)
    else if (batchMagic(bytes, at) !== MAGIC) {
      this.stop('UNSUPPORTED_VERSION', `a record batch of magic ${batchMagic(bytes, at)}`, at)
    } else if (records === undefined && batchCompression(bytes, at) !== 'none') {
      this.stop(
        'UNSUPPORTED_VERSION',
        `records compressed with ${batchCompression(bytes, at) ?? 'an unknown codec'}`,
        at,
      )
    } else if (this.end < this.position) {
      this.stop('MALFORMED', 'a record batch shorter than its header', at)
    }
  }

  /** Moves to the next record. False: there is none, or it is damaged. */
  next(): boolean {
    if (this.problem !== undefined) return false
    if (this.index + 1 >= this.count) {
      if (this.position < this.end) this.stop('MALFORMED', `${this.end - this.position} bytes follow the last record`)
      return false
    }
    this.index++
    this.limit = this.end
    const length = this.varint()
    const start = this.position
    if (this.problem !== undefined) return false
    if (length < 0 || length > this.end - start) {
      return this.stop(
        'MALFORMED',
        `a record's length is ${length} and ${this.end - start} bytes of the batch are left`,
      )
    }
    this.limit = start + length
    this.readBody()
    if (this.problem !== undefined) return false
    if (this.position !== this.limit) {
      return this.stop('MALFORMED', `a record's length is ${length} and its fields take ${this.position - start} bytes`)
    }
    return true
  }

  /** The present record as an object; its byte fields are views. Errors: `ProtocolError` for a key that is not UTF-8. */
  record(): DecodedRecord {
    return {
      offset: this.offset,
      timestamp: this.timestamp,
      key: this.view(this.keyStart, this.keyLength),
      value: this.view(this.valueStart, this.valueLength),
      headers: this.headers(),
    }
  }

  /** Does nothing unless something was wrong. Errors: `ProtocolError`. */
  throwProblem(): void {
    if (this.problem === undefined) return
    const error = new ProtocolError(this.problemCode, this.problemPosition, this.problem)
    throw this.index < 0 ? error : error.within(`records[${this.index}]`)
  }

  private readBody(): void {
    // Attributes are unused, and ignored so that they may come to mean something.
    this.skip(1, 'attributes')
    const timestamp = this.baseTimestamp + this.varlong()
    if (!Number.isSafeInteger(timestamp)) this.stop('OUT_OF_RANGE', "a record's timestamp is beyond 2^53 - 1")
    this.timestamp = this.appendTime ?? timestamp
    const offsetDelta = this.varint()
    if (offsetDelta <= this.offsetDelta || offsetDelta > this.lastOffsetDelta) {
      const detail = `offset delta ${offsetDelta} after ${this.offsetDelta}; the batch's last is ${this.lastOffsetDelta}`
      this.stop('MALFORMED', detail)
    }
    this.offsetDelta = offsetDelta
    this.offset = this.baseOffset + offsetDelta
    this.keyLength = this.length('key')
    this.keyStart = this.skip(this.keyLength, 'key')
    this.valueLength = this.length('value')
    this.valueStart = this.skip(this.valueLength, 'value')
    const headersCount = this.varint()
    if (headersCount < 0) this.stop('MALFORMED', `a record has ${headersCount} headers`)
    this.headersCount = headersCount
    this.headersStart = this.position
    for (let left = headersCount; left > 0 && this.problem === undefined; left--) {
      const keyLength = this.length("header's key")
      if (keyLength < 0) this.stop('MALFORMED', "a header's key is null")
      this.skip(keyLength, "header's key")
      this.skip(this.length("header's value"), "header's value")
    }
  }

  private headers(): RecordHeader[] {
    const headers: RecordHeader[] = []
    const after = this.position
    this.position = this.headersStart
    for (let index = 0; index < this.headersCount; index++) {
      const keyStart = this.skip(this.varint(), '') + 0
      const key = decodeUtf8(this.bytes, keyStart, this.position)
      if (key === undefined) throw new ProtocolError('MALFORMED', keyStart, "a header's key is not valid UTF-8")
      const length = this.varint()
      headers.push({ key, value: this.view(this.skip(length, ''), length) })
    }
    this.position = after
    return headers
  }

  private view(start: number, length: number): Uint8Array | null {
    return length < 0 ? null : this.bytes.subarray(start, start + length)
  }

  /** A length of -1 or more. */
  private length(what: string): number {
    const length = this.varint()
    if (length < -1) this.stop('MALFORMED', `the length of a record's ${what} is ${length}`)
    return length
  }

  /** Steps over `count` bytes, or over none where it is negative; returns where they begin. */
  private skip(count: number, what: string): number {
    const at = this.position
    if (count <= 0) return at
    if (count > this.limit - at) this.stop('MALFORMED', `a record's ${what} of ${count} bytes goes beyond the record`)
    else this.position = at + count
    return at
  }

  /** A zigzag int32. */
  private varint(): number {
    const bytes = this.bytes
    const limit = this.limit
    let at = this.position
    let value = 0
    for (let shift = 0; shift < 35 && at < limit; shift += 7) {
      const byte = bytes[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        if (shift === 28 && byte > 0x0f) break
        this.position = at
        return (value >>> 1) ^ -(value & 1)
      }
    }
    this.stop('MALFORMED', 'a varint does not end within its record or its 32 bits')
    return 0
  }

  /** A zigzag int64; where it is no safe integer, neither is what comes back. */
  private varlong(): number {
    let low = 0
    let high = 0
    for (let group = 0; group < 10 && this.position < this.limit; group++) {
      const byte = this.bytes[this.position++]!
      if (group < 4) low |= (byte & 0x7f) << (7 * group)
      else high += (byte & 0x7f) * 2 ** (7 * (group - 4))
      if (byte < 0x80) {
        const half = (low >>> 1) + high * 0x800_0000
        return (low & 1) === 1 ? -half - 1 : half
      }
    }
    this.stop('MALFORMED', 'a varlong does not end within its record or its 64 bits')
    return 0
  }

  /** Keeps what went wrong first. */
  private stop(code: ProtocolErrorCode, problem: string, position = this.position): false {
    if (this.problem === undefined) {
      this.problem = problem
      this.problemCode = code
      this.problemPosition = position
    }
    return false
  }
}
