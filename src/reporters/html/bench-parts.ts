/** What the pages of all benchmarks have in common: the frame, the machine, charts with their words, tables. */

import type { MachineCard } from '../../bench/cluster/cluster-benchmark.ts'
import { milliseconds } from '../bench-words.ts'
import { duration } from '../figures.ts'
import type { BenchChart } from './bench-charts.ts'
import { escapeHtml } from './html.ts'
import type { DrawLines } from './line-chart.ts'

const GIBIBYTE = 1_024 ** 3

/** What every benchmark tells of itself. */
interface Measured {
  readonly command: string
  readonly startedMs: number
  readonly tookMs: number
  readonly machine: MachineCard
}

/** A page that needs nothing but itself; the parts are HTML. */
export function page(headline: string, parts: readonly string[]): string {
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
${parts.join('\n')}
</body>
</html>
`
}

/** The command, and the machine as far as it bears on the figures: names and texts. */
export function machineRows({ command, startedMs, tookMs, machine }: Measured): readonly (readonly [string, string])[] {
  const { disk, memoryBytes, loadBefore, loadAfter } = machine
  return [
    ['command', command],
    ['when', `${new Date(startedMs).toISOString()}, took ${duration(tookMs)}`],
    ['machine', `${machine.machine}, ${(memoryBytes / GIBIBYTE).toFixed(0)} GiB`],
    ['Node', machine.node],
    ['load average', `${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after`],
    [
      'disk',
      `append of 4 KiB and sync: ${milliseconds(disk.medianUs)} median, ${milliseconds(disk.p95Us)} p95 (${disk.syncs} syncs)`,
    ],
  ]
}

export function definitions(rows: readonly (readonly [name: string, text: string])[]): string {
  const cells = rows.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`)
  return `<dl>${cells.join('')}</dl>`
}

/** A chart under its title, and below it what it shows in words. */
export function chartSection({ title, chart }: BenchChart, draw: DrawLines | undefined): string {
  if (draw === undefined) return ''
  return `<h2>${escapeHtml(title)}</h2><figure>${draw(chart)}<figcaption>${escapeHtml(chart.alt)}</figcaption></figure>`
}

export function table(title: string, titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((text) => `<th>${escapeHtml(text)}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`)
  return `<h2>${escapeHtml(title)}</h2><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table>`
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; } .warning { font-weight: 600; color: #b3261e; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; background: #f6f6f6; padding: .8rem 1rem; } dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: .85rem; display: block; overflow-x: auto; } td, th { border-bottom: 1px solid #ddd; padding: .25rem .7rem .25rem 0; text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td:first-child, th:first-child { text-align: left; }
figure { margin: 0; } figcaption { color: #444; font-size: .9rem; } svg { max-width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; }
`
