/** The law of the whole: whatever the plan, the correct broker keeps its promises of order and durability. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { realSimulator } from '../../src/campaign/real-simulator.ts'
import { parsePlan } from '../../src/sim/plan/parse.ts'
import type { Plan } from '../../src/sim/plan/plan.ts'
import { plans, replayCommand } from './arbitrary-plan.ts'

const simulator = realSimulator()

test('no plan makes the correct broker break a promise', async () => {
  await fc.assert(
    fc.asyncProperty(plans(), async (plan) => {
      const { violations } = await simulator.run(plan)
      expect(violations).toEqual([])
    }),
    // Past this time the smallest counterexample so far is told.
    { numRuns: Number(process.env['SAMSA_PLANS'] ?? 60), interruptAfterTimeLimit: 90_000 },
  )
})

test('every plan can be kept as JSON and read again', () => {
  fc.assert(
    fc.property(plans(), (plan) => {
      expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual({ plan: { ...plan } })
    }),
    { numRuns: 200 },
  )
})

test('a plan that breaks something prints as one line, led by the command that replays it', async () => {
  const outcome = await fc.check(
    fc.asyncProperty(plans(), async ({ operations }) => operations.length < 3),
    { numRuns: 20, seed: 1 },
  )
  const report = fc.defaultReportMessage(outcome) ?? ''
  const line = report.split('\n').find((one) => one.includes('npx samsa replay <(echo ')) ?? ''
  const [, json] = /echo '(.+)'\)/.exec(line) ?? []
  const { plan } = parsePlan(JSON.parse(json ?? 'null')) as { plan: Plan }
  // Shrinking left the operations that it takes, and no more.
  expect(plan.operations).toHaveLength(3)
  expect(line).toContain(replayCommand(plan))
})
