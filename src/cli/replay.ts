/**
 * `samsa replay`: one run, of a seed or of a plan in a file, as a readable timeline that ends with the hash; or as one JSON
 * object. The same plan gives the same lines every time.
 */

import { readFileSync } from 'node:fs'
import { realSimulator } from '../campaign/real-simulator.ts'
import type { Simulator } from '../campaign/simulator.ts'
import { instant } from '../reporters/figures.ts'
import { timelineLines } from '../reporters/timeline.ts'
import { parsePlan } from '../sim/plan/parse.ts'
import type { Plan } from '../sim/plan/plan.ts'
import type { RunResult, Violation } from '../sim/run/verdict.ts'
import { print } from './chaos.ts'
import { CommandError, messageOf, wrongUsage } from './command-error.ts'
import { ExitCode, exitCodeFor } from './exit-codes.ts'
import { knownMutant } from './known-mutant.ts'
import { type TopologyOptions, topologyOf } from './option-values.ts'

export interface ReplayOptions {
  /** Takes the place of the plan's own. */
  readonly mutant?: string
  /** Of a seed's plan: how many controllers; with this or `brokers` it is of a cluster. */
  readonly controllers?: number
  readonly brokers?: number
  readonly json?: boolean
}

/** Runs the command on a seed (digits) or the path of a plan; gives back its exit code. */
export async function replay(what: string, options: ReplayOptions): Promise<ExitCode> {
  const mutant = options.mutant === undefined ? undefined : knownMutant(options.mutant).name
  const simulator = realSimulator()
  const plan = /^\d+$/.test(what) ? planOfSeed(what, mutant ?? null, options, simulator) : planInFile(what, mutant)
  const result = await runPlan(plan, options.json !== true, simulator)
  if (options.json === true) print(JSON.stringify(resultJson(plan, result)))
  else printResult(plan, result)
  return exitCodeFor(result.violations.slice(0, 1).map(({ kind }) => kind))
}

function planOfSeed(digits: string, mutant: string | null, options: TopologyOptions, simulator: Simulator): Plan {
  const seed = Number(digits)
  if (Number.isSafeInteger(seed)) return simulator.plan(seed, mutant, topologyOf(options))
  throw wrongUsage(`${digits} is too large for a seed; seeds are integers from 0 to ${Number.MAX_SAFE_INTEGER}`)
}

function planInFile(path: string, mutant: string | undefined): Plan {
  const parsed = parsePlan(readJson(path))
  if ('problem' in parsed) {
    throw wrongUsage(`${path} is not a plan: ${parsed.problem}; give a seed, or a plan.json that samsa wrote`)
  }
  const { plan } = parsed
  return mutant === undefined ? plan : { ...plan, mutant }
}

function readJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw wrongUsage(`cannot read ${path}: ${messageOf(error)}; give a seed, or the path of a plan`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw wrongUsage(`${path} is not JSON: ${messageOf(error)}; give a seed, or a plan.json that samsa wrote`)
  }
}

async function runPlan(plan: Plan, record: boolean, simulator: Simulator): Promise<RunResult> {
  try {
    return await simulator.run(plan, { record })
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    throw new CommandError(ExitCode.simulatorBug, `a bug of the simulator ended the run; please report it:\n${stack}`)
  }
}

function printResult(plan: Plan, result: RunResult): void {
  for (const line of timelineLines(result.timeline)) print(line)
  const { events, virtualUs, violations, hash } = result
  print('')
  print(
    `seed ${plan.seed}, ${plan.mutant ?? 'correct broker'}: ${events} events, ${instant(virtualUs)} of virtual time`,
  )
  if (violations.length === 0) print('no promise was broken')
  for (const violation of violations) print(violationLine(violation))
  print(`hash ${hash}`)
}

function violationLine({ kind, invariant, message, atUs, event }: Violation): string {
  return `${kind}: ${invariant} (at ${instant(atUs)}, event ${event}): ${message}`
}

function resultJson(plan: Plan, result: RunResult): object {
  return {
    ...{ seed: plan.seed, mutant: plan.mutant, hash: result.hash, violations: result.violations },
    ...{ events: result.events, virtualMs: Math.round(result.virtualUs / 1_000) },
    struck: Object.fromEntries(result.struck),
    coverage: Object.fromEntries(result.coverage),
  }
}
