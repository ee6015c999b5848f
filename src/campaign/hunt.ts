/**
 * A hunt for a mutant: seed after seed until a run breaks a promise, then the plan is shrunk. Done within one worker, so
 * that several mutants are hunted at a time.
 *
 * A run on which the simulator itself fails catches nothing; it stays among the failures of the totals.
 */

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
}

export interface HuntOutcome {
  readonly mutant: string
  /** Of the seeds that were run, the one that caught it included. */
  readonly totals: CampaignTotals
  /** Undefined when the mutant survived. */
  readonly caught: { readonly seed: number; readonly investigation: Investigation } | undefined
}

/** Hunts one mutant. */
export async function hunt(task: HuntTask, simulator: Simulator): Promise<HuntOutcome> {
  const { mutant, from, seeds } = task
  const fold = new CampaignFold(from)
  for (let seed = from; seed < from + seeds; seed++) {
    const [outcome] = await runSeeds({ from: seed, count: 1, mutant, twice: false }, simulator)
    fold.add(outcome!)
    const promise = outcome!.failure?.violations[0]
    if (promise === undefined || promise.kind === 'simulator') continue
    const investigation = await investigate(simulator.plan(seed, mutant), promise, simulator)
    return { mutant, totals: fold.totals(), caught: { seed, investigation } }
  }
  return { mutant, totals: fold.totals(), caught: undefined }
}
