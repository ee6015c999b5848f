/** The charts of a benchmark, and what each shows in a sentence. */

import type { BenchSettings, ClusterBenchmark, ThroughputResult } from '../../bench/cluster/cluster-benchmark.ts'
import { variationOf } from '../../bench/cluster/sweep-points.ts'
import { type Summary, summaryOf } from '../../bench/figures/statistics.ts'
import { kneeOf } from '../bench-findings.ts'
import { digits, mebibytes, rate, ratioText, sizeName } from '../bench-words.ts'
import type { ChartSeries, LineChart } from './line-chart.ts'

/** A chart and its heading. */
export interface BenchChart {
  readonly title: string
  readonly chart: LineChart
}

const MEBIBYTE = 1_024 * 1_024

/** Those that there are figures for. */
export function benchCharts(benchmark: ClusterBenchmark): readonly BenchChart[] {
  const { settings, targets } = benchmark
  const bySize = benchmark.throughput.filter((result) => variationOf(settings, result) === undefined)
  const plain = { ...benchmark, throughput: bySize.filter(({ shape }) => shape.codec === settings.codecs[0]) }
  const codecs = targets.flatMap((target) => codecCharts(benchmark, bySize, target))
  return [
    sweepChart(
      plain,
      'Producing, in MiB/s',
      'MiB/s',
      inMebibytes(({ produceRecords }) => produceRecords),
    ),
    sweepChart(plain, 'Producing, in records/s', 'records/s', ({ produceRecords }) => produceRecords),
    sweepChart(
      plain,
      'Catch-up read',
      'MiB/s',
      inMebibytes(({ consumeRecords }) => consumeRecords),
    ),
    ...(settings.codecs.length > 1 ? codecs : []),
    ...ratioCharts(benchmark),
    ...latencyCharts(benchmark),
    sweepChart(plain, 'Processor time for a gigabyte produced', 's/GB', (result) => result.cpuSecondsPerGigabyte, true),
  ].filter(({ chart }) => chart.series.length > 0)
}

/** What codecs cost and save at one target, acknowledged by all that the sweep over codecs asks for. */
function codecCharts(
  benchmark: ClusterBenchmark,
  bySize: readonly ThroughputResult[],
  target: string,
): readonly BenchChart[] {
  const acks = benchmark.settings.acks.at(-1)
  const own = { ...benchmark, throughput: bySize.filter((each) => each.target === target && each.acks === acks) }
  const ratio = ({ compressionRatio, shape }: ThroughputResult): Summary | undefined =>
    shape.codec === 'none' ? undefined : summaryOf([compressionRatio])
  const produced = inMebibytes(({ produceRecords }) => produceRecords)
  return [
    sweepChart(own, `Producing to ${target} by codec, in MiB/s of records`, 'MiB/s', produced),
    sweepChart(
      own,
      `Producing to ${target} by codec, in records/s`,
      'records/s',
      ({ produceRecords }) => produceRecords,
    ),
    sweepChart(own, `Processor time of ${target} by codec`, 's/GB', (result) => result.cpuSecondsPerGigabyte, true),
    // The batches are the same whoever takes them.
    ...(target === benchmark.targets[0] ? [sweepChart(own, 'Compression ratio', 'times smaller', ratio)] : []),
  ]
}

/** Bytes of records, before compression. */
function inMebibytes(
  recordsOf: (result: ThroughputResult) => Summary | undefined,
): (result: ThroughputResult) => Summary | undefined {
  return (result) => {
    const records = recordsOf(result)
    return records && scaled(records, MEBIBYTE / result.shape.recordBytes)
  }
}

function sweepChart(
  { throughput, settings }: ClusterBenchmark,
  title: string,
  unit: string,
  figureOf: (result: ThroughputResult) => Summary | undefined,
  isLogarithmic = false,
): BenchChart {
  const series = groups(throughput, ({ target, acks, shape }) => seriesName(target, acks, shape.codec)).flatMap(
    ([name, results]) => {
      const points = results.flatMap((result) => {
        const value = figureOf(result)
        if (value === undefined) return []
        return [{ x: sizeName(result.shape.batchBytes), y: value.median, low: value.low, high: value.high }]
      })
      return points.length === 0 ? [] : [{ name, points }]
    },
  )
  const places = placesOf(settings, throughput)
  const alt = series.map((each) => rangeSentence(each, unit)).join(' ')
  return {
    title,
    chart: { alt, xLabel: 'bytes of a batch', yLabel: `${unit}, median and spread`, places, isLogarithmic, series },
  }
}

