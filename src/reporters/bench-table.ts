/** A benchmark as a table for a terminal. */

import type { ClusterBenchmark, ThroughputResult } from '../bench/cluster/cluster-benchmark.ts'
import { digits, mebibytes, milliseconds, rate, sizeName } from './bench-words.ts'

const TITLES = ['', 'batch', 'acks', 'records/s', 'produce', 'spread', 'consume', 'CPU s/GB', 'CPU µs/batch'] as const

/** The lines, without line ends; latency below throughput. */
export function benchTableLines(benchmark: ClusterBenchmark): readonly string[] {
  const lines = aligned([TITLES, ...benchmark.throughput.map(throughputCells)])
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

/** The cells of a row, as text: those of the terminal and of the page are the same. */
export function throughputCells(result: ThroughputResult): readonly string[] {
  const { target, shape, acks, produceRecords, produceBytes, consumeBytes } = result
  const spread = `${mebibytes(produceBytes.low).replace(/ .*/, '')}–${mebibytes(produceBytes.high).replace(/ .*/, '')}`
  return [
    ...[target, sizeName(shape.batchBytes), acks, rate(produceRecords.median), mebibytes(produceBytes.median), spread],
    consumeBytes === undefined ? '–' : mebibytes(consumeBytes.median),
    result.cpuSecondsPerGigabyte === undefined ? '–' : digits(result.cpuSecondsPerGigabyte.median),
    result.cpuMicrosecondsPerBatch === undefined ? '–' : digits(result.cpuMicrosecondsPerBatch.median),
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
