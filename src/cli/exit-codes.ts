/** What the command line's exit codes mean; the one table. */

import type { ViolationKind } from '../sim/run/verdict.ts'

export const ExitCode = {
  /** Done; nothing was found. */
  ok: 0,
  /** An operating failure: a port that is taken, a disk that fails. */
  failed: 1,
  /** A promise was broken, or a mutant survived. */
  promiseBroken: 10,
  /** A healed cluster made no progress. */
  noProgress: 11,
  /** Two runs of one plan differ. */
  runsDiffer: 12,
  usage: 64,
  /** A bug of samsa itself. */
  simulatorBug: 70,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/**
 * The code for what was found. A bug of the simulator casts doubt on all the rest, and so do runs that differ: they come
 * first.
 */
export function exitCodeFor(kinds: readonly ViolationKind[], differences = 0): ExitCode {
  if (kinds.includes('simulator')) return ExitCode.simulatorBug
  if (differences > 0) return ExitCode.runsDiffer
  if (kinds.includes('safety')) return ExitCode.promiseBroken
  return kinds.includes('liveness') ? ExitCode.noProgress : ExitCode.ok
}
