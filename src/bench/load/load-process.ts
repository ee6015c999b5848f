/**
 * A load generator: a process that gets jobs from the one that started it, does them one at a time and answers. It ends
 * when that one goes, and leaves Ctrl-C to it.
 */

import { createRealWorld } from '../../real/world.ts'
import { batchPool, type LoadBatch } from './batch-pool.ts'
import type { BatchShape, LoadJob, LoadOutcome } from './load-jobs.ts'
import { offerLoad } from './offered-load.ts'
import { produceInTurn } from './produce-in-turn.ts'
import { readEverything } from './read-everything.ts'

const world = createRealWorld({
  directory: 'memory',
  onHalt: (reason) => {
    throw reason
  },
})

/** By shape; a run has a few. */
const pools = new Map<string, readonly LoadBatch[]>()

process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit())
process.on('message', (job: LoadJob) => {
  outcomeOf(job).then((outcome) => process.send?.(outcome))
})

async function outcomeOf(job: LoadJob): Promise<LoadOutcome> {
  try {
    if (job.kind === 'read') return await readEverything(world, job)
    const pool = poolOf(job.shape)
    return job.kind === 'produce' ? await produceInTurn(world, job, pool) : await offerLoad(world, job, pool)
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

function poolOf(shape: BatchShape): readonly LoadBatch[] {
  const key = JSON.stringify(shape)
  const pool = pools.get(key) ?? batchPool(shape, world.clock.wallMs())
  pools.set(key, pool)
  return pool
}
