import { expect, test } from 'vitest'
import { summaryOf } from '../../../src/bench/figures/statistics.ts'
import type { ImageBenchmark, ImageResult, StepFigures } from '../../../src/bench/image/image-benchmark.ts'
import { imageSetups, usualImageSettings } from '../../../src/bench/image/image-settings.ts'
import { growthExponent } from '../../../src/bench/image/run-image-benchmark.ts'
import { imagePage } from '../../../src/reporters/html/image-page.ts'
import { loadLineCharts } from '../../../src/reporters/html/line-chart.ts'
import { imageFindings } from '../../../src/reporters/image-findings.ts'
import { imageTableLines } from '../../../src/reporters/image-table.ts'

const step = (ms: number, cpuMs: readonly number[]): StepFigures => ({
  ...{ ms: summaryOf([ms]), longestMs: summaryOf([90]), longestCpuMs: summaryOf(cpuMs) },
})

const result = (partitions: number, cpuMs: readonly number[] = [4, 12, 5]): ImageResult => ({
  ...{ setup: imageSetups[0]!.name, partitions },
  steps: {
    ...{ create: step(partitions / 10, cpuMs), snapshot: step(200, [2]) },
    ...{ load: step(300, [6]), delete: step(100, [3]) },
  },
  memory: { image: summaryOf([420, 410, 430]), node: summaryOf([1300]) },
  snapshotBytesEach: summaryOf([127]),
})

const benchmark = (parts: Partial<ImageBenchmark> = {}): ImageBenchmark => ({
  ...{ version: 1, command: 'npx samsa bench --image', startedMs: 0, tookMs: 9_000, wasInterrupted: false },
  machine: {
    ...{ machine: 'Abacus <9000>, 2 cores', memoryBytes: 2 ** 34, node: 'v20.20.2', loadBefore: 0.5, loadAfter: 1 },
    disk: { syncs: 50, medianUs: 220, p95Us: 1_200 },
  },
  settings: usualImageSettings,
  setups: imageSetups,
  results: [result(1_000), result(10_000)],
  growth: [{ setup: imageSetups[0]!.name, what: 'create', exponent: summaryOf([0.95, 1]) }],
  failures: [],
  ...parts,
})

test('the headline names the memory of a partition and the longest hold of any run, not a median', () => {
  const [headline, steps, growth] = imageFindings(benchmark())
  expect(headline).toBe(
    '10 000 partitions in one image: 420 bytes each, the event loop held for at most 12.0 ms of processor time (90.0 ms by the wall).',
  )
  expect(steps).toContain('to create 1.0 s, to snapshot 200 ms, to load 300 ms, to delete 100 ms')
  expect(growth).toContain('Nothing grows faster than linearly from 1 000 to 10 000 partitions')
})

test('a loop that was held for longer than 50 ms, and what grows faster than linearly, are said to', () => {
  const growth = [{ setup: 'one topic', what: 'delete' as const, exponent: summaryOf([1.6]) }]
  const findings = imageFindings(benchmark({ results: [result(10_000, [51])], growth })).join('\n')
  expect(findings).toContain('held for up to, over the 50 ms it may be, 51.0 ms')
  expect(findings).toContain('grow: delete (one topic, power 1.60)')
})

test('a benchmark without a figure says why', () => {
  expect(imageFindings(benchmark({ results: [], failures: ['the measured node ended'] }))).toEqual([
    'No figure: the measured node ended.',
  ])
})

test('the page needs nothing but itself, and names command and machine; each chart says in words what it shows', async () => {
  const page = imagePage(benchmark(), await loadLineCharts())
  expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(/)
  for (const text of ['npx samsa bench --image', 'Abacus &#60;9000&#62;', 'v20.20.2', '0.22 ms median']) {
    expect(page).toContain(text)
  }
  const labels = [...page.matchAll(/<svg[^>]*aria-label="([^"]*)"/g)].map(([, label]) => label)
  expect(labels).toHaveLength(3)
  expect(labels[0]).toContain('12.0 ms of processor time, below the 50 ms that are allowed')
})

test('the table has a line for each step of each size', () => {
  const lines = imageTableLines(benchmark())
  expect(lines.filter((line) => line.includes('topics of 10') && line.includes('10 000'))).toHaveLength(5)
})

test('a cost that doubles with twice the partitions grows with power one', () => {
  expect(growthExponent([1_000, 5], [10_000, 50])).toBeCloseTo(1)
  expect(growthExponent([1_000, 5], [10_000, 500])).toBeCloseTo(2)
})
