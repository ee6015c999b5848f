/**
 * Where the work of a campaign is done: in worker threads, or in this thread.
 *
 * A worker that dies takes its task down with it: the task's promise rejects and another worker takes its place.
 */

import { Piscina } from 'piscina'
import { type HuntOutcome, type HuntTask, hunt } from './hunt.ts'
import type { SeedOutcome } from './outcome.ts'
import { runSeeds, type SeedBatch } from './run-seeds.ts'
import type { Simulator } from './simulator.ts'

export interface WorkPool {
  /** How many tasks are worked on at one time. */
  readonly jobs: number
  /** Runs a batch; rejects when the worker died of it. */
  runSeeds(batch: SeedBatch): Promise<SeedOutcome[]>
  /** Hunts a mutant; rejects when the worker died of it. */
  hunt(task: HuntTask): Promise<HuntOutcome>
  /** Ends the workers. */
  close(): Promise<void>
}

/** A task may take this long before its worker is given up. A run that never ends must not end the campaign. */
const TASK_MS_MAX = 600_000

/** `jobs` worker threads that load `worker`, a module with the functions of `worker.ts`. */
export function workerPool(jobs: number, worker: URL): WorkPool {
  const pool = new Piscina({ filename: worker.href, minThreads: jobs, maxThreads: jobs })
  // A worker that cannot even be loaded fails no task: without this, tasks would wait for ever.
  const broken = new Promise<never>((_, reject) => pool.once('error', reject))
  broken.catch(() => undefined)
  const run = <T>(name: string, task: unknown): Promise<T> =>
    Promise.race([broken, pool.run(task, { name, signal: AbortSignal.timeout(TASK_MS_MAX) }) as Promise<T>])
  return {
    jobs,
    runSeeds: (batch) => run('runSeeds', batch),
    hunt: (task) => run('hunt', task),
    close: () => pool.destroy(),
  }
}

/** No threads: one task at a time, in this one. */
export function poolInThisThread(simulator: Simulator): WorkPool {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
  return {
    jobs: 1,
    runSeeds: (batch) => inTurn(() => runSeeds(batch, simulator)),
    hunt: (task) => inTurn(() => hunt(task, simulator)),
    close: async () => undefined,
  }
}
