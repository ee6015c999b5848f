/**
 * What a benchmark found, in sentences: the first is the headline of its page. Nothing is claimed that the intervals do
 * not carry; what is missing is said.
 */

import type {
  BenchSettings,
  ClusterBenchmark,
  LatencyResult,
  RatioResult,
  ThroughputResult,
} from '../bench/cluster/cluster-benchmark.ts'
import { variationOf } from '../bench/cluster/sweep-points.ts'
import { mebibytes, milliseconds, pointName, rate, ratioText, sizeName } from './bench-words.ts'

/** The findings, the most telling first; at least one. */
export function benchFindings(benchmark: ClusterBenchmark): readonly string[] {
  const [first = 'the broker', second] = benchmark.targets
  const own = benchmark.throughput.filter(({ target }) => target === first)
  if (own.length === 0) return [`No figure: ${benchmark.failures[0] ?? 'nothing was measured'}.`]
  const compared = second === undefined ? [] : comparison(benchmark.ratios, first, second)
  return [
    ...compared,
    ...(second === undefined ? [] : costComparison(benchmark, first, second)),
    throughputFinding(benchmark.settings, first, own),
    ...compressionFinding(own),
    ...benchmark.targets.flatMap((target) => kneeFinding(target, benchmark.latency)),
    ...(second === undefined ? [] : tailLatencyFinding(benchmark.latency, first, second)),
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

function throughputFinding(settings: BenchSettings, target: string, results: readonly ThroughputResult[]): string {
  const plain = results.filter((each) => each.shape.codec === 'none' && variationOf(settings, each) === undefined)
  const bytes = ({ produceRecords, shape }: ThroughputResult): number => produceRecords.median * shape.recordBytes
  const best = (plain.length > 0 ? plain : results).reduce((one, other) => (bytes(other) > bytes(one) ? other : one))
  const { produceRecords, consumeRecords, shape } = best
  const read = consumeRecords && ` and reads ${mebibytes(consumeRecords.median * shape.recordBytes)} back`
  return `${target} takes up to ${mebibytes(bytes(best))} of records (${rate(produceRecords.median)} a second, ${pointName(settings, best)})${read ?? ''}.`
}

function compressionFinding(own: readonly ThroughputResult[]): readonly string[] {
  const largest = Math.max(...own.map(({ shape }) => shape.batchBytes))
  const compressed = own.filter(({ shape }) => shape.codec !== 'none' && shape.batchBytes === largest)
  if (compressed.length === 0) return []
  const ratios = compressed.map(({ shape, compressionRatio }) => `${shape.codec} ${ratioText(compressionRatio)}`)
  return [`In batches of ${sizeName(largest)} the records compress by ${ratios.join(', ')}.`]
}

/** Processor time is what can be compared on a busy machine too. */
function costComparison({ throughput }: ClusterBenchmark, first: string, second: string): readonly string[] {
  const ratios = throughput.flatMap((mine) => {
    const theirs = throughput.find((other) => other.target === second && samePoint(other, mine))
    const [cost, other] = [mine.cpuSecondsPerGigabyte?.median, theirs?.cpuSecondsPerGigabyte?.median]
    return mine.target !== first || cost === undefined || other === undefined || other === 0 ? [] : [cost / other]
  })
  if (ratios.length === 0) return []
  const span = `${ratioText(Math.min(...ratios))} to ${ratioText(Math.max(...ratios))}`
  return [`Producing a gigabyte costs ${first} ${span} times the processor time of ${second}.`]
}

/** Latency is compared where both kept up: beyond that it says how long the run was. */
function tailLatencyFinding(latency: readonly LatencyResult[], first: string, second: string): readonly string[] {
  const p99 = ({ endToEnd }: LatencyResult): number | undefined =>
    endToEnd.percentiles.find(({ name }) => name === 'p99')?.us
  const ratios = latency.flatMap((mine) => {
    const theirs = latency.find(({ target, percent }) => target === second && percent === mine.percent)
    if (mine.target !== first || theirs === undefined || !mine.keptUp || !theirs.keptUp) return []
    const [own, other] = [p99(mine), p99(theirs)]
    return own === undefined || other === undefined || other === 0 ? [] : [own / other]
  })
  if (ratios.length === 0) return []
  const span = `${ratioText(Math.min(...ratios))} to ${ratioText(Math.max(...ratios))}`
  return [`End to end p99 of ${first} is ${span} times that of ${second}, at the loads that both kept up with.`]
}

function samePoint(one: ThroughputResult, other: ThroughputResult): boolean {
  return (
    one.acks === other.acks &&
    one.partitions === other.partitions &&
    one.producers === other.producers &&
    one.shape.codec === other.shape.codec &&
    one.shape.recordBytes === other.shape.recordBytes &&
    one.shape.batchBytes === other.shape.batchBytes
  )
}

const COMPARED = [
  { verb: 'Producing uncompressed', what: 'produce', isCompressed: false },
  { verb: 'Producing compressed', what: 'produce', isCompressed: true },
  { verb: 'Catch-up read', what: 'consume', isCompressed: false },
  { verb: 'Catch-up read of compressed batches', what: 'consume', isCompressed: true },
] as const

function comparison(ratios: readonly RatioResult[], first: string, second: string): readonly string[] {
  return COMPARED.flatMap(({ verb, what, isCompressed }) => {
    const own = ratios.filter((each) => each.what === what && (each.shape.codec !== 'none') === isCompressed)
    if (own.length === 0) return []
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
  const floor = all.find((other) => other.target === 'minimal path' && samePoint(other, result))
  const mine = result.cpuMicrosecondsPerBatch?.median
  const least = floor?.cpuMicrosecondsPerBatch?.median
  return mine === undefined || least === undefined || least === 0 ? undefined : mine / least
}
