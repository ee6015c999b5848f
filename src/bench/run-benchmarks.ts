/**
 * Runs benchmarks one after the other and tells their medians, with the machine they were measured on.
 *
 * Medians, because on a shared machine the mean is made by the neighbours. Not here: comparing two states of the code
 * (run both, interleaved, and compare the tables).
 */

import { cpus, totalmem } from 'node:os'
import { Bench } from 'tinybench'
import type { Benchmark } from './benchmark.ts'

export interface BenchmarkResult {
  readonly name: string
  readonly unit: string
  /** Median duration of one run. */
  readonly medianMs: number
  /** Units per second, of the median run. */
  readonly unitsPerSecond: number
  /** How far a run typically lies from the median, in percent of it. */
  readonly deviationPercent: number
  readonly runs: number
}

/** Runs each benchmark for about `timeMs` milliseconds, and at least ten times. */
export async function runBenchmarks(
  benchmarks: readonly Benchmark[],
  { timeMs }: { readonly timeMs: number },
): Promise<readonly BenchmarkResult[]> {
  const bench = new Bench({ time: timeMs, iterations: 10, warmupTime: timeMs / 4, throws: true })
  const kept: { last: unknown } = { last: undefined }
  const keep = (value: unknown): void => {
    kept.last = value
  }
  for (const benchmark of benchmarks) bench.add(benchmark.name, () => benchmark.run(keep))
  await bench.run()
  return bench.tasks.map(({ result }, index) => {
    const { name, unit, unitsPerRun } = benchmarks[index]!
    if (!('latency' in result)) throw new Error(`${name} did not complete: ${result.state}`)
    const { p50: medianMs, mad, samplesCount: runs } = result.latency
    const rate = { medianMs, unitsPerSecond: (unitsPerRun * 1000) / medianMs }
    return { name, unit, ...rate, deviationPercent: (100 * mad) / medianMs, runs }
  })
}

/** Node's version and the machine, in one line. */
export function machineLine(): string {
  const processors = cpus()
  const gibibytes = (totalmem() / 2 ** 30).toFixed(1)
  const model = processors[0]?.model.trim() ?? 'unknown processor'
  return `Node ${process.versions.node}, ${processors.length} × ${model}, ${gibibytes} GiB, ${process.platform} ${process.arch}`
}

/** The results as lines of a table. */
export function resultLines(results: readonly BenchmarkResult[]): readonly string[] {
  const width = Math.max(...results.map(({ name }) => name.length))
  return results.map(({ name, unit, medianMs, unitsPerSecond, deviationPercent, runs }) => {
    const cells = [
      name.padEnd(width),
      duration(medianMs).padStart(10),
      `± ${deviationPercent.toFixed(0)} %`.padStart(7),
      `${amount(unitsPerSecond)} ${unit}/s`.padStart(20),
      `${runs.toLocaleString('en')} runs`.padStart(16),
    ]
    return cells.join('  ')
  })
}

function duration(ms: number): string {
  if (ms >= 1) return `${ms.toFixed(1)} ms`
  return ms >= 0.001 ? `${(ms * 1000).toFixed(1)} µs` : `${(ms * 1_000_000).toFixed(0)} ns`
}

function amount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} G`
  if (count >= 1e6) return `${(count / 1e6).toFixed(2)} M`
  return count >= 1e3 ? `${(count / 1e3).toFixed(1)} k` : count.toFixed(0)
}
