import { describe, expect, it } from 'vitest'
import { encodeEndTxnMarker } from '../../../src/protocol/control-records.ts'
import { crc32c } from '../../../src/protocol/crc32c.ts'
import { BATCH_FIELD } from '../../../src/protocol/record-batch.ts'
import { compressBatch } from '../../../src/protocol/record-batch-compression.ts'
import { encodeBatch } from '../../../src/protocol/record-batch-encode.ts'
import { assignOffsets, setLogAppendTime, writeCrc } from '../../../src/protocol/record-batch-patch.ts'
import { type BatchLimits, checkBatchFrame, validateBatch } from '../../../src/protocol/record-batch-validation.ts'
import { simCodecs } from '../../../src/sim/devices/sim-codecs.ts'
import { producedBatch } from './apache-batches.ts'

/** A copy of the produced batch with bytes overwritten from `at` on, and the checksum made right again. */
function changed(at: number, bytes: readonly number[]): Uint8Array {
  const batch = producedBatch.slice()
  batch.set(bytes, at)
  writeCrc(batch, 0, crc32c)
  return batch
}

function kindOf(batch: Uint8Array, limits: BatchLimits = {}): string | undefined {
  return validateBatch(batch, 0, batch.length, crc32c, limits)?.kind
}

describe('the frame of a batch', () => {
  it('is refused with any one bit flipped from the checksum on', () => {
    for (let index = BATCH_FIELD.crc; index < producedBatch.length; index++) {
      for (let bit = 0; bit < 8; bit++) {
        const batch = producedBatch.slice()
        batch[index]! ^= 1 << bit
        expect(checkBatchFrame(batch, 0, batch.length, crc32c)).toMatchObject({ kind: 'CORRUPT', position: 17 })
      }
    }
  })

  it('is refused with any one byte replaced by any other from the checksum on', () => {
    const batch = producedBatch.slice()
    for (let index = BATCH_FIELD.crc; index < batch.length; index++) {
      const original = batch[index]!
      for (let value = 0; value < 256; value++) {
        batch[index] = value
        expect(checkBatchFrame(batch, 0, batch.length, crc32c) === undefined).toBe(value === original)
      }
      batch[index] = original
    }
  })

  it('is truncated wherever it is cut short', () => {
    for (let length = 0; length < producedBatch.length; length++) {
      expect(checkBatchFrame(producedBatch, 0, length, crc32c)?.kind).toBe('TRUNCATED')
    }
  })

  it('may be followed by other bytes, and begin anywhere', () => {
    const bytes = new Uint8Array(producedBatch.length + 20).fill(0xff)
    bytes.set(producedBatch, 10)
    expect(validateBatch(bytes, 10, bytes.length, crc32c)).toBeUndefined()
    expect(checkBatchFrame(bytes, 10, 10 + producedBatch.length - 1, crc32c)?.kind).toBe('TRUNCATED')
  })

  it('tells the old message formats from damage', () => {
    for (const magic of [0, 1]) {
      const batch = changed(BATCH_FIELD.magic, [magic])
      expect(checkBatchFrame(batch, 0, batch.length, crc32c)?.kind).toBe('UNSUPPORTED_MAGIC')
      // A whole message of the old formats may be shorter than the header of a batch.
      expect(checkBatchFrame(batch, 0, 26, crc32c)?.kind).toBe('UNSUPPORTED_MAGIC')
    }
    for (const magic of [3, 0xff]) expect(kindOf(changed(BATCH_FIELD.magic, [magic]))).toBe('CORRUPT')
  })

  it('refuses a length that is negative or smaller than a header', () => {
    for (const length of [
      [0xff, 0xff, 0xff, 0xff],
      [0x80, 0, 0, 0],
      [0, 0, 0, 48],
    ]) {
      const batch = producedBatch.slice()
      batch.set(length, BATCH_FIELD.batchLength)
      expect(kindOf(batch)).toBe('CORRUPT')
    }
  })

  it('refuses numbers beyond the safe integers', () => {
    expect(kindOf(changed(BATCH_FIELD.baseOffset, [0, 0x20, 0, 0, 0, 0, 0, 0]))).toBe('INVALID_RECORD')
    expect(kindOf(changed(BATCH_FIELD.baseOffset, [0xff]))).toBe('INVALID_RECORD')
    expect(kindOf(changed(BATCH_FIELD.baseTimestamp, [0x7f]))).toBe('INVALID_TIMESTAMP')
    expect(kindOf(changed(BATCH_FIELD.maxTimestamp, [0x7f]))).toBe('INVALID_TIMESTAMP')
    expect(kindOf(changed(BATCH_FIELD.producerId, [0x7f]))).toBe('INVALID_RECORD')
  })
})

