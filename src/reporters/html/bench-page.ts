/**
 * A benchmark as one page that needs nothing but itself: the finding as its headline, the machine, the command, charts
 * whose texts say what they show, every figure as a table, and what the figures do not say.
 */

import type { ClusterBenchmark } from '../../bench/cluster/cluster-benchmark.ts'
import { benchFindings } from '../bench-findings.ts'
import { percentile, TAIL_TITLES, THROUGHPUT_TITLES, tailCells, throughputCells } from '../bench-table.ts'
import { pointName, rate, ratioText } from '../bench-words.ts'
import { duration } from '../figures.ts'
import { benchCharts } from './bench-charts.ts'
import { chartSection, definitions, machineRows, page, table } from './bench-parts.ts'
import { escapeHtml } from './html.ts'
import type { DrawLines } from './line-chart.ts'

/** A chart as a file of its own: with the style that the page would give it, on white. */
export function benchPicture(svg: string): string {
  const style =
    '<style>text { font: 12px system-ui, sans-serif; }</style><rect width="100%" height="100%" fill="#fff"/>'
  const named = svg.includes('xmlns=') ? svg : svg.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
  return `${named.replace(/(<svg [^>]*>)/, `$1${style}`)}\n`
}

/** The page as text; without charts where `draw` is undefined. */
export function benchPage(benchmark: ClusterBenchmark, draw: DrawLines | undefined): string {
  const [headline = '', ...others] = benchFindings(benchmark)
  const { settings } = benchmark
  return page(headline, [
    ...others.map((line) => `<p>${escapeHtml(line)}</p>`),
    benchmark.wasInterrupted ? '<p class="warning">Interrupted: some runs are missing.</p>' : '',
    machineCard(benchmark),
    draw === undefined ? '<p>Charts are left out: d3-node is not installed (npm install d3-node).</p>' : '',
    ...benchCharts(benchmark).map((chart) => chartSection(chart, draw)),
    table(
      'Throughput',
      THROUGHPUT_TITLES,
      benchmark.throughput.map((result) => throughputCells(settings, result)),
    ),
    tailTable(benchmark),
    ratioTable(benchmark),
    latencyTable(benchmark),
    limits(benchmark),
  ])
}

function machineCard(benchmark: ClusterBenchmark): string {
  const { repeats, measureMs, warmUpMs, partitions, producers, inFlight, recordBytes } = benchmark.settings
  return definitions([
    ...machineRows(benchmark),
    [
      'runs',
      `${repeats} of each point, interleaved; ${duration(measureMs)} each behind ${duration(warmUpMs)} of warm-up`,
    ],
    [
      'load',
      `${partitions[0]} partitions, ${producers[0]} connections that produce, ${inFlight} requests of one batch in flight on each; records of ${recordBytes[0]} B, JSON events of a shop that differ from one another`,
    ],
  ])
}

function tailTable({ tail }: ClusterBenchmark): string {
  return tail.length === 0 ? '' : table('Reading at the tail while producing', TAIL_TITLES, tail.map(tailCells))
}

function ratioTable({ ratios, targets, settings }: ClusterBenchmark): string {
  if (ratios.length === 0) return ''
  const rows = ratios.map((result) => [
    ...[result.what, pointName(settings, result), ratioText(result.ratio.median)],
    `${ratioText(result.ratio.low)}–${ratioText(result.ratio.high)} (${Math.round(result.ratio.confidence * 100)} %)`,
    result.difference,
  ])
  return table(`${targets[0]} by ${targets[1]}`, ['', 'point', 'ratio', 'interval of the median', 'so it is'], rows)
}

function latencyTable({ latency }: ClusterBenchmark): string {
  if (latency.length === 0) return ''
  const rows = latency.map(({ target, offeredPerSecond, keptUp, publish, endToEnd, delay }) => [
    ...[target, rate(offeredPerSecond), keptUp ? 'yes' : 'no'],
    ...(['p50', 'p99', 'p99.9'] as const).map((name) => percentile(publish, name)),
    ...(['p50', 'p99', 'p99.9'] as const).map((name) => percentile(endToEnd, name)),
    percentile(delay, 'p99'),
  ])
  const titles = [
    'target',
    'offered records/s',
    'kept up',
    'publish p50',
    'p99',
    'p99.9',
    'end to end p50',
    'p99',
    'p99.9',
    'generator late p99',
  ]
  return table('Latency at offered load', titles, rows)
}

function limits({ failures }: ClusterBenchmark): string {
  const lines = [
    'Where other programs want the processors too, a target of many threads gets a larger share of them than one of a single thread: ratios of rates are then about the scheduler.',
    'Load generator and targets share one machine and its processors, over loopback: a target gets what the generator leaves. It is the same for all targets.',
    'One replica, no TLS; nothing is synced before it is acknowledged, as in Kafka: the page cache takes the writes.',
    'MiB and GB are of records before compression. What compresses is made up, JSON events with few words and many numbers; other data compresses otherwise.',
    'One batch to a request, encoded before the run. Clients that gather batches of several partitions into one request do better with small ones.',
    'Throughput is measured in a closed loop, so its rates say nothing of waiting; latency in an open loop, from when each record was due. A percentile is told where ten samples at least lie beyond it.',
    'What was acknowledged was read back and compared, by count, place and checksum; a run that did not agree has no figure. The minimal path keeps nothing and cannot be read.',
    'Runs of about a second: neither a disk that fills its cache nor a heap that fills over minutes is seen.',
    ...failures.map((failure) => `No figure: ${failure}.`),
  ]
  return `<h2>What these figures do not say</h2><ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`
}
