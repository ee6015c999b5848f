/**
 * A hunt for a mutant: seed after seed until a run breaks a promise, then the plan is shrunk. Done within one worker, so
 * that several mutants are hunted at a time.
 *
 * Not every plan shrinks to a story that can be told: where leaving one item out moves everything behind it, much stays.
 * While what is left is large the hunt goes on to the next seed that catches the mutant; the smallest plan counts.
 *
 * A run on which the simulator itself fails catches nothing; it stays among the failures of the totals.
 */

import type { Topology } from '../sim/plan/topology-draw.ts'
import type { PlanSize } from '../sim/shrink/plan-size.ts'
import { CampaignFold, type CampaignTotals } from './campaign-fold.ts'
import { type Investigation, investigate } from './investigate.ts'
import { runSeeds } from './run-seeds.ts'
import type { Simulator } from './simulator.ts'

export interface HuntTask {
  readonly mutant: string
  /** The first seed. */
  readonly from: number
  /** How many are tried at most. */
  readonly seeds: number
  /** Of clusters, where given. */
  readonly topology?: Topology | undefined
}

export interface HuntOutcome {
  readonly mutant: string
  /** Of the seeds that were run, those that caught it included. */
  readonly totals: CampaignTotals
  /** The smallest catch; undefined when the mutant survived. */
  readonly caught: Catch | undefined
  /** What it took to see it: of the seeds up to the first that caught it, or of all where none did. */
  readonly effort: CampaignTotals
}

interface Catch {
  readonly seed: number
  readonly investigation: Investigation
}

/** A plan that holds more than this is not told while another may be smaller. */
const FAULTS_TOLD = 3
const OPERATIONS_TOLD = 10
/** Catches that are shrunk at most: each may take hundreds of runs. */
const CATCHES_MAX = 4

/** Hunts one mutant. */
export async function hunt(task: HuntTask, simulator: Simulator): Promise<HuntOutcome> {
  const { mutant, from, seeds, topology } = task
  const fold = new CampaignFold(from)
  let caught: Catch | undefined
  let catches = 0
  let effort: CampaignTotals | undefined
  for (let seed = from; seed < from + seeds; seed++) {
    const [outcome] = await runSeeds({ from: seed, count: 1, mutant, topology, twice: false }, simulator)
    fold.add(outcome!)
    const promise = outcome!.failure?.violations[0]
    if (promise === undefined || promise.kind === 'simulator') continue
    effort ??= fold.totals()
    const investigation = await investigate(simulator.plan(seed, mutant, topology), promise, simulator)
    if (caught === undefined || sizeOf({ investigation }) < sizeOf(caught)) caught = { seed, investigation }
    if (isTellable(caught.investigation.after) || ++catches === CATCHES_MAX) break
  }
  const totals = fold.totals()
  return { mutant, totals, caught, effort: effort ?? totals }
}

function isTellable({ faults, operations }: PlanSize): boolean {
  return faults <= FAULTS_TOLD && operations <= OPERATIONS_TOLD
}

/** Fewer faults first, then fewer operations. */
function sizeOf({ investigation }: Pick<Catch, 'investigation'>): number {
  const { faults, operations } = investigation.after
  return faults * 1000 + operations
}
