import { describe, expect, test } from 'vitest'
import { generateClusterPlan } from '../../../../src/sim/plan/generate-cluster.ts'
import { parsePlan } from '../../../../src/sim/plan/parse.ts'
import type { Plan } from '../../../../src/sim/plan/plan.ts'
import { nodesIn, settingsOf } from '../../../../src/sim/plan/topology.ts'

const seeds = Array.from({ length: 200 }, (_, seed) => seed)
const plans: readonly Plan[] = seeds.map((seed) => generateClusterPlan(seed, {}))
const counts = (of: (plan: Plan) => number | string) => new Set(plans.map(of))

describe('the plan of a cluster', () => {
  test('is a function of its seed, and can be kept as JSON and read again', () => {
    for (const [seed, plan] of plans.entries()) {
      expect(generateClusterPlan(seed, {})).toEqual(plan)
      expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual({ plan })
    }
  })

  test('has 1, 3 or 5 controllers and 0 to 4 brokers, apart or together, or as many as are asked for', () => {
    expect(counts((plan) => nodesIn(plan, 'controller').length)).toEqual(new Set([1, 3, 5]))
    expect(counts((plan) => nodesIn(plan, 'broker').length)).toEqual(new Set([0, 1, 2, 3, 4]))
    expect(plans.some(({ nodes }) => nodes.some(({ roles }) => roles.length === 2))).toBe(true)
    expect(plans.some(({ nodes }) => nodes.length > 3 && nodes.every(({ roles }) => roles.length === 1))).toBe(true)
    const fixed = generateClusterPlan(7, { controllers: 3, brokers: 2 })
    expect([nodesIn(fixed, 'controller'), nodesIn(fixed, 'broker').length]).toEqual([[1, 2, 3], 2])
  })

  test('has every kind of fault between nodes, struck at a number, the leader, or where the trigger is met', () => {
    const faults = plans.flatMap((plan) => plan.faults)
    const kinds = new Set(faults.map(({ strike }) => strike.kind))
    for (const kind of ['network-split', 'deaf', 'mute', 'held-messages', 'power-outage', 'lost-disk', 'power-loss']) {
      expect(kinds).toContain(kind)
    }
    for (const kind of ['failed-apply', 'slow-operation']) expect(kinds).toContain(kind)
    expect(new Set(faults.map(({ node }) => typeof node))).toEqual(new Set(['number', 'string', 'undefined']))
    for (const { strike } of faults) {
      if (strike.kind !== 'network-split' && strike.kind !== 'held-messages') continue
      expect(Math.min(strike.a.length, strike.b.length)).toBeGreaterThan(0)
      expect(strike.a.filter((node) => strike.b.includes(node))).toEqual([])
    }
  })

  test('has chains of faults in some plans, each link waiting for the one before, and ids of their own', () => {
    for (const { faults } of plans) {
      const ids = faults.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const { after } of faults) if (after !== undefined) expect(ids).toContain(after)
    }
    const withChain = (first: number) => plans.filter(({ faults }) => faults.some(({ id }) => id === first)).length
    for (const first of [17, 33, 49, 65, 81]) {
      expect(withChain(first)).toBeGreaterThan(30)
      expect(withChain(first)).toBeLessThan(100)
    }
    const again = plans
      .flatMap(({ faults }) => faults)
      .filter(({ trigger }) => 'node' in trigger && trigger.node === 'same')
    expect(again.length).toBeGreaterThan(30)
  })

  test('leaves some nodes broken in some plans, in every way', () => {
    const ways = new Set(plans.flatMap(({ leftBroken = [] }) => leftBroken.map(({ how }) => how)))
    expect(ways).toEqual(new Set(['down', 'deaf', 'mute', 'cut-off']))
    expect(plans.filter(({ leftBroken = [] }) => leftBroken.length === 0).length).toBeGreaterThan(50)
  })

  test('tells each node its id, its roles and the voters; a node alone is told nothing', () => {
    const plan = generateClusterPlan(1, { controllers: 3, brokers: 1 })
    const voters = '1@node-1:9093,2@node-2:9093,3@node-3:9093'
    const { rack: _, ...second } = plan.nodes[1]!
    expect(settingsOf(plan, second)).toEqual({
      ...plan.settings,
      ...{ 'node.id': '2', 'process.roles': second.roles.join(','), 'controller.quorum.voters': voters },
    })
    const alone: Plan = { ...plan, nodes: [{ id: 1, roles: ['controller', 'broker'] }] }
    expect(settingsOf(alone, alone.nodes[0]!)).toEqual(plan.settings)
  })
})
