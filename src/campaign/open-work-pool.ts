/** The choice of where a campaign's work is done, for this package as it was started: built, or from its sources. */

import { tuneEngineForRuns } from './engine-flags.ts'
import { realSimulator } from './real-simulator.ts'
import { poolInThisThread, type WorkPool, workerPool } from './work-pool.ts'

/** Worker threads when this is the built package, this thread when it is run from its sources. */
export function openWorkPool(jobs: number): WorkPool {
  const isBuilt = import.meta.url.endsWith('.js')
  if (!isBuilt) return poolInThisThread(realSimulator())
  tuneEngineForRuns()
  return workerPool(jobs, new URL('./worker.js', import.meta.url))
}