/** The sizes that there are figures of, in their order. */
function placesOf(
  { batchBytes }: BenchSettings,
  results: readonly Pick<ThroughputResult, 'shape'>[],
): readonly string[] {
  return batchBytes.filter((bytes) => results.some(({ shape }) => shape.batchBytes === bytes)).map(sizeName)
}

function rangeSentence({ name, points }: ChartSeries, unit: string): string {
  const first = points[0]!
  const last = points.at(-1)!
  const inUnit = unit === 'records/s' ? rate : digits
  return points.length === 1
    ? `${name}: ${inUnit(first.y)} ${unit}.`
    : `${name}: from ${inUnit(first.y)} ${unit} at ${first.x} to ${inUnit(last.y)} at ${last.x}.`
}

function ratioCharts({ ratios, targets, settings }: ClusterBenchmark): readonly BenchChart[] {
  if (ratios.length === 0) return []
  const bySize = ratios.filter((result) => variationOf(settings, result) === undefined)
  const nameOf = ({ what, acks, shape: { codec } }: (typeof ratios)[number]): string =>
    `${what}, acks=${acks}${codec === 'none' ? '' : `, ${codec}`}`
  const series = groups(bySize, nameOf).map(([name, results]) => ({
    name,
    points: results.map(({ shape, ratio }) => ({
      x: sizeName(shape.batchBytes),
      y: ratio.median,
      low: ratio.low,
      high: ratio.high,
    })),
  }))
  const spans = ratios.filter(({ difference }) => difference === 'no difference').length
  const medians = ratios.map(({ ratio }) => ratio.median)
  const alt = `${targets[0]} has ${ratioText(Math.min(...medians))} to ${ratioText(Math.max(...medians))} times the rate of ${targets[1]}; no difference, for the interval spans 1, at ${spans} of ${ratios.length} points.`
  const places = placesOf(settings, ratios)
  const chart = {
    alt,
    xLabel: 'bytes of a batch',
    yLabel: 'ratio, with the interval of its median',
    places,
    isLogarithmic: true,
    reference: 1,
    series,
  }
  return [{ title: `The rate of ${targets[0]} by that of ${targets[1]}`, chart }]
}

function latencyCharts({ latency, targets }: ClusterBenchmark): readonly BenchChart[] {
  const names = ['p50', 'p99'] as const
  const series = targets.flatMap((target) =>
    names.flatMap((name) => {
      const own = latency.filter((result) => result.target === target)
      const points = own.flatMap(({ offeredPerSecond, endToEnd }) => {
        const us = endToEnd.percentiles.find((each) => each.name === name)?.us
        return us === undefined ? [] : [{ x: offeredPerSecond, y: us / 1_000 }]
      })
      return points.length === 0 ? [] : [{ name: `${target}, ${name}`, points }]
    }),
  )
  const alt = targets
    .map((target) => {
      const knee = kneeOf(target, latency)
      if (knee === undefined) return `${target} kept up with no load that was offered.`
      return `${target} keeps up with ${rate(knee.offeredPerSecond)} records/s (${mebibytes(knee.offeredPerSecond * knee.shape.recordBytes)}).`
    })
    .join(' ')
  const chart = { alt, xLabel: 'offered load, records/s', yLabel: 'end to end, ms', isLogarithmic: true, series }
  return [{ title: 'Latency from the intended send time to the reader, by offered load', chart }]
}

function seriesName(target: string, acks: string, codec: string): string {
  return `${target}, acks=${acks}${codec === 'none' ? '' : `, ${codec}`}`
}

function scaled({ median, low, high, runs }: Summary, by: number): Summary {
  return { median: median / by, low: low / by, high: high / by, runs }
}

/** In the order in which the names come. */
function groups<T>(items: readonly T[], nameOf: (item: T) => string): readonly (readonly [string, readonly T[]])[] {
  const found = new Map<string, T[]>()
  for (const item of items) {
    const name = nameOf(item)
    const group = found.get(name) ?? []
    group.push(item)
    found.set(name, group)
  }
  return [...found]
}
