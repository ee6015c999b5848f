/** Laws of record batches. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32c } from '../../src/protocol/crc32c.ts'
import { ProtocolError } from '../../src/protocol/protocol-error.ts'
import { BATCH_HEADER_BYTES, readBatchHeader } from '../../src/protocol/record-batch.ts'
import { encodeBatch, type RecordInput } from '../../src/protocol/record-batch-encode.ts'
import { correctMaxTimestamp, writeCrc } from '../../src/protocol/record-batch-patch.ts'
import { checkBatchFrame, validateBatch } from '../../src/protocol/record-batch-validation.ts'
import { decodeRecords, walkRecords } from '../../src/protocol/records.ts'

const field = fc.option(fc.uint8Array({ maxLength: 200 }))
const record: fc.Arbitrary<RecordInput> = fc.record({
  timestamp: fc.oneof(fc.constant(-1), fc.nat(), fc.integer({ min: 0, max: 2 ** 51 })),
  key: field,
  value: field,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 8 }), value: field }), { maxLength: 3 }),
})
const records = fc.array(record, { minLength: 1, maxLength: 80 })
const baseOffset = fc.integer({ min: 0, max: 2 ** 52 })

function refusesOnlyByType(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError)
  }
}

/** Whatever the bytes: a problem or none, and typed errors only. */
function examine(bytes: Uint8Array): void {
  const problem = validateBatch(bytes, 0, bytes.length, crc32c)
  if (problem !== undefined) {
    expect(problem.position).toBeGreaterThanOrEqual(0)
    expect(problem.position).toBeLessThanOrEqual(bytes.length)
  } else if ((bytes[22]! & 7) === 0) {
    expect(decodeRecordsOrKeyError(bytes)).toBe(true)
  }
  refusesOnlyByType(() => decodeRecords(bytes, 0))
  refusesOnlyByType(() => walkRecords(bytes, 0, () => undefined))
  refusesOnlyByType(() => correctMaxTimestamp(bytes.slice(), 0, crc32c))
}

/** A valid batch decodes, but for header keys that are not UTF-8, which only a reader minds. */
function decodeRecordsOrKeyError(bytes: Uint8Array): boolean {
  try {
    return decodeRecords(bytes, 0).length === readBatchHeader(bytes, 0).recordCount
  } catch (error) {
    return error instanceof ProtocolError && error.message.includes('UTF-8')
  }
}

describe('record batches', () => {
  it('give back the records they were encoded from, at consecutive offsets, and are valid', () => {
    fc.assert(
      fc.property(records, baseOffset, (input, base) => {
        const batch = encodeBatch({ baseOffset: base, records: input }, crc32c)
        const end = Math.max(...input.map(({ timestamp }) => timestamp))
        expect(validateBatch(batch, 0, batch.length, crc32c)).toBeUndefined()
        expect(decodeRecords(batch, 0)).toEqual(input.map((each, index) => ({ ...each, offset: base + index })))
        expect(readBatchHeader(batch, 0)).toMatchObject({
          baseOffset: base,
          maxTimestamp: end,
          recordCount: input.length,
        })
      }),
      { numRuns: 200 },
    )
  })

  it('are refused with any one byte behind the magic changed', () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.integer({ min: 1, max: 255 }), (input, place, flip) => {
        const batch = encodeBatch({ baseOffset: 0, records: input }, crc32c)
        batch[17 + (place % (batch.length - 17))]! ^= flip
        expect(checkBatchFrame(batch, 0, batch.length, crc32c)?.kind).toBe('CORRUPT')
      }),
      { numRuns: 300 },
    )
  })

  it('of a writer that means harm, with a right checksum, are a problem or can be read', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff))), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), damage, (input, changes) => {
        const batch = encodeBatch({ baseOffset: 0, records: input }, crc32c)
        for (const [index, byte] of changes) batch[21 + (index % (batch.length - 21))] = byte
        writeCrc(batch, 0, crc32c)
        examine(batch)
      }),
      { numRuns: 3000 },
    )
  })

  it('made of any bytes at all are a problem, and never an exception of another kind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, looksRight) => {
        if (looksRight && bytes.length >= BATCH_HEADER_BYTES) {
          bytes.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, bytes.length - 12], 0)
          bytes[16] = 2
          writeCrc(bytes, 0, crc32c)
        }
        examine(bytes)
      }),
      { numRuns: 3000 },
    )
  })
})
