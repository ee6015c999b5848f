/**
 * What is done with a plan that broke a promise before anybody is told: it is shrunk, and the smallest plan is run twice
 * more, on the record, to see that it breaks the promise every time and in the same way.
 */

import type { Plan } from '../sim/plan/plan.ts'
import type { RunResult, TimelineEntry, Violation } from '../sim/run/verdict.ts'
import { breaksSamePromise, type ShrinkProgress, type ShrinkResult, shrink } from '../sim/shrink/shrink.ts'
import type { Simulator } from './simulator.ts'

export interface InvestigateOptions {
  /** Bound on the runs that shrinking may take. Default 600. */
  readonly runsMax?: number
  readonly onProgress?: (progress: ShrinkProgress) => void
  /** True ends the shrinking with the smallest plan so far. */
  readonly shouldStop?: () => boolean
}

export interface Investigation extends ShrinkResult {
  /** The broken promise, as the shrunk plan breaks it. */
  readonly violation: Violation
  readonly timeline: readonly TimelineEntry[]
  /** Of the shrunk plan's run. */
  readonly hash: string
  readonly virtualUs: number
  readonly events: number
  /** In how many of two further runs the same promise was broken under the same hash: 2, unless runs differ. */
  readonly reproduced: number
}

/** Shrinks a plan that was seen to break the promise. */
export async function investigate(
  plan: Plan,
  promise: Violation,
  simulator: Pick<Simulator, 'run'>,
  options: InvestigateOptions = {},
): Promise<Investigation> {
  const shrunk = await shrink(plan, {
    ...{ runsMax: 600, ...options },
    fails: async (candidate) => breaksSamePromise(await violationsOf(candidate, simulator), promise),
  })
  const once = await simulator.run(shrunk.plan, { record: true })
  const again = await simulator.run(shrunk.plan, { record: true })
  const same = (run: RunResult) => run.hash === once.hash && breaksSamePromise(run.violations, promise)
  const violation = once.violations.find((one) => breaksSamePromise([one], promise)) ?? promise
  return {
    ...shrunk,
    ...{ violation, timeline: once.timeline, hash: once.hash, virtualUs: once.virtualUs, events: once.events },
    reproduced: [once, again].filter(same).length,
  }
}

/** A candidate on which the simulator itself fails breaks no promise. */
async function violationsOf(plan: Plan, simulator: Pick<Simulator, 'run'>): Promise<readonly Violation[]> {
  try {
    return (await simulator.run(plan)).violations
  } catch {
    return []
  }
}
