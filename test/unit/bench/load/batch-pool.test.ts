import { expect, test } from 'vitest'
import { batchPool, recordsPerBatch } from '../../../../src/bench/load/batch-pool.ts'
import { walkBatches } from '../../../../src/bench/load/batch-walk.ts'
import { validateBatch } from '../../../../src/protocol/record-batch-validation.ts'
import { nativeCodecs } from '../../../../src/real/codecs.ts'

const shape = (batchBytes: number, recordBytes = 1_000) => ({ codec: 'none' as const, batchBytes, recordBytes })

test.each([0, 1_024, 4_096, 16_384, 262_144, 1_048_576])(
  'batches of %i bytes are as large as they can be and no larger',
  (batchBytes) => {
    for (const recordBytes of [100, 1_000]) {
      const records = recordsPerBatch(shape(batchBytes, recordBytes))
      const [batch] = batchPool(shape(batchBytes, recordBytes), 1_700_000_000_000)
      expect(batch!.records).toBe(records)
      if (records > 1) expect(batch!.bytes.length).toBeLessThanOrEqual(batchBytes)
      expect(batch!.bytes.length).toBeGreaterThan(batchBytes - recordBytes * 1.2 - 100 - records * 10)
    }
  },
)

test('a broker would take every batch of a pool, and they differ from one another', () => {
  const pool = batchPool(shape(16_384), 1_700_000_000_000)
  for (const { bytes } of pool) {
    expect(validateBatch(bytes, 0, bytes.length, nativeCodecs.crc32c, { isFromClient: true })).toBeUndefined()
    expect(walkBatches(bytes, () => undefined)).toBeUndefined()
  }
  expect(new Set(pool.map(({ crc }) => crc)).size).toBe(pool.length)
})

test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
  '%s batches hold what a broker would take, in fewer bytes',
  (codec) => {
    for (const { bytes, plainBytes, records } of batchPool({ ...shape(16_384), codec }, 1_700_000_000_000).slice(
      0,
      3,
    )) {
      const limits = { isFromClient: true, decompressor: nativeCodecs }
      expect(validateBatch(bytes, 0, bytes.length, nativeCodecs.crc32c, limits)).toBeUndefined()
      expect([records, bytes.length < plainBytes / 2]).toEqual([recordsPerBatch(shape(16_384)), true])
    }
  },
)

test('one changed byte of what was read is seen', () => {
  const [batch] = batchPool(shape(1_024), 1_700_000_000_000)
  const bytes = batch!.bytes.slice()
  bytes[200]! ^= 1
  expect(walkBatches(bytes, () => undefined)).toMatch(/damaged/)
})

test('a part of a batch at the end of what was read is left for the next time', () => {
  const [batch] = batchPool(shape(1_024), 1_700_000_000_000)
  const { bytes } = batch!
  const seen: number[] = []
  const two = new Uint8Array([...bytes, ...bytes.subarray(0, bytes.length - 1)])
  expect(walkBatches(two, (_offset, _crc, _records, size) => seen.push(size))).toBeUndefined()
  expect(seen).toEqual([bytes.length])
})
