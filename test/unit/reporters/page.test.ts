import { expect, test } from 'vitest'
import { loadCharts } from '../../../src/reporters/html/charts.ts'
import { chaosPage } from '../../../src/reporters/html/page.ts'
import { brokenReport, chaosReport } from './made-up-report.ts'

const page = (report = chaosReport()) => chaosPage([{ title: 'A campaign', report }], undefined)

test('the page names command, seeds, hash, Node and machine, and escapes what it is given', () => {
  const html = page()
  for (const text of ['npx samsa chaos --seeds 20', '1 to 20', 'ffeeddccbbaa9988', 'v20.20.2']) {
    expect(html).toContain(text)
  }
  expect(html).toContain('Abacus &#60;9000&#62;')
  expect(html).not.toContain('<9000>')
})

test('the page needs nothing but itself: no script, nothing fetched', async () => {
  const html = chaosPage([{ title: 'A campaign', report: brokenReport() }], await loadCharts())
  expect(html).not.toMatch(/<script|<link|<img|src=|@import|url\(/)
})

test('a broken promise brings its story, timeline, plan and replay command', () => {
  const html = page(brokenReport())
  expect(html).toContain('A PROMISE IS BROKEN')
  expect(html).toContain('npx samsa replay reports/chaos/x/plan.json')
  expect(html).toContain('npx samsa replay 19 --mutant marker-left-behind')
  expect(html).toContain('&#34;marker-left-behind&#34;')
})

test('without d3-node the page says that charts are left out, and still has the numbers', () => {
  expect(page()).toContain('d3-node is not installed')
  expect(page()).toContain('power-loss')
})

test('charts have a bar for each kind and each class of runs', async () => {
  const charts = await loadCharts()
  const bars = charts?.bars('Faults', [...chaosReport().struck]) ?? ''
  expect(bars.match(/class="bar"/g)).toHaveLength(2)
  expect(bars).toContain('power-loss')
  const histogram = charts?.histogram('Events', chaosReport().eventsPerRun) ?? ''
  expect(histogram).toContain('12 runs of 1024 to 1217 events')
  expect(histogram).toContain('8 runs of 1218 to 1448 events')
})

test('a campaign in which nothing ran still makes a page', async () => {
  const nothing = chaosReport({ seeds: 0, events: 0, struck: new Map(), coverage: new Map(), eventsPerRun: [] })
  expect(chaosPage([{ title: 'Nothing', report: nothing }], await loadCharts())).toContain('<h1>Nothing</h1>')
})
