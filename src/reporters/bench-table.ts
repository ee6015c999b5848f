/** A benchmark as a table for a terminal. */

import type {
  BenchSettings,
  ClusterBenchmark,
  TailResult,
  ThroughputResult,
} from '../bench/cluster/cluster-benchmark.ts'
import { variationOf } from '../bench/cluster/sweep-points.ts'
import { digits, mebibytes, milliseconds, rate, sizeName } from './bench-words.ts'

/** The columns of `throughputCells`. */
export const THROUGHPUT_TITLES = [
  ...['target', 'batch', 'acks', 'codec', 'varied', 'records/s', 'MiB/s', 'spread', 'catch-up read'],
  ...['CPU s/GB', 'CPU µs/batch', 'resident'],
] as const

const BYTES_PER_MEGABYTE = 1_000_000

/** The lines, without line ends; latency below throughput. */
export function benchTableLines(benchmark: ClusterBenchmark): readonly string[] {
  const { settings, throughput, tail } = benchmark
  const lines = [
    ...aligned([THROUGHPUT_TITLES, ...throughput.map((result) => throughputCells(settings, result))]),
    ...(tail.length === 0 ? [] : ['', ...aligned([TAIL_TITLES, ...tail.map(tailCells)])]),
  ]
  if (benchmark.latency.length === 0) return lines
  const rows = benchmark.latency.map(({ target, offeredPerSecond, keptUp, publish, endToEnd, delay }) => [
    ...[target, rate(offeredPerSecond), keptUp ? 'yes' : 'no'],
    ...[
      percentile(publish, 'p50'),
      percentile(publish, 'p99'),
      percentile(endToEnd, 'p50'),
      percentile(endToEnd, 'p99'),
    ],
    percentile(delay, 'p99'),
  ])
  const titles = ['', 'offered/s', 'kept up', 'publish p50', 'p99', 'end to end p50', 'p99', 'generator late p99']
  return [...lines, '', ...aligned([titles, ...rows])]
}

/** A percentile in ms, or a dash where the samples cannot carry it. */
export function percentile(
  { percentiles }: ClusterBenchmark['latency'][number]['publish'],
  name: 'p50' | 'p99' | 'p99.9',
): string {
  const found = percentiles.find((each) => each.name === name)
  return found === undefined ? '–' : milliseconds(found.us)
}

/** The cells of a row, as text: those of the terminal and of the page are the same. MiB are of records, uncompressed. */
export function throughputCells(settings: BenchSettings, result: ThroughputResult): readonly string[] {
  const { target, shape, acks, produceRecords, consumeRecords, residentBytes } = result
  const inMebibytes = (records: number): string => mebibytes(records * shape.recordBytes).replace(/ MiB\/s$/, '')
  return [
    ...[target, sizeName(shape.batchBytes), acks, shape.codec, variationOf(settings, result) ?? ''],
    ...[rate(produceRecords.median), inMebibytes(produceRecords.median)],
    `${inMebibytes(produceRecords.low)}–${inMebibytes(produceRecords.high)}`,
    consumeRecords === undefined ? '–' : inMebibytes(consumeRecords.median),
    result.cpuSecondsPerGigabyte === undefined ? '–' : digits(result.cpuSecondsPerGigabyte.median),
    result.cpuMicrosecondsPerBatch === undefined ? '–' : digits(result.cpuMicrosecondsPerBatch.median),
    residentBytes === undefined ? '–' : `${digits(residentBytes / BYTES_PER_MEGABYTE)} MB`,
  ]
}

/** The columns of `tailCells`. */
export const TAIL_TITLES = ['target', 'batch', 'acks', 'records/s at the tail', 'MiB/s', 'spread'] as const

/** The cells of a row of reading at the tail. */
export function tailCells({ target, shape, acks, records }: TailResult): readonly string[] {
  const inMebibytes = (count: number): string => mebibytes(count * shape.recordBytes).replace(/ MiB\/s$/, '')
  return [
    ...[target, sizeName(shape.batchBytes), acks, rate(records.median), inMebibytes(records.median)],
    `${inMebibytes(records.low)}–${inMebibytes(records.high)}`,
  ]
}

/** Rows of cells as lines, each column as wide as its widest cell. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padStart(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
}
