import { afterEach, expect, it } from 'vitest'
import { withShortStacks } from '../../../src/campaign/short-stacks.ts'
import type { Simulator } from '../../../src/campaign/simulator.ts'
import type { Plan } from '../../../src/sim/plan/plan.ts'

const limit = Error.stackTraceLimit
const plan = { seed: 1 } as Plan

afterEach(() => {
  Error.stackTraceLimit = limit
})

/** Fails each run, and notes how many frames an error made in it has. */
function failing(frames: number[]): Simulator {
  return {
    plan: () => plan,
    async run() {
      const error = new Error('as ever')
      frames.push(error.stack!.split('\n').filter((line) => line.trimStart().startsWith('at ')).length)
      throw error
    },
  }
}

it('an error of a run tells where it was made and no more; afterwards stacks are as long as they were', async () => {
  const frames: number[] = []
  Error.stackTraceLimit = 7
  await expect(withShortStacks(failing(frames)).run(plan)).rejects.toThrow('as ever')
  expect(frames).toEqual([1])
  expect(Error.stackTraceLimit).toBe(7)
})

it('a run on the record keeps whole stacks', async () => {
  const frames: number[] = []
  await expect(withShortStacks(failing(frames)).run(plan, { record: true })).rejects.toThrow('as ever')
  expect(frames[0]).toBeGreaterThan(1)
})