describe('the fields of a batch', () => {
  it('are refused where count and offsets disagree', () => {
    expect(kindOf(changed(BATCH_FIELD.recordCount, [0, 0, 0, 4]))).toBe('INVALID_RECORD')
    expect(kindOf(changed(BATCH_FIELD.recordCount, [0, 0, 0, 0]))).toBe('INVALID_RECORD')
    expect(kindOf(changed(BATCH_FIELD.recordCount, [0xff, 0xff, 0xff, 0xff]))).toBe('INVALID_RECORD')
    expect(kindOf(changed(BATCH_FIELD.lastOffsetDelta, [0, 0, 0, 1]))).toBe('INVALID_RECORD')
    expect(kindOf(changed(BATCH_FIELD.lastOffsetDelta, [0xff]))).toBe('INVALID_RECORD')
  })

  it('are refused where more records are announced than there are, or fewer', () => {
    const more = changed(BATCH_FIELD.recordCount, [0, 0, 0, 4])
    more[BATCH_FIELD.lastOffsetDelta + 3] = 3
    writeCrc(more, 0, crc32c)
    expect(kindOf(more)).toBe('INVALID_RECORD')
    const fewer = changed(BATCH_FIELD.recordCount, [0, 0, 0, 2])
    fewer[BATCH_FIELD.lastOffsetDelta + 3] = 1
    writeCrc(fewer, 0, crc32c)
    expect(kindOf(fewer)).toBe('INVALID_RECORD')
  })

  it('are refused where a producer id lacks its epoch or sequence', () => {
    expect(kindOf(changed(BATCH_FIELD.producerEpoch, [0xff, 0xff]))).toBe('INVALID_RECORD')
    expect(kindOf(changed(BATCH_FIELD.baseSequence, [0xff, 0xff, 0xff, 0xff]))).toBe('INVALID_RECORD')
    expect(kindOf(changed(BATCH_FIELD.producerId, Array(7).fill(0xff).concat(0xfe)))).toBe('INVALID_RECORD')
  })

  it('are refused where a transaction has no producer id, or the compression is unknown', () => {
    const records = [{ timestamp: 1, key: null, value: null }]
    const transactional = encodeBatch({ baseOffset: 0, isTransactional: true, records }, crc32c)
    expect(kindOf(transactional)).toBe('INVALID_RECORD')
    expect(kindOf(changed(BATCH_FIELD.attributes, [0, 5]))).toBe('INVALID_RECORD')
  })

  it('are all that is looked at where the records are compressed and nothing decompresses them', () => {
    expect(kindOf(changed(BATCH_FIELD.attributes, [0, 4]))).toBeUndefined()
    expect(kindOf(changed(BATCH_FIELD.attributes, [0, 4]), { decompressor: simCodecs })).toBe('INVALID_RECORD')
  })
})

describe('what only brokers may write', () => {
  const isFromClient = { isFromClient: true }

  it('is refused from a client: a base offset, LogAppendTime, control records', () => {
    const offset = producedBatch.slice()
    assignOffsets(offset, 0, 1, 0)
    const time = producedBatch.slice()
    setLogAppendTime(time, 0, 5, crc32c)
    const marker = { type: 'ABORT', producerId: 1, producerEpoch: 0, coordinatorEpoch: 0, timestamp: 5 } as const
    const control = encodeEndTxnMarker(marker, crc32c)
    expect([offset, time, control].map((batch) => kindOf(batch, isFromClient))).toEqual([
      'INVALID_RECORD',
      'INVALID_TIMESTAMP',
      'INVALID_RECORD',
    ])
    expect([offset, time, control].map((batch) => kindOf(batch))).toEqual([undefined, undefined, undefined])
  })
})

