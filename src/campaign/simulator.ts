/**
 * What a campaign needs of the simulator: a plan for a seed, and a run of a plan. Handed in as a value, so that the
 * campaign's own code can be tried on runs that are made up.
 */

import type { Plan } from '../sim/plan/plan.ts'
import type { Topology } from '../sim/plan/topology-draw.ts'
import type { RunResult } from '../sim/run/verdict.ts'

interface RecordOptions {
  /** Keep the readable timeline. Default: no. */
  readonly record?: boolean
  /** Keep events `[from, to)` with the chain's state after each. Default: none. */
  readonly recordEvents?: { readonly from: number; readonly to: number }
}

export interface Simulator {
  /** The plan of a seed, for the correct book (null) or a mutant; of a cluster where a topology is given. */
  plan(seed: number, mutant: string | null, topology?: Topology): Plan
  /** One run. Rejects only where the simulator itself is at fault. */
  run(plan: Plan, options?: RecordOptions): Promise<RunResult>
}
