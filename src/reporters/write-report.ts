/**
 * The file-writing end: a folder with `index.html`, `result.json` and, where a promise broke, `plan.json`. Files of an
 * earlier report in the same folder are replaced; a plan that does not belong to this one is removed.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClusterBenchmark } from '../bench/cluster/cluster-benchmark.ts'
import type { ImageBenchmark } from '../bench/image/image-benchmark.ts'
import type { Plan } from '../sim/plan/plan.ts'
import { chaosJson } from './chaos-json.ts'
import type { ChaosReport } from './chaos-report.ts'
import { benchCharts } from './html/bench-charts.ts'
import { benchPage, benchPicture } from './html/bench-page.ts'
import { loadCharts } from './html/charts.ts'
import { imagePage } from './html/image-page.ts'
import { loadLineCharts } from './html/line-chart.ts'
import { chaosPage } from './html/page.ts'
import { openMessagingResults } from './open-messaging.ts'

/** Writes the reports as one page into `folder`, which is made; gives back the path of the page. */
export async function writeReport(
  folder: string,
  reports: readonly { readonly title: string; readonly report: ChaosReport }[],
): Promise<string> {
  const page = chaosPage(reports, await loadCharts())
  const told = reports.find(({ report }) => report.told !== undefined)?.report.told
  const json = reports.map(({ report }) => chaosJson(report))
  mkdirSync(folder, { recursive: true })
  writeJson(join(folder, 'result.json'), json.length === 1 ? json[0] : json)
  if (told === undefined) rmSync(join(folder, 'plan.json'), { force: true })
  else writePlan(join(folder, 'plan.json'), told.plan)
  const path = join(folder, 'index.html')
  writeFileSync(path, page)
  return path
}

/** Writes a plan as a file that `samsa replay` takes. */
export function writePlan(path: string, plan: Plan): void {
  writeJson(path, plan)
}

/** Writes a value as indented JSON with a line end. */
export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** Writes the first chart of a benchmark as a picture of its own; nothing where charts cannot be drawn. */
export async function writeBenchPicture(path: string, benchmark: ClusterBenchmark): Promise<void> {
  const [first] = benchCharts(benchmark)
  const draw = await loadLineCharts()
  if (first !== undefined && draw !== undefined) writeFileSync(path, benchPicture(draw(first.chart)))
}

/** Writes a benchmark as a page and as JSON into `folder`, which is made; gives back the path of the page. */
export async function writeBenchReport(folder: string, benchmark: ClusterBenchmark): Promise<string> {
  const page = benchPage(benchmark, await loadLineCharts())
  return writePage(folder, page, { ...benchmark, openMessaging: openMessagingResults(benchmark) })
}

/** As `writeBenchReport`, for a benchmark of images. */
export async function writeImageReport(folder: string, benchmark: ImageBenchmark): Promise<string> {
  return writePage(folder, imagePage(benchmark, await loadLineCharts()), benchmark)
}

function writePage(folder: string, page: string, json: unknown): string {
  mkdirSync(folder, { recursive: true })
  writeJson(join(folder, 'result.json'), json)
  const path = join(folder, 'index.html')
  writeFileSync(path, page)
  return path
}
