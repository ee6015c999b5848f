import { expect, test } from 'vitest'
import { runSeeds } from '../../../src/campaign/run-seeds.ts'
import type { Simulator } from '../../../src/campaign/simulator.ts'
import type { RecordedEvent } from '../../../src/sim/loop/recorded-range.ts'
import { madeUpPlan, madeUpResult, madeUpSimulator } from './fake-simulator.ts'

const batch = { from: 1, count: 3, mutant: null, twice: false }

test('a run that throws is a finding about the simulator, and the seeds after it are run', async () => {
  const simulator: Simulator = {
    plan: madeUpPlan,
    run: (plan) => (plan.seed === 2 ? Promise.reject(new Error('time stands still')) : madeUpSimulator().run(plan)),
  }
  const outcomes = await runSeeds(batch, simulator)
  expect(outcomes.map(({ seed, hash }) => [seed, hash === 'crashed'])).toEqual([
    [1, false],
    [2, true],
    [3, false],
  ])
  expect(outcomes[1]?.failure?.violations[0]).toMatchObject({ kind: 'simulator' })
  expect(outcomes[1]?.failure?.violations[0]?.message).toContain('time stands still')
})

test('two runs of a seed that agree leave no difference', async () => {
  const outcomes = await runSeeds({ ...batch, twice: true }, madeUpSimulator())
  expect(outcomes.map(({ difference }) => difference)).toEqual([undefined, undefined, undefined])
})

test('two runs of a seed that differ name the first event that does', async () => {
  let runs = 0
  const event = (index: number, word: number): RecordedEvent => ({
    ...{ index, timeUs: index * 10, kind: 'timer', node: 0, state: [word, word] },
  })
  const simulator: Simulator = {
    plan: madeUpPlan,
    run: async (plan, options) => {
      const result = madeUpResult(plan)
      const run = runs++
      const recordedEvents = options?.recordEvents === undefined ? [] : [event(40, 1), event(41, 100 + run)]
      return { ...result, recordedEvents, chain: { ...result.chain, digest: `run ${run}` } }
    },
  }
  const [outcome] = await runSeeds({ ...batch, count: 1, twice: true }, simulator)
  expect(outcome?.difference).toMatchObject({ seed: 1, from: 0, left: { index: 41 }, right: { index: 41 } })
})