describe('the records of a batch', () => {
  const records = [
    { timestamp: 100, key: Uint8Array.of(1), value: null },
    { timestamp: 200, key: null, value: Uint8Array.of(2) },
    { timestamp: -1, key: Uint8Array.of(3), value: null },
  ]
  const batch = encodeBatch({ baseOffset: 0, records }, crc32c)

  it('need keys where the topic is compacted', () => {
    const problem = validateBatch(batch, 0, batch.length, crc32c, { requiresKeys: true })
    expect(problem).toMatchObject({ kind: 'INVALID_RECORD', recordIndex: 1 })
  })

  it('are held to the bounds of time, unless they have no timestamp', () => {
    const check = (limits: BatchLimits) => validateBatch(batch, 0, batch.length, crc32c, limits)
    expect(check({ timestampMin: 100, timestampMax: 200 })).toBeUndefined()
    expect(check({ timestampMin: 101 })).toMatchObject({ kind: 'INVALID_TIMESTAMP', recordIndex: 0 })
    expect(check({ timestampMax: 199 })).toMatchObject({ kind: 'INVALID_TIMESTAMP', recordIndex: 1 })
  })

  // The first record of the produced batch: 61 length, 62 attributes, 63 timestamp delta, 64 offset delta, 65 key
  // length, 71 value length, 83 header count, 84 length of the header's key, 90 length of its value.
  const malformed: readonly (readonly [string, number, readonly number[]])[] = [
    ['a length beyond the batch', 61, [0xfe, 0x7f]],
    ['a negative length', 61, [0x01]],
    ['a length one too long', 61, [0x3e]],
    ['a length one too short', 61, [0x3a]],
    ['an offset delta that skips one', 64, [0x02]],
    ['a negative offset delta', 64, [0x01]],
    ['a key longer than the record', 65, [0x7e]],
    ['a key of length -2', 65, [0x03]],
    ['a value longer than the record', 71, [0x7e]],
    ['a value of length -2', 71, [0x03]],
    ['a negative number of headers', 83, [0x01]],
    ['more headers than there are', 83, [0x04]],
    ['a header without a key', 84, [0x01]],
    ["a header's value beyond the record", 90, [0x7e]],
    ['a varint without an end', 61, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ['a varint beyond 32 bits', 61, [0xff, 0xff, 0xff, 0xff, 0x1f]],
    ['a varlong without an end', 63, Array(11).fill(0x80)],
  ]
  for (const [what, at, bytes] of malformed) {
    it(`are refused with ${what}`, () => {
      const problem = validateBatch(changed(at, bytes), 0, producedBatch.length, crc32c)
      expect(problem).toMatchObject({ kind: 'INVALID_RECORD', recordIndex: 0 })
      expect(problem?.position).toBeGreaterThanOrEqual(61)
    })
  }

  it('are refused for the same reason, at the same place, where they are compressed', () => {
    for (const [, at, bytes] of malformed) {
      const plain = changed(at, bytes)
      const compressed = compressBatch(plain, simCodecs, 'lz4')
      const found = validateBatch(compressed, 0, compressed.length, crc32c, { decompressor: simCodecs })
      expect(found).toEqual(validateBatch(plain, 0, plain.length, crc32c))
    }
    const early = compressBatch(batch, simCodecs, 'lz4')
    const limits = { timestampMin: 101, decompressor: simCodecs }
    expect(validateBatch(early, 0, early.length, crc32c, limits)).toEqual(
      validateBatch(batch, 0, batch.length, crc32c, limits),
    )
  })

  it('are refused with a timestamp beyond the safe integers', () => {
    const far = changed(63, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])
    expect(kindOf(far)).toBe('INVALID_TIMESTAMP')
  })
})
