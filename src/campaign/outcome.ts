/**
 * What comes back from a worker for one seed: small, and plain data, for it crosses threads. Plans stay
 * behind: whoever wants one makes it again from its seed.
 */

import type { RunTallies, SeedDifference, Violation } from '../sim/run/verdict.ts'

export interface SeedOutcome extends RunTallies {
  readonly seed: number
  /** Of the run, 16 hexadecimal digits; `crashed` where there was none to the end. */
  readonly hash: string
  readonly failure?: SeedFailure
  readonly difference?: SeedDifference
}

/** A seed whose run broke something. Its plan is made again from the seed where it is wanted. */
export interface SeedFailure {
  readonly seed: number
  /** At least one; the first is the one that ended the run. */
  readonly violations: readonly Violation[]
}

/** The name under which a run that did not come to its end is told. */
export const CRASHED = 'the simulator completes every run'

/** The outcome of a run that threw, or took its worker down: a bug of the simulator. */
export function crashedOutcome(seed: number, error: unknown): SeedOutcome {
  const violation: Violation = { kind: 'simulator', invariant: CRASHED, message: describe(error), atUs: 0, event: 0 }
  return {
    ...{ seed, hash: 'crashed', events: 0, virtualUs: 0, struck: new Map(), coverage: new Map() },
    failure: { seed, violations: [violation] },
  }
}

/** What was thrown, in one line: its message, and where it came from if that is known. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const frame = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '))
  const where = frame === undefined ? '' : ` (${frame.trim()})`
  return `${error.name}: ${error.message.split('\n')[0]}${where}`
}
