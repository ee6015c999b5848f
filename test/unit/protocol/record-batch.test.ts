import { describe, expect, it } from 'vitest'
import { decodeControlType, decodeEndTxnMarker, encodeEndTxnMarker } from '../../../src/protocol/control-records.ts'
import { crc32c } from '../../../src/protocol/crc32c.ts'
import { ProtocolError } from '../../../src/protocol/protocol-error.ts'
import { batchBytes, batchLastSequence, nextSequence, readBatchHeader } from '../../../src/protocol/record-batch.ts'
import { encodeBatch, recordBytes } from '../../../src/protocol/record-batch-encode.ts'
import {
  assignOffsets,
  correctMaxTimestamp,
  setLogAppendTime,
  writeCrc,
} from '../../../src/protocol/record-batch-patch.ts'
import { checkBatchFrame, validateBatch } from '../../../src/protocol/record-batch-validation.ts'
import { decodeRecords, walkRecords } from '../../../src/protocol/records.ts'
import { producedBatch, transactionLog } from './apache-batches.ts'

const utf8 = (text: string) => Uint8Array.from(Buffer.from(text))

const producedRecords = [
  { key: utf8('key-1'), value: utf8('first value'), headers: [{ key: 'trace', value: utf8('7') }] },
  {
    key: utf8('key-2'),
    value: utf8('둘째 값'),
    headers: [
      { key: 'trace', value: utf8('8') },
      { key: 'lang', value: utf8('ko') },
    ],
  },
  { key: utf8('key-3'), value: null, headers: [] },
]

describe('a batch that Apache Kafka wrote', () => {
  it('has the header that Apache Kafka shows for it', () => {
    expect(readBatchHeader(producedBatch, 0)).toEqual({
      baseOffset: 0,
      lastOffset: 2,
      sizeBytes: producedBatch.length,
      leaderEpoch: 0,
      magic: 2,
      crc: 0x21e34543,
      attributes: 0,
      compression: 'none',
      timestampType: 'CreateTime',
      isTransactional: false,
      isControl: false,
      baseTimestamp: 1795389056627,
      maxTimestamp: 1795389056637,
      producerId: 0,
      producerEpoch: 0,
      baseSequence: 0,
      recordCount: 3,
    })
  })

  it('is valid, also as what a client sent to a compacted topic', () => {
    const limits = { isFromClient: true, requiresKeys: true, timestampMin: 1795389056627, timestampMax: 1795389056637 }
    expect(validateBatch(producedBatch, 0, producedBatch.length, crc32c, limits)).toBeUndefined()
  })

  it('gives the records that were produced', () => {
    const timestamps = [1795389056627, 1795389056637, 1795389056637]
    const expected = producedRecords.map((record, index) => ({
      ...record,
      offset: index,
      timestamp: timestamps[index],
    }))
    expect(decodeRecords(producedBatch, 0)).toEqual(expected)
  })

  it('is encoded from its records to the same bytes', () => {
    const decoded = decodeRecords(producedBatch, 0)
    const encoded = encodeBatch(
      { baseOffset: 0, leaderEpoch: 0, producerId: 0, producerEpoch: 0, baseSequence: 0, records: decoded },
      crc32c,
    )
    expect(encoded).toEqual(producedBatch)
  })

  it('can be followed by a transaction and its marker in one log', () => {
    const headers = []
    for (let at = 0; at < transactionLog.length; at += batchBytes(transactionLog, at)) {
      expect(validateBatch(transactionLog, at, transactionLog.length, crc32c)).toBeUndefined()
      headers.push(readBatchHeader(transactionLog, at))
    }
    expect(headers.map(({ baseOffset, lastOffset }) => [baseOffset, lastOffset])).toEqual([
      [0, 0],
      [1, 2],
      [3, 3],
    ])
    expect(headers.map(({ isTransactional, isControl }) => [isTransactional, isControl])).toEqual([
      [true, false],
      [true, false],
      [true, true],
    ])
    const markerAt = headers[0]!.sizeBytes + headers[1]!.sizeBytes
    const [marker] = decodeRecords(transactionLog, markerAt)
    expect(decodeControlType(marker!.key)).toBe('COMMIT')
    expect(decodeEndTxnMarker(marker!.value)).toEqual({ coordinatorEpoch: 0 })

    const ours = encodeEndTxnMarker(
      { type: 'COMMIT', producerId: 1, producerEpoch: 1, coordinatorEpoch: 0, timestamp: marker!.timestamp },
      crc32c,
    )
    assignOffsets(ours, 0, 3, 0)
    expect(ours).toEqual(transactionLog.subarray(markerAt))
  })
})

