/** From what a campaign or a hunt gave back to what reporters take. */

import type { CampaignTotals } from '../campaign/campaign-fold.ts'
import type { Investigation } from '../campaign/investigate.ts'
import type { Simulator } from '../campaign/simulator.ts'
import type { BrokenSeed, ChaosReport, Provenance, ToldFailure } from '../reporters/chaos-report.ts'
import type { Topology } from '../sim/plan/topology-draw.ts'

/** Plans are large; of so many seeds they are kept in a report. */
const PLANS_KEPT_MAX = 200

export interface ReportParts {
  readonly totals: CampaignTotals
  readonly mutant: string | null
  readonly topology?: Topology | undefined
  /** See `ChaosReport`. */
  readonly seedOptions?: string
  readonly from: number
  readonly twice: boolean
  readonly wallMs: number
  readonly wasInterrupted: boolean
  readonly provenance: Provenance
  readonly told: ToldFailure | undefined
  /** Makes the plans of broken seeds again. */
  readonly simulator: Pick<Simulator, 'plan'>
}

/** Puts the parts together. */
export function chaosReport(parts: ReportParts): ChaosReport {
  const { totals, simulator, mutant, topology, told, ...rest } = parts
  const { failures, ...counts } = totals
  const broken = failures.map(({ seed, violations }, index): BrokenSeed => {
    const isTold = told?.seed === seed
    const plan = isTold ? told.plan : index < PLANS_KEPT_MAX ? simulator.plan(seed, mutant, topology) : null
    return { seed, mutant, violation: violations[0]!, plan }
  })
  return { ...rest, ...counts, mutant, told, broken }
}

/** An investigation as it is told; its plan will lie in `folder`. */
export function toldFailure(seed: number, investigation: Investigation, folder: string): ToldFailure {
  return { ...investigation, seed, command: `npx samsa replay ${folder}/plan.json` }
}
