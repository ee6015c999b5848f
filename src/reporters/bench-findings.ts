/**
 * What a benchmark found, in sentences: the first is the headline of its page. Nothing is claimed that the intervals do
 * not carry; what is missing is said.
 */

import type {
  ClusterBenchmark,
  LatencyResult,
  RatioResult,
  ThroughputResult,
} from '../bench/cluster/cluster-benchmark.ts'
import { mebibytes, milliseconds, pointName, rate, ratioText } from './bench-words.ts'

/** The findings, the most telling first; at least one. */
export function benchFindings(benchmark: ClusterBenchmark): readonly string[] {
  const [first = 'the broker', second] = benchmark.targets
  const own = benchmark.throughput.filter(({ target }) => target === first)
  if (own.length === 0) return [`No figure: ${benchmark.failures[0] ?? 'nothing was measured'}.`]
  const compared = second === undefined ? [] : comparison(benchmark.ratios, first, second)
  return [
    ...compared,
    throughputFinding(first, own),
    ...benchmark.targets.flatMap((target) => kneeFinding(target, benchmark.latency)),
    ...floorFinding(own, benchmark.throughput),
    ...busyFinding(benchmark),
    ...(benchmark.failures.length > 0 ? [`${benchmark.failures.length} runs have no figure.`] : []),
  ]
}

/** Load averages from which on other programs are in the way, and their share decides more than the targets do. */
const BUSY_LOAD = 1

function busyFinding({ machine: { loadBefore } }: ClusterBenchmark): readonly string[] {
  if (loadBefore < BUSY_LOAD) return []
  const load = loadBefore.toFixed(1)
  return [
    `The machine was busy with other things (load average ${load}): compare processor time, not rates and latencies.`,
  ]
}

/** The highest load that was kept up with, before the first that was not; undefined where none was. */
export function kneeOf(target: string, latency: readonly LatencyResult[]): LatencyResult | undefined {
  const own = latency.filter((result) => result.target === target)
  const lost = own.findIndex(({ keptUp }) => !keptUp)
  return lost < 0 ? own.at(-1) : own[lost - 1]
}

function throughputFinding(target: string, results: readonly ThroughputResult[]): string {
  const best = results.reduce((one, other) => (other.produceBytes.median > one.produceBytes.median ? other : one))
  const { produceBytes, produceRecords, consumeBytes } = best
  const read = consumeBytes === undefined ? '' : ` and reads ${mebibytes(consumeBytes.median)} back`
  return `${target} takes up to ${mebibytes(produceBytes.median)} (${rate(produceRecords.median)} records/s, ${pointName(best)})${read}.`
}

function comparison(ratios: readonly RatioResult[], first: string, second: string): readonly string[] {
  return (['produce', 'consume'] as const).flatMap((what) => {
    const own = ratios.filter((each) => each.what === what)
    if (own.length === 0) return []
    const verb = what === 'produce' ? 'Producing' : 'Catch-up read'
    const count = (difference: string): number => own.filter((each) => each.difference === difference).length
    const medians = own.map(({ ratio }) => ratio.median)
    const span = `${ratioText(Math.min(...medians))} to ${ratioText(Math.max(...medians))}`
    const unsure = count('too few runs')
    if (unsure === own.length)
      return [`${verb}: ${first} at ${span} times the rate of ${second}; too few runs to be sure.`]
    const parts = [
      `faster at ${count('faster')}`,
      `slower at ${count('slower')}`,
      `no difference at ${count('no difference')}`,
      ...(unsure > 0 ? [`too few runs at ${unsure}`] : []),
    ]
    return [`${verb}: ${first} at ${span} times the rate of ${second}, over ${own.length} points: ${parts.join(', ')}.`]
  })
}

function kneeFinding(target: string, latency: readonly LatencyResult[]): readonly string[] {
  if (!latency.some((result) => result.target === target)) return []
  const knee = kneeOf(target, latency)
  if (knee === undefined) return [`${target} kept up with none of the offered loads.`]
  const p99 = knee.endToEnd.percentiles.find(({ name }) => name === 'p99')
  const worst = p99 === undefined ? '' : `, end to end p99 ${milliseconds(p99.us)}`
  const beyond = latency.some((result) => result.target === target && !result.keptUp) ? '' : ', the highest offered'
  return [`${target} keeps up with ${rate(knee.offeredPerSecond)} single records/s${beyond}${worst}.`]
}

function floorFinding(own: readonly ThroughputResult[], all: readonly ThroughputResult[]): readonly string[] {
  const ratios = own.flatMap((result) => floorRatio(result, all) ?? [])
  if (ratios.length === 0) return []
  const low = Math.min(...ratios)
  const high = Math.max(...ratios)
  return [`A batch costs ${ratioText(low)} to ${ratioText(high)} times the processor time of the minimal path.`]
}

/** Processor time per batch by that of the minimal path at the same point; undefined where either is not known. */
function floorRatio(result: ThroughputResult, all: readonly ThroughputResult[]): number | undefined {
  const floor = all.find(
    ({ target, shape, acks }) =>
      target === 'minimal path' && acks === result.acks && shape.batchBytes === result.shape.batchBytes,
  )
  const mine = result.cpuMicrosecondsPerBatch?.median
  const least = floor?.cpuMicrosecondsPerBatch?.median
  return mine === undefined || least === undefined || least === 0 ? undefined : mine / least
}
