import { describe, expect, it } from 'vitest'
import { asTopicKeeps, formProblem, produceProblem } from '../../../../src/broker/handlers/produce-validation.ts'
import { errorCode } from '../../../../src/protocol/errors.ts'
import {
  BATCH_ATTRIBUTE,
  BATCH_FIELD,
  BATCH_HEADER_BYTES,
  batchAttributes,
  batchCompression,
  COMPRESSIONS,
  readBatchHeader,
} from '../../../../src/protocol/record-batch.ts'
import { compressBatch, decompressBatch } from '../../../../src/protocol/record-batch-compression.ts'
import { writeCrc, writeInt16, writeInt32, writeInt64 } from '../../../../src/protocol/record-batch-patch.ts'
import { checkBatchFrame } from '../../../../src/protocol/record-batch-validation.ts'
import { decodeRecords } from '../../../../src/protocol/records.ts'
import { simCodecs } from '../../../../src/sim/devices/sim-codecs.ts'
import type { CompressionCodec } from '../../../../src/world/codecs.ts'
import { batchOf, configOf } from '../log/log-fixture.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const request = { transactionalId: null, acks: -1, timeoutMs: 1000, topicData: [] }
const codecs: readonly CompressionCodec[] = ['gzip', 'snappy', 'lz4', 'zstd']
const { world } = new SimulatedMachine()
const plain = batchOf({ values: ['a'.repeat(100), 'b', 'c'], producerId: 7, producerEpoch: 1, baseSequence: 3 })

function problemOf(records: Uint8Array) {
  return produceProblem(world, configOf(), request, records)
}

/** The batch with one of its numbers changed after it was compressed, and its checksum made right. */
function damaged(codec: CompressionCodec, change: (batch: Uint8Array) => void): Uint8Array {
  const batch = compressBatch(plain, simCodecs, codec)
  change(batch)
  writeCrc(batch, 0, simCodecs.crc32c)
  return batch
}

describe.each(codecs)('a batch compressed with %s', (codec) => {
  it('is taken where its records are right', () => {
    expect(problemOf(compressBatch(plain, simCodecs, codec))).toBeUndefined()
  })

  it('is refused where it holds more or fewer records than it says', () => {
    for (const count of [2, 4]) {
      const batch = damaged(codec, (bytes) => {
        writeInt32(bytes, BATCH_FIELD.recordCount, count)
        writeInt32(bytes, BATCH_FIELD.lastOffsetDelta, count - 1)
      })
      expect(problemOf(batch)?.errorCode).toBe(errorCode.INVALID_RECORD)
    }
  })

  it('is refused where its stream is damaged', () => {
    const batch = damaged(codec, (bytes) => bytes.fill(0xff, BATCH_HEADER_BYTES))
    expect(problemOf(batch)?.errorCode).toBe(errorCode.INVALID_RECORD)
  })

  it('is refused as too large where it decompresses to more than is allowed', () => {
    const bomb = batchOf({ values: ['x'.repeat(105_000_000 >> 4)] })
    const many = new Uint8Array(bomb.length * 16)
    for (let index = 0; index < 16; index++)
      many.set(bomb.subarray(index === 0 ? 0 : BATCH_HEADER_BYTES), index * bomb.length)
    writeInt32(many, BATCH_FIELD.batchLength, many.length - 12)
    const compressed = compressBatch(many, simCodecs, codec)
    const config = configOf({ 'max.message.bytes': '2147483647' })
    expect(produceProblem(world, config, request, compressed)?.errorCode).toBe(errorCode.MESSAGE_TOO_LARGE)
  }, 60_000)

  it('has its largest timestamp corrected', () => {
    const batch = damaged(codec, (bytes) => writeInt64(bytes, BATCH_FIELD.maxTimestamp, 5))
    expect(problemOf(batch)).toBeUndefined()
    expect(readBatchHeader(batch, 0).maxTimestamp).toBe(1000)
    expect(checkBatchFrame(batch, 0, batch.length, simCodecs.crc32c)).toBeUndefined()
  })

  it('is kept as its topic wants, with the same records and numbers', () => {
    for (const type of [...codecs, 'uncompressed']) {
      const sent = compressBatch(plain, simCodecs, codec)
      const kept = asTopicKeeps(world, configOf({ 'compression.type': type }), sent) as Uint8Array
      const wanted = type === 'uncompressed' ? 'none' : type
      expect(batchCompression(kept, 0)).toBe(wanted)
      expect(checkBatchFrame(kept, 0, kept.length, simCodecs.crc32c)).toBeUndefined()
      const numbers = { crc: 0, sizeBytes: 0, attributes: 0, compression: undefined }
      expect({ ...readBatchHeader(kept, 0), ...numbers }).toEqual({ ...readBatchHeader(sent, 0), ...numbers })
      const records = decompressBatch(kept, 0, simCodecs) as Uint8Array
      expect(decodeRecords(records, 0)).toEqual(decodeRecords(plain, 0))
      if (wanted === codec) expect(kept).toBe(sent)
    }
    const asSent = compressBatch(plain, simCodecs, codec)
    expect(asTopicKeeps(world, configOf(), asSent)).toBe(asSent)
  })
})

it('a batch that is written anew loses the delete horizon that its producer gave it, as in Kafka', () => {
  const sent = plain.slice()
  writeInt16(sent, BATCH_FIELD.attributes, BATCH_ATTRIBUTE.deleteHorizon)
  writeCrc(sent, 0, simCodecs.crc32c)
  const kept = asTopicKeeps(world, configOf({ 'compression.type': 'lz4' }), sent) as Uint8Array
  expect(batchAttributes(kept, 0)).toBe(COMPRESSIONS.indexOf('lz4'))
})

it('a batch that is too large once it is kept uncompressed is refused', () => {
  const sent = compressBatch(batchOf({ values: ['x'.repeat(1000)] }), simCodecs, 'zstd')
  const config = configOf({ 'compression.type': 'uncompressed', 'max.message.bytes': '500' })
  expect(produceProblem(world, config, request, sent)).toBeUndefined()
  expect(asTopicKeeps(world, config, sent)).toMatchObject({ errorCode: errorCode.MESSAGE_TOO_LARGE })
})

it('zstd is refused in requests older than version 7, the other codecs are not', () => {
  const unsupported = { errorCode: errorCode.UNSUPPORTED_COMPRESSION_TYPE }
  expect(formProblem(6, compressBatch(plain, simCodecs, 'zstd'))).toMatchObject(unsupported)
  expect(formProblem(7, compressBatch(plain, simCodecs, 'zstd'))).toBeUndefined()
  expect(formProblem(3, compressBatch(plain, simCodecs, 'lz4'))).toBeUndefined()
})
