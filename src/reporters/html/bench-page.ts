/**
 * A benchmark as one page that needs nothing but itself: the finding as its headline, the machine, the command, charts
 * whose texts say what they show, every figure as a table, and what the figures do not say.
 */

import type { ClusterBenchmark } from '../../bench/cluster/cluster-benchmark.ts'
import { benchFindings } from '../bench-findings.ts'
import { percentile, TAIL_TITLES, THROUGHPUT_TITLES, tailCells, throughputCells } from '../bench-table.ts'
import { milliseconds, pointName, rate, ratioText } from '../bench-words.ts'
import { duration } from '../figures.ts'
import { type BenchChart, benchCharts } from './bench-charts.ts'
import { escapeHtml } from './html.ts'
import type { DrawLines } from './line-chart.ts'

/** A chart as a file of its own: with the style that the page would give it, on white. */
export function benchPicture(svg: string): string {
  const style =
    '<style>text { font: 12px system-ui, sans-serif; }</style><rect width="100%" height="100%" fill="#fff"/>'
  const named = svg.includes('xmlns=') ? svg : svg.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
  return `${named.replace(/(<svg [^>]*>)/, `$1${style}`)}\n`
}

const GIBIBYTE = 1_024 ** 3

/** The page as text; without charts where `draw` is undefined. */
export function benchPage(benchmark: ClusterBenchmark, draw: DrawLines | undefined): string {
  const [headline = '', ...others] = benchFindings(benchmark)
  const paragraphs = others.map((line) => `<p>${escapeHtml(line)}</p>`)
  const charts = benchCharts(benchmark).map((chart) => chartSection(chart, draw))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>samsa bench: ${escapeHtml(headline)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(headline)}</h1>
${paragraphs.join('\n')}
${benchmark.wasInterrupted ? '<p class="warning">Interrupted: some runs are missing.</p>' : ''}
${machineCard(benchmark)}
${draw === undefined ? '<p>Charts are left out: d3-node is not installed (npm install d3-node).</p>' : ''}
${charts.join('\n')}
${table(
  'Throughput',
  THROUGHPUT_TITLES,
  benchmark.throughput.map((result) => throughputCells(benchmark.settings, result)),
)}
${tailTable(benchmark)}
${ratioTable(benchmark)}
${latencyTable(benchmark)}
${limits(benchmark)}
</body>
</html>
`
}

function machineCard({ command, startedMs, tookMs, machine, settings }: ClusterBenchmark): string {
  const { disk, memoryBytes, loadBefore, loadAfter } = machine
  const { repeats, measureMs, warmUpMs, partitions, producers, inFlight, recordBytes } = settings
  const rows = [
    ['command', command],
    ['when', `${new Date(startedMs).toISOString()}, took ${duration(tookMs)}`],
    ['machine', `${machine.machine}, ${(memoryBytes / GIBIBYTE).toFixed(0)} GiB`],
    ['Node', machine.node],
    ['load average', `${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after`],
    [
      'disk',
      `append of 4 KiB and sync: ${milliseconds(disk.medianUs)} median, ${milliseconds(disk.p95Us)} p95 (${disk.syncs} syncs)`,
    ],
    [
      'runs',
      `${repeats} of each point, interleaved; ${duration(measureMs)} each behind ${duration(warmUpMs)} of warm-up`,
    ],
    [
      'load',
      `${partitions[0]} partitions, ${producers[0]} connections that produce, ${inFlight} requests of one batch in flight on each; records of ${recordBytes[0]} B, JSON events of a shop that differ from one another`,
    ],
  ]
  const cells = rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value ?? '')}</dd>`)
  return `<dl>${cells.join('')}</dl>`
}

function chartSection({ title, chart }: BenchChart, draw: DrawLines | undefined): string {
  if (draw === undefined) return ''
  return `<h2>${escapeHtml(title)}</h2><figure>${draw(chart)}<figcaption>${escapeHtml(chart.alt)}</figcaption></figure>`
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

function table(title: string, titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((text) => `<th>${escapeHtml(text)}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`)
  return `<h2>${escapeHtml(title)}</h2><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table>`
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

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; } .warning { font-weight: 600; color: #b3261e; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; background: #f6f6f6; padding: .8rem 1rem; } dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: .85rem; display: block; overflow-x: auto; } td, th { border-bottom: 1px solid #ddd; padding: .25rem .7rem .25rem 0; text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td:first-child, th:first-child { text-align: left; }
figure { margin: 0; } figcaption { color: #444; font-size: .9rem; } svg { max-width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; }
`