describe('a leader that appends a batch', () => {
  it('sets offset and epoch without touching the checksum', () => {
    const batch = producedBatch.slice()
    assignOffsets(batch, 0, 2 ** 40 + 5, 9)
    expect(readBatchHeader(batch, 0)).toMatchObject({
      baseOffset: 2 ** 40 + 5,
      lastOffset: 2 ** 40 + 7,
      leaderEpoch: 9,
    })
    expect(checkBatchFrame(batch, 0, batch.length, crc32c)).toBeUndefined()
    expect(decodeRecords(batch, 0).map(({ offset }) => offset)).toEqual([2 ** 40 + 5, 2 ** 40 + 6, 2 ** 40 + 7])
  })

  it('gives every record the time of the append where the topic asks for it', () => {
    const batch = producedBatch.slice()
    setLogAppendTime(batch, 0, 1_800_000_000_000, crc32c)
    expect(validateBatch(batch, 0, batch.length, crc32c)).toBeUndefined()
    expect(readBatchHeader(batch, 0).timestampType).toBe('LogAppendTime')
    expect(decodeRecords(batch, 0).map(({ timestamp }) => timestamp)).toEqual(Array(3).fill(1_800_000_000_000))
  })

  it('corrects a maximum timestamp that the producer got wrong, and nothing else', () => {
    const batch = producedBatch.slice()
    batch.fill(0, 35, 43)
    writeCrc(batch, 0, crc32c)
    expect(validateBatch(batch, 0, batch.length, crc32c)?.kind).toBe('MAX_TIMESTAMP')
    correctMaxTimestamp(batch, 0, crc32c)
    expect(batch).toEqual(producedBatch)
  })
})

describe('sequence numbers', () => {
  it('go from the largest int32 to zero', () => {
    expect(nextSequence(0, 1)).toBe(1)
    expect(nextSequence(2 ** 31 - 1, 1)).toBe(0)
    expect(nextSequence(2 ** 31 - 2, 5)).toBe(3)
  })

  it('wrap within a batch, which is valid', () => {
    const records = [1, 2, 3].map((timestamp) => ({ timestamp, key: null, value: null }))
    const producer = { producerId: 1, producerEpoch: 0, baseSequence: 2 ** 31 - 2 }
    const batch = encodeBatch({ baseOffset: 0, ...producer, records }, crc32c)
    expect(validateBatch(batch, 0, batch.length, crc32c)).toBeUndefined()
    expect(batchLastSequence(batch, 0)).toBe(0)
  })
})

describe('walking over records', () => {
  it('shows where keys and values are, without copying them', () => {
    const seen: string[] = []
    walkRecords(producedBatch, 0, ({ index, keyStart, keyLength, valueStart, valueLength, headersCount }) => {
      const text = (start: number, length: number) =>
        length < 0 ? 'null' : Buffer.from(producedBatch.subarray(start, start + length)).toString()
      seen.push(`${index}: ${text(keyStart, keyLength)} = ${text(valueStart, valueLength)}, ${headersCount} headers`)
    })
    expect(seen).toEqual([
      '0: key-1 = first value, 1 headers',
      '1: key-2 = 둘째 값, 2 headers',
      '2: key-3 = null, 0 headers',
    ])
  })

  it('refuses compressed records with a typed error', () => {
    const batch = producedBatch.slice()
    batch[22] = 1
    expect(() => decodeRecords(batch, 0)).toThrow(ProtocolError)
    expect(() => decodeRecords(batch, 0)).toThrow(/gzip/)
  })

  it('refuses a batch of which only a part is there', () => {
    for (const length of [0, 11, 60, 61, producedBatch.length - 1]) {
      expect(() => decodeRecords(producedBatch.subarray(0, length), 0)).toThrow(/TRUNCATED/)
    }
  })
})

describe('the size of a record', () => {
  it('is known before it is encoded', () => {
    const [first, second] = decodeRecords(producedBatch, 0)
    expect(recordBytes(first!, 0, 0)).toBe(31)
    const batch = encodeBatch({ baseOffset: 0, records: [first!, second!] }, crc32c)
    expect(batch.length).toBe(61 + recordBytes(first!, 0, 0) + recordBytes(second!, 1, 10))
  })
})
