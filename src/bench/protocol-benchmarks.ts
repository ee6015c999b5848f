/**
 * What every produced record pays: decoding a Produce request and encoding its response, the checksum, the codec where it
 * is compressed, and the walk that validates a batch in place.
 */

import { apis } from '../protocol/apis.ts'
import { decodeMessage, encodeMessage } from '../protocol/codec.ts'
import { crc32c } from '../protocol/crc32c.ts'
import { BATCH_HEADER_BYTES } from '../protocol/record-batch.ts'
import { validateBatch } from '../protocol/record-batch-validation.ts'
import { nativeCodecs } from '../real/codecs.ts'
import type { Benchmark } from './benchmark.ts'
import { exampleBatch, pattern } from './example-batch.ts'
import { batchPool } from './load/batch-pool.ts'

const PRODUCE_VERSION = 9
const PARTITIONS = 10
const RECORDS = 100
const BATCH_BYTES = 65_536

/** The benchmarks, in the order of a record's walk. */
export function protocolBenchmarks(): readonly Benchmark[] {
  return [...produceBenchmarks(), ...checksumBenchmarks(), ...codecBenchmarks(), validationBenchmark()]
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

/** Per byte before compression, of the batches that `samsa bench` sends: JSON events. */
function codecBenchmarks(): readonly Benchmark[] {
  const [batch] = batchPool({ codec: 'none', recordBytes: 1_000, batchBytes: BATCH_BYTES }, 0)
  const plain = batch!.bytes.subarray(BATCH_HEADER_BYTES)
  return (['gzip', 'snappy', 'lz4', 'zstd'] as const).flatMap((codec): Benchmark[] => {
    const compressed = nativeCodecs.compress(codec, plain)
    const size = `${BATCH_BYTES / 1_024} KiB of JSON, ${(plain.length / compressed.length).toFixed(1)} times smaller`
    return [
      {
        ...{ name: `${codec}: compress ${size}`, unit: 'bytes', unitsPerRun: plain.length },
        run: (keep) => keep(nativeCodecs.compress(codec, plain)),
      },
      {
        ...{ name: `${codec}: decompress it`, unit: 'bytes', unitsPerRun: plain.length },
        run: (keep) => keep(nativeCodecs.decompress(codec, compressed, BATCH_BYTES)),
      },
    ]
  })
}

function validationBenchmark(): Benchmark {
  const batch = exampleBatch(RECORDS, nativeCodecs.crc32c)
  return {
    ...{ name: `validate a batch of ${RECORDS} records in place`, unit: 'records', unitsPerRun: RECORDS },
    run: (keep) => keep(validateBatch(batch, 0, batch.length, nativeCodecs.crc32c, { isFromClient: true })),
  }
}
