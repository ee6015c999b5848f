/**
 * Latency results under the names of the OpenMessaging benchmark, so that what reads its result files reads these.
 * Rates in messages per second, latencies in milliseconds, percentiles that the samples cannot carry left out.
 * Source: `TestResult` of openmessaging/benchmark.
 */

import type { ClusterBenchmark, LatencyFigures } from '../bench/cluster/cluster-benchmark.ts'

/** One result: names and values. */
export type OpenMessagingResult = Readonly<Record<string, string | number | readonly number[]>>

const SUFFIXES: Readonly<Record<LatencyFigures['percentiles'][number]['name'], string>> = {
  p50: '50pct',
  p75: '75pct',
  p95: '95pct',
  p99: '99pct',
  'p99.9': '999pct',
  'p99.99': '9999pct',
}

/** One result for each target and offered load. */
export function openMessagingResults(benchmark: ClusterBenchmark): readonly OpenMessagingResult[] {
  const partitions = benchmark.settings.partitions[0]!
  return benchmark.latency.map(({ target, shape, acks, percent, answeredPerSecond, ...figures }) => ({
    workload: `${percent} percent of the highest rate, one record a batch, acks=${acks}`,
    driver: target,
    messageSize: shape.recordBytes,
    ...{ topics: 1, partitions, producersPerTopic: partitions, consumersPerTopic: partitions },
    publishRate: answeredPerSecond.runs,
    ...latency('aggregatedPublishLatency', figures.publish),
    ...latency('aggregatedPublishDelayLatency', figures.delay),
    ...latency('aggregatedEndToEndLatency', figures.endToEnd),
  }))
}

function latency(prefix: string, { meanUs, maxUs, percentiles }: LatencyFigures): Record<string, number> {
  const entries = percentiles.map(({ name, us }) => [`${prefix}${SUFFIXES[name]}`, us / 1_000] as const)
  return { [`${prefix}Avg`]: meanUs / 1_000, ...Object.fromEntries(entries), [`${prefix}Max`]: maxUs / 1_000 }
}
