/**
 * `samsa mutants`: can the simulator see? Each mutant is a historical bug put back into the broker; each must be caught,
 * and the plan that caught it must shrink to something a person can read.
 */

import { mkdirSync } from 'node:fs'
import type { HuntOutcome } from '../campaign/hunt.ts'
import { openWorkPool } from '../campaign/open-work-pool.ts'
import type { WorkPool } from '../campaign/work-pool.ts'
import type { Provenance } from '../reporters/chaos-report.ts'
import { counted } from '../reporters/figures.ts'
import { writeJson, writePlan } from '../reporters/write-report.ts'
import type { Mutant } from '../sim/mutants/mutant.ts'
import { mutants as allMutants } from '../sim/mutants/table.ts'
import { print } from './chaos.ts'
import { messageOf } from './command-error.ts'
import { ExitCode } from './exit-codes.ts'
import { knownMutant } from './known-mutant.ts'
import { checkWritable } from './option-values.ts'

export interface MutantsOptions {
  /** Tried at most for each mutant, from seed 1 on. */
  readonly seeds: number
  readonly jobs: number
  readonly only?: string
  readonly json?: string
}

const FIRST_SEED = 1

/** A mutant and what became of it; `error` where the hunt itself broke down. */
type Hunted =
  | { readonly mutant: Mutant; readonly outcome: HuntOutcome }
  | { readonly mutant: Mutant; readonly error: string }

/** Runs the command; gives back its exit code. */
export async function mutants(options: MutantsOptions, provenance: Provenance): Promise<ExitCode> {
  const hunted = options.only === undefined ? allMutants : [knownMutant(options.only)]
  if (options.json !== undefined) checkWritable(options.json)
  const startedMs = performance.now()
  const results = await huntAll(hunted, options)
  const wallMs = Math.round(performance.now() - startedMs)
  const survivors = results.filter((result) => 'outcome' in result && result.outcome.caught === undefined)
  print(`${counted(results.length - survivors.length, 'mutant')} of ${results.length} caught.`)
  if (options.json !== undefined) {
    const { seeds } = options
    writeJson(options.json, { seeds, mutants: results.map(resultJson), wallMs, ...provenance })
  }
  if (results.some(isSimulatorAtFault)) return ExitCode.simulatorBug
  return survivors.length > 0 ? ExitCode.promiseBroken : ExitCode.ok
}

/** In the order of the table, whichever ends first. */
async function huntAll(hunted: readonly Mutant[], options: MutantsOptions): Promise<readonly Hunted[]> {
  const pool = openWorkPool(Math.min(options.jobs, hunted.length))
  try {
    return await Promise.all(hunted.map((mutant) => huntOne(mutant, options.seeds, pool)))
  } finally {
    await pool.close()
  }
}

async function huntOne(mutant: Mutant, seeds: number, pool: WorkPool): Promise<Hunted> {
  try {
    const outcome = await pool.hunt({ mutant: mutant.name, from: FIRST_SEED, seeds, topology: mutant.topology })
    const path = writeCaughtPlan(outcome)
    for (const line of outcomeLines(mutant, outcome, path)) print(line)
    return { mutant, outcome }
  } catch (error) {
    print(`ERROR     ${mutant.name}: the hunt broke down: ${messageOf(error)}`)
    return { mutant, error: messageOf(error) }
  }
}

function writeCaughtPlan({ mutant, caught }: HuntOutcome): string | undefined {
  if (caught === undefined) return undefined
  const folder = `reports/mutants/${mutant}`
  mkdirSync(folder, { recursive: true })
  writePlan(`${folder}/plan.json`, caught.investigation.plan)
  return `${folder}/plan.json`
}

function outcomeLines(mutant: Mutant, outcome: HuntOutcome, path: string | undefined): readonly string[] {
  const { caught, effort: took } = outcome
  const effort = `${counted(took.seeds, 'seed')}, ${(took.virtualUs / 1_000_000).toFixed(1)} s of virtual time`
  if (caught === undefined) return [`SURVIVED  ${mutant.name}: nothing was seen in ${effort}`]
  const { violation, after, before } = caught.investigation
  const from = `seed ${caught.seed}, from ${before.faults} and ${before.operations}`
  return [
    `caught    ${mutant.name}: ${violation.invariant}, after ${effort}`,
    `          ${counted(after.faults, 'fault')} and ${counted(after.operations, 'operation')} (${from}): npx samsa replay ${path}`,
  ]
}

function isSimulatorAtFault(result: Hunted): boolean {
  if ('error' in result) return true
  return result.outcome.totals.failures.some(({ violations }) => violations[0]!.kind === 'simulator')
}

function resultJson(result: Hunted): object {
  const { name, story, source, invariants } = result.mutant
  const about = { name, story, source, expected: invariants }
  if ('error' in result) return { ...about, caught: false, error: result.error }
  const { effort: took, caught } = result.outcome
  const effort = { seeds: took.seeds, virtualMs: Math.round(took.virtualUs / 1_000), events: took.events }
  if (caught === undefined) return { ...about, caught: false, ...effort }
  const { violation, after, before, plan, hash, runs, reproduced, isMinimal } = caught.investigation
  return {
    ...{ ...about, caught: true, invariant: violation.invariant, kind: violation.kind, message: violation.message },
    ...{ ...effort, seed: caught.seed, faults: after.faults, operations: after.operations, before },
    ...{ shrinkRuns: runs, isMinimal, reproduced, hash, plan },
  }
}
