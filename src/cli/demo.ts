/**
 * `samsa demo`, which `npm start` runs: the main job once over. The correct broker holds its promises under faults; then
 * one historical bug is put back, caught, shrunk and told; then the report is named.
 */

import type { HuntOutcome } from '../campaign/hunt.ts'
import { openWorkPool } from '../campaign/open-work-pool.ts'
import { realSimulator } from '../campaign/real-simulator.ts'
import type { ChaosReport, Provenance } from '../reporters/chaos-report.ts'
import { storyLines } from '../reporters/story.ts'
import { writeReport } from '../reporters/write-report.ts'
import type { Mutant } from '../sim/mutants/mutant.ts'
import { mutants } from '../sim/mutants/table.ts'
import { campaignReport, exitCodeOf, print, printReport, titleOf } from './chaos.ts'
import { chaosReport, toldFailure } from './chaos-report.ts'
import { operatingFailure } from './command-error.ts'
import { ExitCode } from './exit-codes.ts'

export interface DemoOptions {
  readonly seeds: number
  readonly jobs: number
}

const FOLDER = 'reports/chaos/demo'
const FIRST_SEED = 1
const HUNT_SEEDS_MAX = 200

/** Runs the command; gives back its exit code. */
export async function demo(options: DemoOptions, provenance: Provenance): Promise<ExitCode> {
  const [mutant] = mutants
  if (mutant === undefined) throw operatingFailure('there is no mutant to show')
  print('1. The correct broker, struck by faults.')
  const { report } = await campaignReport({ ...options, from: FIRST_SEED }, null, provenance, 'demo')
  printReport(report)
  if (exitCodeOf(report) !== ExitCode.ok) {
    print(`Report: ${await writeReport(FOLDER, [{ title: titleOf(report), report }])}`)
    return exitCodeOf(report)
  }
  print('')
  print(`2. A historical bug, put back: ${mutant.name}. ${mutant.story}`)
  const hunted = await huntReport(mutant, provenance)
  if (hunted.told === undefined) print(`It survived ${hunted.seeds} seeds.`)
  else for (const line of storyLines(hunted.told)) print(line)
  print('')
  const reports = [report, hunted].map((one) => ({ title: titleOf(one), report: one }))
  print(`Report: ${await writeReport(FOLDER, reports)}`)
  return hunted.told === undefined ? ExitCode.promiseBroken : ExitCode.ok
}

async function huntReport(mutant: Mutant, provenance: Provenance): Promise<ChaosReport> {
  const startedMs = performance.now()
  const { totals, caught } = await hunt(mutant)
  return chaosReport({
    ...{ totals, mutant: mutant.name, from: FIRST_SEED, twice: false, wasInterrupted: false, provenance },
    ...{ wallMs: performance.now() - startedMs, simulator: realSimulator() },
    told: caught && toldFailure(caught.seed, caught.investigation, FOLDER),
  })
}

async function hunt(mutant: Mutant): Promise<HuntOutcome> {
  const pool = openWorkPool(1)
  try {
    return await pool.hunt({ mutant: mutant.name, from: FIRST_SEED, seeds: HUNT_SEEDS_MAX, topology: mutant.topology })
  } finally {
    await pool.close()
  }
}
