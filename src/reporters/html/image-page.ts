/**
 * A benchmark of images as one page that needs nothing but itself: the finding as its headline, the machine, the command,
 * charts whose texts say what they show, every figure as a table, and what the figures do not say.
 */

import type { ImageBenchmark } from '../../bench/image/image-benchmark.ts'
import { imageFindings } from '../image-findings.ts'
import { GROWTH_TITLES, growthRows, MEMORY_TITLES, memoryRows, STEP_TITLES, stepRows } from '../image-table.ts'
import { chartSection, definitions, machineRows, page, table } from './bench-parts.ts'
import { escapeHtml } from './html.ts'
import { imageCharts } from './image-charts.ts'
import type { DrawLines } from './line-chart.ts'

/** The page as text; without charts where `draw` is undefined. */
export function imagePage(benchmark: ImageBenchmark, draw: DrawLines | undefined): string {
  const [headline = '', ...others] = imageFindings(benchmark)
  return page(headline, [
    ...others.map((line) => `<p>${escapeHtml(line)}</p>`),
    benchmark.wasInterrupted ? '<p class="warning">Interrupted: some runs are missing.</p>' : '',
    definitions([...machineRows(benchmark), ...ownRows(benchmark)]),
    draw === undefined ? '<p>Charts are left out: d3-node is not installed (npm install d3-node).</p>' : '',
    ...imageCharts(benchmark).map((chart) => chartSection(chart, draw)),
    table('Time, and how long the event loop was held', STEP_TITLES, stepRows(benchmark)),
    table('Memory', MEMORY_TITLES, memoryRows(benchmark)),
    table('Growth, from the smallest to the largest', GROWTH_TITLES, growthRows(benchmark)),
    limits(benchmark),
  ])
}

function ownRows({ settings, setups }: ImageBenchmark): readonly (readonly [string, string])[] {
  return [
    [
      'runs',
      `${settings.repeats} of each size and setup, interleaved, each in a process of its own behind a rehearsal with 1 000 partitions`,
    ],
    ['setups', setups.map(({ name, roles }) => `${name} (${roles})`).join('; ')],
    [
      'load',
      'requests of 1 000 partitions in topics of 10; one topic: up to 9 999 in one request; three replicas on six brokers that are only registered, or one on the broker in the same process',
    ],
  ]
}

function limits({ failures }: ImageBenchmark): string {
  const lines = [
    'Create and delete: until the last request is answered. Load: the node is ended as by a kill and starts again in the same process, until it is active; replaying a log without a snapshot is not measured.',
    'Held: the longest stretch in which the event loop got to nothing else, each tick of a millisecond counted in; watched from before the first request until the loop is idle again. Processor time is that of the loop’s own thread, by the wall neighbours on the machine count.',
    'Memory is of live objects, after a forced collection; what the runtime keeps besides is not counted.',
    'A broker in the same process keeps its logs on a disk in memory: how long a real disk takes to make files is not seen.',
    'One voter: its log is synced, and nobody else has to be waited for.',
    ...failures.map((failure) => `No figure: ${failure}.`),
  ]
  return `<h2>What these figures do not say</h2><ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`
}
