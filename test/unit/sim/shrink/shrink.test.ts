import { describe, expect, test } from 'vitest'
import type { Fault, Plan } from '../../../../src/sim/plan/plan.ts'
import type { Violation } from '../../../../src/sim/run/verdict.ts'
import { families } from '../../../../src/sim/shrink/families.ts'
import { breaksSamePromise, shrink } from '../../../../src/sim/shrink/shrink.ts'
import type { PlannedOperation } from '../../../../src/workloads/workload.ts'

const fault = (id: number): Fault => ({
  id,
  trigger: { on: 'time', atMs: id * 10 },
  strike: { kind: 'reset-connections' },
})

const operation = (id: number, count = 8): PlannedOperation => ({
  ...{
    id,
    count,
    atMs: id,
    actor: `p${id % 3}`,
    kind: 'send',
    topic: id % 2 === 0 ? 'orders' : 'clicks',
    partition: 0,
  },
})

const count = (total: number): number[] => Array.from({ length: total }, (_, index) => index)

const plan: Plan = {
  version: 2,
  profile: 'default',
  seed: 7,
  mutant: null,
  nodes: [{ id: 1, roles: ['controller', 'broker'] }],
  settings: { 'log.segment.bytes': '4096', 'num.partitions': '2' },
  network: { splitPerMillion: 900_000 },
  disk: { syncMeanUs: 9_000, readMeanUs: 80 },
  clock: { skewMs: 5 },
  workload: 'messaging',
  topics: [
    { name: 'orders', partitions: 1, settings: { 'segment.bytes': '512' } },
    { name: 'clicks', partitions: 1, settings: {} },
  ],
  operations: count(50).map((id) => operation(id)),
  faults: count(34).map(fault),
}

/** Fails while every one of these parts is there, and the operation 12 sends at least 3 records. */
const needs = (faultIds: readonly number[], operationIds: readonly number[]) => async (candidate: Plan) =>
  faultIds.every((id) => candidate.faults.some((one) => one.id === id)) &&
  operationIds.every((id) => candidate.operations.some((one) => one.id === id)) &&
  (candidate.operations.find(({ id }) => id === 12)?.count ?? 8) >= 3

describe('shrinking', () => {
  test('leaves exactly what the failure needs, whatever else the plan held', async () => {
    const result = await shrink(plan, { fails: needs([3, 30], [12, 13, 44]) })
    expect(result.plan.faults.map(({ id }) => id)).toEqual([3, 30])
    expect(result.plan.operations.map(({ id }) => id)).toEqual([12, 13, 44])
    expect(result.plan.operations.map((one) => one.count)).toEqual([4, 1, 1])
    expect(result.plan).toMatchObject({ settings: {}, network: {}, disk: {}, clock: {}, seed: 7 })
    expect(result.plan.topics.map(({ settings }) => settings)).toEqual([{}, {}])
    expect(result.before).toEqual({ faults: 34, operations: 50, steps: 400, settings: 7 })
    expect(result.after).toEqual({ faults: 2, operations: 3, steps: 6, settings: 0 })
    expect(result.isMinimal).toBe(true)
  })

  test('ends with a plan from which no single item can be left out, also where items stand in for one another', async () => {
    // Any two of three faults will do, and fault 9 is needed only while operation 40 is there.
    const fails = async ({ faults, operations }: Plan) => {
      const has = (id: number) => faults.some((one) => one.id === id)
      const enough = [4, 5, 6].filter(has).length >= 2
      return enough && (has(9) || !operations.some(({ id }) => id === 40)) && operations.length >= 2
    }
    const { plan: smallest, isMinimal } = await shrink(plan, { fails })
    expect(isMinimal).toBe(true)
    expect(await fails(smallest)).toBe(true)
    for (const family of families) {
      for (const key of family.keys(smallest)) expect(await fails(family.without(smallest, new Set([key])))).toBe(false)
    }
  })

  test('costs far fewer runs than the plan has items when little is needed', async () => {
    const result = await shrink(plan, { fails: needs([17], [12]) })
    expect(result.runs).toBeLessThan(60)
  })

  test('gives the same plan after the same runs every time', async () => {
    const once = await shrink(plan, { fails: needs([3, 30], [12, 44]) })
    const again = await shrink(plan, { fails: needs([3, 30], [12, 44]) })
    expect(again).toEqual(once)
  })

  test('stops at its bound with the smallest failing plan so far, and says that it may not be minimal', async () => {
    const seen: number[] = []
    const fails = needs([3, 30], [12, 13, 44])
    const result = await shrink(plan, { fails, runsMax: 20, onProgress: ({ runs }) => seen.push(runs) })
    expect(result.runs).toBe(20)
    expect(seen).toHaveLength(20)
    expect(result.isMinimal).toBe(false)
    expect(await fails(result.plan)).toBe(true)
    expect(result.after.faults).toBeLessThan(34)
  })

  test('leaves out topics that no operation uses any more, but never the last', async () => {
    const onlyOrders = await shrink(plan, { fails: needs([], [12]) })
    expect(onlyOrders.plan.topics.map(({ name }) => name)).toEqual(['orders'])
    const nothing = await shrink(plan, { fails: async () => true })
    expect(nothing.plan.topics).toHaveLength(1)
    expect(nothing.plan.operations).toEqual([])
  })
})

describe('the same promise', () => {
  const violation: Violation = { kind: 'safety', invariant: 'S1', message: '', atUs: 0, event: 0 }

  test('is one of the same kind and name, wherever it stands among the broken ones', () => {
    expect(breaksSamePromise([{ ...violation, invariant: 'S5' }, violation], violation)).toBe(true)
  })

  test('is not another promise, nor the same name of another kind', () => {
    expect(breaksSamePromise([{ ...violation, invariant: 'S5' }], violation)).toBe(false)
    expect(breaksSamePromise([{ ...violation, kind: 'liveness' }], violation)).toBe(false)
    expect(breaksSamePromise([], violation)).toBe(false)
  })
})
