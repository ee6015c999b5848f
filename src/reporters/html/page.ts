/**
 * A campaign as one page that needs nothing but itself: no script, no font, no picture from elsewhere.
 *
 * It says what was run and where, what came out, what was tried, and, where a promise broke, the story, the timeline and
 * the plan. Looks are modest on purpose.
 */

import type { ChaosReport, ToldFailure } from '../chaos-report.ts'
import { grouped } from '../figures.ts'
import { storyLines } from '../story.ts'
import { differenceLines, neverHappened, sizeLine, verdictLines } from '../tally.ts'
import { timelineLines } from '../timeline.ts'
import { eventWords, strikeWords } from '../words.ts'
import type { Charts } from './charts.ts'
import { countTable, escapeHtml } from './html.ts'

/** The page as text; without charts where `charts` is undefined. Further reports follow the first under their titles. */
export function chaosPage(
  reports: readonly { readonly title: string; readonly report: ChaosReport }[],
  charts: Charts | undefined,
): string {
  const sections = reports.map(({ title, report }) => section(title, report, charts))
  const heading = escapeHtml(reports[0]?.title ?? 'samsa')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>samsa: ${heading}</title>
<style>${STYLE}</style>
</head>
<body>
${sections.join('\n')}
</body>
</html>
`
}

function section(title: string, report: ChaosReport, charts: Charts | undefined): string {
  const verdict = verdictLines(report).map((line) => `<p>${escapeHtml(line)}</p>`)
  const isFine = report.broken.length + report.differences.length === 0
  const differences = differenceLines(report).map((line) => `<p>${escapeHtml(line)}</p>`)
  return [
    `<h1>${escapeHtml(title)}</h1>`,
    `<div class="verdict ${isFine ? 'fine' : 'broken'}">${verdict.join('')}</div>`,
    provenance(report),
    report.told === undefined ? '' : toldSection(report.told),
    differences.join(''),
    brokenSection(report),
    triedSection(report, charts),
  ].join('\n')
}

function provenance(report: ChaosReport): string {
  const { command, node, machine } = report.provenance
  const seeds = `${report.from} to ${report.from + report.seeds - 1}`
  const rows = [
    ['command', command],
    ['seeds', report.seeds === 0 ? 'none' : seeds],
    ['broker', report.mutant ?? 'the correct one'],
    ['result', sizeLine(report)],
    ['Node', node],
    ['machine', machine],
  ]
  const cells = rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value ?? '')}</dd>`)
  return `<dl>${cells.join('')}</dl>`
}

function toldSection(told: ToldFailure): string {
  return `<h2>The story</h2>
<pre>${escapeHtml(storyLines(told).join('\n'))}</pre>
<p>Replay it: <code>${escapeHtml(told.command)}</code></p>
<details><summary>Timeline of the smallest plan (${grouped(told.timeline.length)} lines)</summary>
<pre>${escapeHtml(timelineLines(told.timeline).join('\n'))}</pre></details>
<details><summary>The smallest plan</summary>
<pre>${escapeHtml(JSON.stringify(told.plan, null, 2))}</pre></details>`
}

const BROKEN_SHOWN_MAX = 50

function brokenSection({ broken, mutant, seedOptions = '' }: ChaosReport): string {
  if (broken.length === 0) return ''
  const option = mutant === null ? '' : ` --mutant ${mutant}`
  const rows = broken.slice(0, BROKEN_SHOWN_MAX).map(({ seed, violation }) => {
    const replay = `npx samsa replay ${seed}${seedOptions}${option}`
    return `<tr><td class="n">${seed}</td><td>${escapeHtml(violation.invariant)}</td><td>${escapeHtml(violation.message)}</td><td><code>${escapeHtml(replay)}</code></td></tr>`
  })
  const more = broken.length > BROKEN_SHOWN_MAX ? `<p>${broken.length - BROKEN_SHOWN_MAX} more are not shown.</p>` : ''
  return `<h2>Seeds that broke something</h2>
<table><thead><tr><th>seed</th><th>promise</th><th>what was seen</th><th>replay</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>${more}`
}

function triedSection(report: ChaosReport, charts: Charts | undefined): string {
  const struck = [...report.struck].sort(([, a], [, b]) => b - a)
  const coverage = [...report.coverage].map(([name, count]) => [inWords(name, eventWords), grouped(count)] as const)
  const never = neverHappened(report).map(
    (name) => `<li>${escapeHtml(inWords(name, { ...strikeWords, ...eventWords }))}</li>`,
  )
  return `<h2>What was tried</h2>
${charts === undefined ? '<p>Charts are left out: d3-node is not installed (npm install d3-node).</p>' : ''}
<h3>Faults that struck</h3>
${charts && struck.length > 0 ? charts.bars('Faults that struck, by kind', struck) : ''}
${countTable(
  'times',
  struck.map(([name, count]) => [inWords(name, strikeWords), grouped(count)] as const),
)}
<h3>Events per run</h3>
${charts && report.eventsPerRun.length > 0 ? charts.histogram('Runs by their number of events', report.eventsPerRun) : ''}
<p>${grouped(report.events)} events in ${grouped(report.seeds)} runs.</p>
<h3>What was seen</h3>
${countTable('times', coverage)}
<h3>What never happened</h3>
${never.length > 0 ? `<ul>${never.join('')}</ul>` : '<p>Everything that is known was seen.</p>'}`
}

/** `power-loss: the power fails`, or the name alone where there are no words for it. */
function inWords(name: string, words: Readonly<Record<string, string>>): string {
  const clause = words[name]
  return clause === undefined ? name : `${name}: ${clause}`
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
h1 { font-size: 1.5rem; margin-top: 2.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; }
.verdict { padding: .5rem 1rem; border-left: .4rem solid; background: #f6f6f6; }
.verdict p { margin: .2rem 0; font-weight: 600; } .fine { border-color: #2c7a4b; } .broken { border-color: #b3261e; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { color: #666; } dd { margin: 0; overflow-wrap: anywhere; }
pre { background: #f6f6f6; padding: 1rem; overflow-x: auto; font-size: .85rem; } code { font-size: .9em; }
table { border-collapse: collapse; margin: .5rem 0; } caption { text-align: right; color: #666; font-size: .8rem; }
td, th { border-bottom: 1px solid #ddd; padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; } .n { text-align: right; font-variant-numeric: tabular-nums; }
svg { max-width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; } .bar { fill: #4a6fa5; }
`
