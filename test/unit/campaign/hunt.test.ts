import { expect, test } from 'vitest'
import { hunt } from '../../../src/campaign/hunt.ts'
import { investigate } from '../../../src/campaign/investigate.ts'
import type { Plan } from '../../../src/sim/plan/plan.ts'
import { lostRecord, madeUpPlan, madeUpResult, madeUpSimulator } from './fake-simulator.ts'

const task = { mutant: 'marker-left-behind', from: 10, seeds: 20 }

test('a mutant is caught by the first seed that breaks a promise, and its plan is shrunk', async () => {
  const simulator = madeUpSimulator(({ seed, mutant }) => seed >= 14 && mutant === 'marker-left-behind')
  const outcome = await hunt(task, simulator)
  expect(outcome.totals).toMatchObject({ seeds: 5, virtualUs: 5_000_060 })
  expect(outcome.effort).toEqual(outcome.totals)
  expect(outcome.caught?.seed).toBe(14)
  const { plan, violation, reproduced, before, after } = outcome.caught!.investigation
  expect(plan.faults.map(({ id }) => id)).toEqual([2])
  expect(plan.operations.map(({ id, count }) => [id, count])).toEqual([[3, 1]])
  expect(plan.mutant).toBe('marker-left-behind')
  expect(violation.invariant).toBe(lostRecord.invariant)
  expect(reproduced).toBe(2)
  expect([before.faults, after.faults]).toEqual([4, 1])
})

test('a plan that stays large is told only where no later seed gives a smaller one', async () => {
  // Before seed 17 every fault is needed; from there on one of them, as in every other made-up run.
  const needsAll = (plan: Plan) => plan.seed < 17 && plan.faults.length < 4
  const simulator = madeUpSimulator((plan) => plan.seed >= 15 && !needsAll(plan))
  const { totals, caught, effort } = await hunt(task, simulator)
  expect([totals.seeds, totals.failures.length, caught?.seed]).toEqual([8, 3, 17])
  // Seen is seen, however long the hunt then goes on for a plan that can be told.
  expect([effort.seeds, effort.failures.length]).toEqual([6, 1])

  const alwaysLarge = madeUpSimulator((plan) => plan.seed >= 15 && plan.faults.length === 4)
  const large = await hunt(task, alwaysLarge)
  expect([large.totals.seeds, large.caught?.seed, large.caught?.investigation.after.faults]).toEqual([9, 15, 4])
})

test('a mutant that no seed sees survives', async () => {
  const outcome = await hunt(task, madeUpSimulator())
  expect(outcome).toMatchObject({ totals: { seeds: 20, failures: [] }, caught: undefined, effort: { seeds: 20 } })
})

test('a run on which the simulator fails catches nothing and is told apart', async () => {
  const fine = madeUpSimulator(({ seed }) => seed === 12)
  const outcome = await hunt(task, {
    ...fine,
    run: (plan, options) => (plan.seed === 11 ? Promise.reject(new Error('no end')) : fine.run(plan, options)),
  })
  expect(outcome.totals.failures.map(({ seed, violations }) => [seed, violations[0]?.kind])).toEqual([
    [11, 'simulator'],
    [12, 'safety'],
  ])
  expect(outcome.caught?.seed).toBe(12)
})

test('a failure that does not come back the same way is said not to be reproduced', async () => {
  let runs = 0
  const moody = { run: async () => ({ ...madeUpResult(madeUpPlan(1), [lostRecord]), hash: `run ${runs++}` }) }
  const { reproduced } = await investigate(madeUpPlan(1), lostRecord, moody)
  expect(reproduced).toBe(1)
})
