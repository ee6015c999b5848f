import { expect, test } from 'vitest'
import type { ClusterBenchmark, LatencyResult, ThroughputResult } from '../../../src/bench/cluster/cluster-benchmark.ts'
import { usualSettings } from '../../../src/bench/cluster/settings.ts'
import { medianInterval, summaryOf } from '../../../src/bench/figures/statistics.ts'
import { benchFindings, kneeOf } from '../../../src/reporters/bench-findings.ts'
import { benchPage } from '../../../src/reporters/html/bench-page.ts'
import { loadLineCharts } from '../../../src/reporters/html/line-chart.ts'
import { openMessagingResults } from '../../../src/reporters/open-messaging.ts'

const shape = { codec: 'none', recordBytes: 1_000, batchBytes: 16_384 } as const
const MEBIBYTE = 1_024 * 1_024
const place = { acks: 'all', partitions: 4, producers: 4 } as const

const throughput = (target: string, mebibytes: readonly number[]): ThroughputResult => ({
  ...{ target, shape, ...place, recordsPerBatch: 16, compressionRatio: 1, residentBytes: undefined },
  produceRecords: summaryOf(mebibytes.map((each) => each * 1_000)),
  produceBytes: summaryOf(mebibytes.map((each) => each * MEBIBYTE)),
  ...{ consumeRecords: undefined, consumeBytes: undefined, consumeCpuSecondsPerGigabyte: undefined },
  cpuSecondsPerGigabyte: summaryOf([2]),
  cpuMicrosecondsPerBatch: summaryOf([target === 'minimal path' ? 20 : 50]),
})

const latency = (offeredPerSecond: number, keptUp: boolean): LatencyResult => {
  const figures = { samples: 50, meanUs: 900, maxUs: 9_000, percentiles: [{ name: 'p50', us: 800 }] } as const
  return {
    ...{ target: 'samsa', shape, acks: 'all', percent: 50, offeredPerSecond, keptUp },
    answeredPerSecond: summaryOf([offeredPerSecond]),
    ...{ publish: figures, endToEnd: figures, delay: figures },
  }
}

const benchmark = (parts: Partial<ClusterBenchmark> = {}): ClusterBenchmark => ({
  ...{ version: 1, command: 'npx samsa bench --quick', startedMs: 0, tookMs: 9_000, wasInterrupted: false },
  machine: {
    ...{ machine: 'Abacus <9000>, 2 cores', memoryBytes: 2 ** 34, node: 'v20.20.2', loadBefore: 9.5, loadAfter: 8 },
    disk: { syncs: 50, medianUs: 220, p95Us: 1_200 },
  },
  settings: usualSettings,
  targets: ['samsa'],
  throughput: [throughput('samsa', [300, 310, 290]), throughput('minimal path', [900])],
  tail: [],
  latency: [latency(1_000, true), latency(2_000, true), latency(3_000, false), latency(4_000, true)],
  ratios: [],
  failures: [],
  ...parts,
})

test('the headline is the finding, and the page names command, machine, disk and how busy it was', async () => {
  const page = benchPage(benchmark(), await loadLineCharts())
  expect(page).toContain(
    '<h1>samsa takes up to 286 MiB/s of records (300 000 a second, batches of 16 KiB, acks=all).</h1>',
  )
  for (const text of [
    'npx samsa bench --quick',
    'v20.20.2',
    '0.22 ms median',
    'busy with other things (load average 9.5)',
  ]) {
    expect(page).toContain(text)
  }
  expect(page).toContain('Abacus &#60;9000&#62;')
})

test('the page needs nothing but itself, and every chart says in words what it shows', async () => {
  const page = benchPage(benchmark(), await loadLineCharts())
  expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(/)
  const charts = page.match(/<svg [^>]*>/g) ?? []
  expect(charts.length).toBeGreaterThan(2)
  for (const chart of charts) expect(chart).toMatch(/aria-label="[^"]{20,}"/)
})

test('rates of a thousand MiB/s and more stand in the table with all their digits', () => {
  const page = benchPage(benchmark({ throughput: [throughput('samsa', [1_600, 1_650])] }), undefined)
  expect(page).toMatch(/<td>1\s550<\/td>/)
})

test('a ratio whose interval spans 1 is told as no difference', () => {
  const ratio = medianInterval([0.9, 1.3, 1.2, 1.1, 1.4])
  const ratios = [{ what: 'produce', shape, ...place, ratio, difference: 'no difference' }] as const
  const compared = benchmark({ targets: ['samsa', 'other:1'], ratios })
  expect(benchFindings(compared)[0]).toContain('no difference at 1')
  expect(benchPage(compared, undefined)).toContain('0.90–1.40 (94 %)')
})

test('the knee is the last load before the first that answers did not keep up with', () => {
  expect(kneeOf('samsa', benchmark().latency)?.offeredPerSecond).toBe(2_000)
  expect(kneeOf('samsa', [latency(1_000, false)])).toBeUndefined()
  expect(benchFindings(benchmark()).join()).toContain('keeps up with 2 000 single records/s')
})

test('a batch is compared with the minimal path by processor time', () => {
  expect(benchFindings(benchmark()).join()).toContain('2.50 times the processor time of the minimal path')
})

test('runs without a figure are named, and a benchmark with none says why', () => {
  const failures = ['samsa, 1 MiB: 10 records were acknowledged and 9 were read']
  expect(benchPage(benchmark({ failures }), undefined)).toContain('10 records were acknowledged and 9 were read')
  expect(benchFindings(benchmark({ failures, throughput: [] }))[0]).toContain('10 records were acknowledged')
})

test('percentiles that the samples cannot carry are dashes on the page and absent from the JSON', () => {
  const [result] = openMessagingResults(benchmark())
  expect(result).toMatchObject({ aggregatedEndToEndLatency50pct: 0.8, aggregatedPublishLatencyMax: 9, driver: 'samsa' })
  expect(result).not.toHaveProperty('aggregatedEndToEndLatency99pct')
  expect(benchPage(benchmark(), undefined)).toContain('<td>–</td>')
})
