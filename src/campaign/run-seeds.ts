/**
 * Runs seeds one after the other in this thread, each twice where asked, and says of each what came out.
 *
 * A run that throws is the outcome of its seed, not the end of the batch.
 */

import { firstDifference } from '../sim/loop/hash-chain.ts'
import { firstDifferentEvent } from '../sim/loop/recorded-range.ts'
import type { Plan } from '../sim/plan/plan.ts'
import type { Topology } from '../sim/plan/topology-draw.ts'
import type { RunResult, SeedDifference } from '../sim/run/verdict.ts'
import { crashedOutcome, type SeedOutcome } from './outcome.ts'
import type { Simulator } from './simulator.ts'

/** Seeds `[from, from + count)`. */
export interface SeedBatch {
  readonly from: number
  readonly count: number
  readonly mutant: string | null
  /** Of clusters, where given. */
  readonly topology?: Topology | undefined
  /** Run each seed a second time and compare the chains. */
  readonly twice: boolean
}

/** The outcomes, in the order of the seeds. */
export async function runSeeds(batch: SeedBatch, simulator: Simulator): Promise<SeedOutcome[]> {
  const outcomes: SeedOutcome[] = []
  for (let index = 0; index < batch.count; index++) {
    outcomes.push(await runSeed(batch.from + index, batch, simulator))
  }
  return outcomes
}

async function runSeed(seed: number, batch: SeedBatch, simulator: Simulator): Promise<SeedOutcome> {
  try {
    const plan = simulator.plan(seed, batch.mutant, batch.topology)
    const result = await simulator.run(plan)
    const difference = batch.twice ? await compareWithSecondRun(plan, result, simulator) : undefined
    return {
      ...{ seed, hash: result.hash, events: result.events, virtualUs: result.virtualUs },
      ...{ struck: result.struck, coverage: result.coverage },
      ...(result.violations.length > 0 && { failure: { seed, violations: result.violations } }),
      ...(difference && { difference }),
    }
  } catch (error) {
    return crashedOutcome(seed, error)
  }
}

/** Undefined when the second run is the same; else the first event that differs, found by two more runs. */
async function compareWithSecondRun(
  plan: Plan,
  first: RunResult,
  simulator: Simulator,
): Promise<SeedDifference | undefined> {
  const second = await simulator.run(plan)
  const interval = firstDifference(first.chain, second.chain)
  if (interval === undefined) return undefined
  const left = await simulator.run(plan, { recordEvents: interval })
  const right = await simulator.run(plan, { recordEvents: interval })
  const event = firstDifferentEvent(left.recordedEvents, right.recordedEvents)
  return { seed: plan.seed, ...interval, left: event?.left, right: event?.right }
}
