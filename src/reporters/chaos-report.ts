/**
 * What can be reported of a campaign: the one shape that terminal, JSON and page are made from. Whoever ran the campaign
 * fills it in; reporters run nothing.
 */

import type { Plan } from '../sim/plan/plan.ts'
import type { RunTallies, SeedDifference, TimelineEntry, Violation } from '../sim/run/verdict.ts'
import type { ShrinkResult } from '../sim/shrink/shrink.ts'

/** Where and how it was run; part of every report. */
export interface Provenance {
  /** The command that makes this report again. */
  readonly command: string
  /** As `v20.20.2`. */
  readonly node: string
  /** Processor model, count of cores, operating system. */
  readonly machine: string
}

export interface ChaosReport extends RunTallies {
  readonly provenance: Provenance
  /** Null for the correct book. */
  readonly mutant: string | null
  /** What has to be typed behind a seed to make its plan again, with a space before it. Default: nothing. */
  readonly seedOptions?: string
  /** The first seed. */
  readonly from: number
  /** How many seeds were run; they follow one another. */
  readonly seeds: number
  readonly twice: boolean
  /** Ended by a person before its time. */
  readonly wasInterrupted: boolean
  readonly wallMs: number
  readonly hash: string
  /** How many runs had `[from, to)` events. */
  readonly eventsPerRun: readonly { readonly from: number; readonly to: number; readonly count: number }[]
  /** One for each seed that broke something, in the order of seeds. */
  readonly broken: readonly BrokenSeed[]
  readonly differences: readonly SeedDifference[]
  /** The first broken promise, shrunk; undefined where nothing broke, or where there is no run to shrink. */
  readonly told: ToldFailure | undefined
}

export interface BrokenSeed {
  readonly seed: number
  readonly mutant: string | null
  /** The first promise that the run broke. */
  readonly violation: Violation
  /** The smallest plan known to break it; null where too many seeds broke something for all plans to be kept. */
  readonly plan: Plan | null
}

/** A failure as it is told: the shrunk plan and what its run showed. */
export interface ToldFailure extends ShrinkResult {
  readonly seed: number
  readonly violation: Violation
  readonly timeline: readonly TimelineEntry[]
  readonly hash: string
  /** In how many of two further runs the same happened. */
  readonly reproduced: number
  /** The one command that replays it. */
  readonly command: string
}
