/**
 * One flush: makes the records below a target durable by the ordered steps of the rules, then reports.
 *
 * A small named operation with its own states: it does one step after another, never two at a time, and what is
 * appended meanwhile belongs to the next flush. The first failing step ends it: a failed sync is never retried.
 */

import type { DiskError, DiskFile } from '../../world/disk.ts'
import type { FlushStep } from './rules.ts'

type StepDone = (error: DiskError | undefined) => void

/** What a flush does of each kind of step; an absent one has nothing to do. */
export type FlushWork = { readonly [step in FlushStep]?: (done: StepDone) => void }

export function runFlush(steps: readonly FlushStep[], work: FlushWork, done: StepDone): void {
  const next = (index: number): void => {
    const step = steps[index]
    if (step === undefined) return done(undefined)
    const act = work[step]
    if (act === undefined) return next(index + 1)
    act((error) => (error === undefined ? next(index + 1) : done(error)))
  }
  next(0)
}

/** Syncs files one after the other. One that retention has closed and removed meanwhile has nothing left to keep. */
export function syncFiles(files: readonly DiskFile[], done: StepDone): void {
  const next = (index: number): void => {
    const file = files[index]
    if (file === undefined) return done(undefined)
    file.sync((error) => (error === undefined || error.code === 'CLOSED' ? next(index + 1) : done(error)))
  }
  next(0)
}
