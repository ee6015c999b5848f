/** A run is a function of its plan: not of the process, of what else runs in it, of the version of Node, or of the host. */

import { describe, expect, test } from 'vitest'
import { nodeHost } from '../../src/campaign/node-host.ts'
import { generatePlan } from '../../src/sim/plan/generate.ts'
import type { Plan } from '../../src/sim/plan/plan.ts'
import { simulate } from '../../src/sim/run/simulate.ts'
import { immediateHost } from '../unit/sim/loop/immediate-host.ts'
import { hashesByNode } from './built.ts'

const from = 1000
const count = 12
const plans: readonly Plan[] = Array.from({ length: count }, (_, index) => generatePlan(from + index))

/** The hashes of the plans, run here one after the other. */
async function hashesHere(): Promise<string[]> {
  const host = nodeHost()
  const hashes: string[] = []
  for (const plan of plans) hashes.push((await simulate(plan, host)).hash)
  return hashes
}

const here = await hashesHere()

describe('the same plan', () => {
  test('runs the same way twice, to the last checkpoint of its chain, whether or not it is recorded', async () => {
    const host = nodeHost()
    for (const [index, plan] of plans.entries()) {
      const once = await simulate(plan, host)
      const again = await simulate(plan, host, { record: true, recordEvents: { from: 0, to: 100 } })
      expect(again.chain).toEqual(once.chain)
      expect([again.hash, once.hash]).toEqual([here[index], here[index]])
      expect(again.history).toEqual(once.history)
    }
  })

  test('runs the same way while other plans run in the same process, turn by turn', async () => {
    // This host lets go of the thread at every drain, so that the runs really interleave.
    const together = await Promise.all(plans.map((plan) => simulate(plan, immediateHost())))
    expect(together.map(({ hash }) => hash)).toEqual(here)
  })

  test('runs the same way whether its host breathes at every chance or never', async () => {
    const host = nodeHost()
    for (const breathes of [true, false]) {
      const hashes: string[] = []
      for (const plan of plans) hashes.push((await simulate(plan, { ...host, shouldBreathe: () => breathes })).hash)
      expect(hashes).toEqual(here)
    }
  })

  test('runs the same way in a new process, from the build', async () => {
    expect(await hashesByNode(process.execPath, from, count), 'if dist is out of date: npm run build').toEqual(here)
  })

  test.for(['SAMSA_NODE_22', 'SAMSA_NODE_24'])(
    'runs the same way on the Node that %s names',
    async (variable, { skip }) => {
      const node = process.env[variable] ?? ''
      skip(node === '', `${variable} does not name an executable of Node`)
      expect(await hashesByNode(node, from, count), 'if dist is out of date: npm run build').toEqual(here)
    },
  )
})

describe('another plan', () => {
  test('has another hash: another seed, one fault less, one record less', async () => {
    const plan = plans.find(({ faults }) => faults.some(({ trigger }) => trigger.on === 'time'))!
    const [first, ...others] = plan.operations
    const changed: readonly Plan[] = [
      plan,
      { ...plan, seed: plan.seed + 1 },
      { ...plan, faults: plan.faults.filter(({ trigger }) => trigger.on !== 'time') },
      { ...plan, operations: [{ ...first!, count: first!.count + 1 }, ...others] },
    ]
    const host = nodeHost()
    const hashes: string[] = []
    for (const one of changed) hashes.push((await simulate(one, host)).hash)
    expect(new Set(hashes).size).toBe(changed.length)
    expect(new Set(here).size).toBe(count)
  })
})
