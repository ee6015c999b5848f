import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type CampaignOptions, runCampaign } from '../../../src/campaign/campaign.ts'
import type { SeedBatch } from '../../../src/campaign/run-seeds.ts'
import { runSeeds } from '../../../src/campaign/run-seeds.ts'
import type { Simulator } from '../../../src/campaign/simulator.ts'
import { poolInThisThread, type WorkPool } from '../../../src/campaign/work-pool.ts'
import { madeUpPlan, madeUpResult, madeUpSimulator } from './fake-simulator.ts'

const brokenEvery50 = madeUpSimulator(({ seed }) => seed % 50 === 0)

/** Works on `jobs` batches at a time and finishes them in an order that has nothing to do with that of the seeds. */
function disorderlyPool(jobs: number, simulator: Simulator): WorkPool {
  let turn = 0
  return {
    ...poolInThisThread(simulator),
    jobs,
    async runSeeds(batch) {
      const turns = (turn++ * 7) % 5
      for (let index = 0; index < turns; index++) await new Promise((resolve) => setImmediate(resolve))
      return await runSeeds(batch, simulator)
    },
  }
}

const campaign = (options: Partial<CampaignOptions>) => {
  let clock = 0
  return runCampaign({
    ...{ from: 1, seeds: 120, mutant: null, twice: false, nowMs: () => (clock += 20) },
    pool: poolInThisThread(brokenEvery50),
    ...options,
  })
}

describe('a campaign', () => {
  test('has the same result whatever the number of jobs and whatever order their outcomes come in', async () => {
    const alone = await campaign({})
    expect(alone.failures.map(({ seed }) => seed)).toEqual([50, 100])
    for (const jobs of [2, 3, 8]) {
      expect(await campaign({ pool: disorderlyPool(jobs, brokenEvery50) })).toEqual(alone)
    }
  })

  test('folds the hashes of the runs in the order of the seeds', async () => {
    const { hash } = await campaign({ from: 5, seeds: 3 })
    const expected = createHash('sha256')
    for (const seed of [5, 6, 7]) expected.update(madeUpResult(madeUpPlan(seed)).hash)
    expect(hash).toBe(expected.digest('hex').slice(0, 16))
  })

  test('adds up events, virtual time, strikes and coverage', async () => {
    const totals = await campaign({ from: 0, seeds: 3 })
    expect(totals).toMatchObject({ seeds: 3, events: 303, virtualUs: 3_000_003 })
    expect([...totals.struck]).toEqual([
      ['power-loss', 6],
      ['reset-connections', 6],
    ])
    expect([...totals.coverage]).toEqual([['BatchAppended', 12]])
    expect(totals.eventsPerRun.reduce((sum, { count }) => sum + count, 0)).toBe(3)
  })

  test('that is stopped early leaves the result of a shorter campaign', async () => {
    let asked = 0
    const stopped = await campaign({ pool: disorderlyPool(3, brokenEvery50), shouldStop: () => ++asked > 9 })
    expect(stopped.seeds).toBeGreaterThan(0)
    expect(stopped.seeds).toBeLessThan(120)
    expect(stopped).toEqual(await campaign({ seeds: stopped.seeds }))
  })

  test('goes on when a seed takes its worker down, and names the seed', async () => {
    const pool = poolInThisThread(brokenEvery50)
    const deadly = (batch: SeedBatch) => batch.from <= 33 && batch.from + batch.count > 33
    const dying: WorkPool = {
      ...pool,
      runSeeds: (batch) => (deadly(batch) ? Promise.reject(new Error('worker exited')) : pool.runSeeds(batch)),
    }
    const totals = await campaign({ pool: dying })
    expect(totals.seeds).toBe(120)
    expect(totals.failures.map(({ seed }) => seed)).toEqual([33, 50, 100])
    expect(totals.failures[0]?.violations[0]).toMatchObject({ kind: 'simulator' })
    expect(totals.failures[0]?.violations[0]?.message).toContain('worker exited')
  })

  test('tells its progress after each batch, up to the last seed', async () => {
    const seen: number[] = []
    await campaign({ onProgress: ({ seeds }) => seen.push(seeds) })
    expect(seen.at(-1)).toBe(120)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })
})
