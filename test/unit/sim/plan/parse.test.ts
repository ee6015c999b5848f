import { describe, expect, test } from 'vitest'
import { mutants } from '../../../../src/sim/mutants/table.ts'
import { generatePlan } from '../../../../src/sim/plan/generate.ts'
import { parsePlan } from '../../../../src/sim/plan/parse.ts'
import type { Plan } from '../../../../src/sim/plan/plan.ts'

const plan = generatePlan(3)
const node = { id: 1, roles: ['controller', 'broker'] }
const fault = { id: 1, trigger: { on: 'time', atMs: 1 }, strike: { kind: 'reset-connections' } }
const parsed = (changes: Partial<Record<keyof Plan, unknown>>) => parsePlan({ ...plan, ...changes })

describe('reading a plan', () => {
  test('gives back every plan that was kept as JSON', () => {
    for (let seed = 0; seed < 50; seed++) {
      const kept = generatePlan(seed, { profile: seed % 2 === 0 ? 'default' : 'beyond-the-promise' })
      expect(parsePlan(JSON.parse(JSON.stringify(kept)))).toEqual({ plan: kept })
    }
    expect(parsed({ mutant: mutants[0]!.name })).toHaveProperty('plan.mutant', mutants[0]!.name)
  })

  test.each([
    ['no object at all', null],
    ['a list', []],
    ['a text', 'plan'],
  ])('says of %s that a plan is an object', (_what, json) => {
    expect(parsePlan(json)).toEqual({ problem: 'a plan is a JSON object' })
  })

  test.each<[Partial<Record<keyof Plan, unknown>>, RegExp]>([
    [{ version: 1 }, /version 1, and 2 is known/],
    [{ version: undefined }, /version undefined/],
    [{ seed: -1 }, /`seed` is an integer from 0 on/],
    [{ seed: 1.5 }, /`seed`/],
    [{ seed: 2 ** 53 }, /`seed`/],
    [{ seed: '7' }, /`seed`/],
    [{ profile: 'lenient' }, /`profile` is "default" or "beyond-the-promise"/],
    [{ mutant: 7 }, /`mutant` is a name or null/],
    [{ mutant: 'nobody-knows-me' }, /no mutant is named nobody-knows-me/],
    [{ workload: 7 }, /`workload` is a name/],
    [{ producers: 7 }, /`producers` is an object/],
    [{ producers: { firstSequence: 2 ** 31 } }, /`producers` names the first sequence number/],
    [{ producers: { deliveryTimeoutMs: 0 } }, /`producers` names the delivery timeout/],
    [{ workload: 'sleeping' }, /no workload is named sleeping/],
    [{ nodes: [] }, /`nodes` has at least one/],
    [{ nodes: [{ id: 1, roles: ['broker'] }] }, /`nodes` has at least one controller/],
    [{ nodes: [{ id: 1, roles: ['controller', 'cook'] }] }, /roles are controller, broker or both/],
    [{ nodes: [{ id: 10, roles: ['controller'] }] }, /nodes have ids of their own, integers from 1 to 9/],
    [{ nodes: [node, node] }, /nodes have ids of their own/],
    [{ leftBroken: [{ node: 2, how: 'down' }] }, /`leftBroken` names nodes of the plan/],
    [{ leftBroken: [{ node: 1, how: 'sad' }] }, /`leftBroken` names nodes of the plan and how they stay/],
    [{ faults: [{ ...fault, node: 7 }] }, /fault 1 names node 7, which is not in the plan/],
    [{ faults: [{ ...fault, strike: { kind: 'power-outage', nodes: [1, 3], downMs: 1 } }] }, /fault 1 names node 3/],
    [{ faults: [{ ...fault, strike: { kind: 'network-split', a: [1], b: [4], forMs: 1 } }] }, /fault 1 names node 4/],
    [{ settings: [] }, /`settings` is an object/],
    [{ settings: { 'log.segment.byte': '7' } }, /unknown setting log\.segment\.byte/],
    [{ settings: { 'log.segment.bytes': 'many' } }, /log\.segment\.bytes/],
    [{ network: null }, /`network` is an object/],
    [{ disk: 7 }, /`disk` is an object/],
    [{ clock: undefined }, /`clock` is an object/],
    [{ topics: {} }, /`topics` is an array of objects/],
    [{ operations: [1] }, /`operations` is an array of objects/],
    [{ operations: [plan.operations[0], plan.operations[0]] }, /operations have ids of their own/],
    [{ operations: [{ ...plan.operations[0], id: 'x' }] }, /operations have ids of their own/],
    [{ faults: 'none' }, /`faults` is an array of objects/],
    [{ faults: [{ id: 1, trigger: { on: 'time', atMs: 1 } }] }, /each fault has a trigger and a strike with a kind/],
    [{ faults: [{ id: 1, strike: { kind: 'power-loss' } }] }, /each fault has a trigger/],
    [{ faults: [{ id: 1, strike: {}, trigger: {} }] }, /a strike with a kind/],
  ])('says what is wrong with %j', (changes, problem) => {
    expect(parsed(changes)).toEqual({ problem: expect.stringMatching(problem) })
  })
})
