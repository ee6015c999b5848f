/**
 * What every produced record pays: decoding a Produce request and encoding its response, the checksum, and the walk that
 * validates a batch in place.
 */

import { apis } from '../protocol/apis.ts'
import { decodeMessage, encodeMessage } from '../protocol/codec.ts'
import { crc32c } from '../protocol/crc32c.ts'
import { validateBatch } from '../protocol/record-batch-validation.ts'
import { nativeCodecs } from '../real/codecs.ts'
import type { Benchmark } from './benchmark.ts'
import { exampleBatch, pattern } from './example-batch.ts'

const PRODUCE_VERSION = 9
const PARTITIONS = 10
const RECORDS = 100

/** The benchmarks, in the order of a record's walk. */
export function protocolBenchmarks(): readonly Benchmark[] {
  return [...produceBenchmarks(), ...checksumBenchmarks(), validationBenchmark()]
}

function produceBenchmarks(): readonly Benchmark[] {
  const records = exampleBatch(RECORDS, nativeCodecs.crc32c)
  const partitionData = Array.from({ length: PARTITIONS }, (_, index) => ({ index, records }))
  const request = { acks: -1, timeoutMs: 30_000, topicData: [{ name: 'orders', partitionData }] }
  const bytes = encodeMessage(apis.produce.request, PRODUCE_VERSION, request)
  const partitionResponses = partitionData.map(({ index }) => ({ index, errorCode: 0, baseOffset: 1_000_000 + index }))
  const response = { responses: [{ name: 'orders', partitionResponses }] }
  return [
    {
      ...{ name: `decode a Produce request of ${PARTITIONS} partitions`, unit: 'messages', unitsPerRun: 1 },
      run: (keep) => keep(decodeMessage(apis.produce.request, PRODUCE_VERSION, bytes)),
    },
    {
      ...{ name: `encode a Produce response of ${PARTITIONS} partitions`, unit: 'messages', unitsPerRun: 1 },
      run: (keep) => keep(encodeMessage(apis.produce.response, PRODUCE_VERSION, response)),
    },
  ]
}

function checksumBenchmarks(): readonly Benchmark[] {
  const implementations = { native: nativeCodecs.crc32c, portable: crc32c }
  return Object.entries(implementations).flatMap(([name, checksum]) =>
    [100, 16_384, 1_048_576].map((size): Benchmark => {
      const bytes = pattern(size, 1)
      return {
        ...{ name: `CRC-32C of ${size.toLocaleString('en')} bytes, ${name}`, unit: 'bytes', unitsPerRun: size },
        run: (keep) => keep(checksum(bytes, 0, size)),
      }
    }),
  )
}

function validationBenchmark(): Benchmark {
  const batch = exampleBatch(RECORDS, nativeCodecs.crc32c)
  return {
    ...{ name: `validate a batch of ${RECORDS} records in place`, unit: 'records', unitsPerRun: RECORDS },
    run: (keep) => keep(validateBatch(batch, 0, batch.length, nativeCodecs.crc32c, { isFromClient: true })),
  }
}
