/**
 * A campaign as one JSON value, for programs. Fields are added, never renamed. Times in milliseconds, counts by name in
 * the order of names; `hash` folds the runs' hashes in the order of seeds and does not depend on the number of jobs.
 */

import type { BrokenSeed, ChaosReport } from './chaos-report.ts'
import { neverHappened } from './tally.ts'

/** The report as a value that `JSON.stringify` takes. */
export function chaosJson(report: ChaosReport): object {
  const { provenance, broken, told, differences, eventsPerRun } = report
  return {
    seeds: report.seeds,
    from: report.from,
    mutant: report.mutant,
    twice: report.twice,
    interrupted: report.wasInterrupted,
    violations: broken.map(violationJson),
    differences,
    events: report.events,
    virtualMs: Math.round(report.virtualUs / 1_000),
    wallMs: Math.round(report.wallMs),
    hash: report.hash,
    struck: Object.fromEntries(report.struck),
    coverage: Object.fromEntries(report.coverage),
    neverHappened: neverHappened(report),
    eventsPerRun,
    shrunk: told === undefined ? null : shrunkJson(told),
    ...provenance,
  }
}

function violationJson({ seed, mutant, violation, plan }: BrokenSeed): object {
  const { kind, invariant, message, atUs, event, partition, offset } = violation
  return { seed, mutant, invariant, kind, message, event, virtualMs: Math.round(atUs / 1_000), partition, offset, plan }
}

function shrunkJson(told: NonNullable<ChaosReport['told']>): object {
  const { seed, hash, before, after, runs, isMinimal, reproduced, command } = told
  return { seed, hash, before, after, runs, isMinimal, reproduced, command }
}
