/**
 * A hunt for a mutant: seed after seed until a run breaks a promise, then the plan is shrunk. Done within one worker, so
 * that several mutants are hunted at a time.
 */

import { type Investigation, investigate } from './investigate.ts'
import type { SeedFailure } from './outcome.ts'
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
  /** Seeds run, the one that caught it included. */
  readonly seeds: number
  /** Virtual time of those runs together. */
  readonly virtualUs: number
  readonly events: number
  /** Undefined when the mutant survived. */
  readonly caught: { readonly failure: SeedFailure; readonly investigation: Investigation } | undefined
  /** Runs in which the simulator itself failed; they catch nothing. */
  readonly simulatorFailures: readonly SeedFailure[]
}

/** Hunts one mutant. */
export async function hunt(task: HuntTask, simulator: Simulator): Promise<HuntOutcome> {
  const simulatorFailures: SeedFailure[] = []
  let virtualUs = 0
  let events = 0
  for (let index = 0; index < task.seeds; index++) {
    const batch = { from: task.from + index, count: 1, mutant: task.mutant, twice: false }
    const [outcome] = await runSeeds(batch, simulator)
    virtualUs += outcome!.virtualUs
    events += outcome!.events
    const failure = outcome!.failure
    if (failure === undefined) continue
    const promise = failure.violations[0]!
    if (promise.kind === 'simulator') simulatorFailures.push(failure)
    else {
      const plan = simulator.plan(failure.seed, task.mutant)
      const caught = { failure, investigation: await investigate(plan, promise, simulator) }
      return { mutant: task.mutant, seeds: index + 1, virtualUs, events, caught, simulatorFailures }
    }
  }
  return { mutant: task.mutant, seeds: task.seeds, virtualUs, events, caught: undefined, simulatorFailures }
}
