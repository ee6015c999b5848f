import { afterEach, expect, test } from 'vitest'
import { runCampaign } from '../../../src/campaign/campaign.ts'
import { type WorkPool, workerPool } from '../../../src/campaign/work-pool.ts'

let pool: WorkPool | undefined

afterEach(async () => {
  await pool?.close()
  pool = undefined
})

test('workers that exit, throw or reject unseen cost their seed only; every other seed is run', async () => {
  pool = workerPool(2, new URL('./dying-worker.mjs', import.meta.url))
  const options = { from: 1, seeds: 12, mutant: null, twice: false, nowMs: () => performance.now(), pool }
  const totals = await runCampaign(options)
  expect(totals.seeds).toBe(12)
  expect(totals.failures.map(({ seed }) => seed)).toEqual([3, 5, 8])
  expect(totals.failures.map(({ violations }) => violations[0]?.message)).toEqual([
    expect.stringContaining('exited'),
    expect.stringContaining('thrown where nobody catches'),
    expect.stringContaining('rejected where nobody looks'),
  ])
})

test('a worker module that cannot be loaded is an error, not an endless wait', async () => {
  pool = workerPool(1, new URL('./no-such-worker.mjs', import.meta.url))
  await expect(pool.runSeeds({ from: 1, count: 1, mutant: null, twice: false })).rejects.toThrow(/no-such-worker/)
})
