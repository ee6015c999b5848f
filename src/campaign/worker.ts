/** What a worker thread of a campaign can be asked to do. Loaded by the pool, by name. */

import { type HuntOutcome, type HuntTask, hunt as huntWith } from './hunt.ts'
import type { SeedOutcome } from './outcome.ts'
import { realSimulator } from './real-simulator.ts'
import { runSeeds as runSeedsWith, type SeedBatch } from './run-seeds.ts'
import { withShortStacks } from './short-stacks.ts'

const simulator = withShortStacks(realSimulator())

/** Runs a batch of seeds in this thread. */
export function runSeeds(batch: SeedBatch): Promise<SeedOutcome[]> {
  return runSeedsWith(batch, simulator)
}

/** Hunts one mutant in this thread. */
export function hunt(task: HuntTask): Promise<HuntOutcome> {
  return huntWith(task, simulator)
}
