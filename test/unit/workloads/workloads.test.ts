import { describe, expect, it } from 'vitest'
import { toJson } from '../../../src/workloads/history/json.ts'
import type { Operation } from '../../../src/workloads/history/operation.ts'
import { judgeHistory } from '../../../src/workloads/judge-history.ts'
import { partsOf } from '../../../src/workloads/record-content.ts'
import { workloadNamed, workloads } from '../../../src/workloads/table.ts'
import { WorkloadStuck } from '../../../src/workloads/workload-errors.ts'
import { chooseBy } from './choose.ts'
import { simulate } from './simulated-run.ts'

/** How many operations of each kind ended how. */
function endings(operations: readonly Operation[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { f, type } of operations) counts.set(`${f} ${type}`, (counts.get(`${f} ${type}`) ?? 0) + 1)
  return counts
}

/** What each operation sent where, without the times of day. */
function sentBy(history: readonly Operation[]): ReadonlyMap<number | undefined, readonly string[]> {
  return new Map(
    history.flatMap((operation) => {
      if (operation.f !== 'send' || operation.type !== 'invoke') return []
      const sent = operation.value.map(({ key, value }) => `${key} ${String(value).split('@')[0]}`)
      return [[partsOf(operation.value[0]?.value ?? '')?.operationId, sent] as const]
    }),
  )
}

describe.each(workloads.filter(({ writesRecords }) => writesRecords))('the workload $name', (workload) => {
  it('is found by its name', () => {
    expect(workloadNamed(workload.name)).toBe(workload)
    expect(workloadNamed('no such workload')).toBeUndefined()
  })

  it('draws the same plan from the same seed and another from another', () => {
    const plan = workload.generate(chooseBy(1), 40)
    expect(workload.generate(chooseBy(1), 40)).toEqual(plan)
    expect(workload.generate(chooseBy(2), 40)).not.toEqual(plan)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('draws a plan that can be carried out (seed %i)', (seed) => {
    const { topics, operations } = workload.generate(chooseBy(seed), 40)
    expect(operations.length).toBeGreaterThan(30)
    expect(operations.length).toBeLessThan(60)
    expect(operations.map(({ id }) => id)).toEqual(operations.map((_, index) => index))
    const times = operations.map(({ atMs }) => atMs)
    expect(times).toEqual([...times].sort((left, right) => left - right))
    expect(times.at(-1)).toBeLessThanOrEqual(20_000)
    const created = operations.filter(({ kind }) => kind === 'create-topic')
    const partitions = new Map([
      ...topics.map((topic) => [topic.name, topic.partitions] as const),
      ...created.map((operation) => [operation.topic, operation.count] as const),
    ])
    for (const operation of operations) {
      if (operation.kind.startsWith('send'))
        expect(operation.partition).toBeLessThan(partitions.get(operation.topic) ?? 0)
      expect(operation.count).toBeGreaterThanOrEqual(1)
    }
  })

  it.each([1, 2, 3])('finds nothing wrong with a broker that nobody harms (seed %i)', async (seed) => {
    const history = await simulate(workload, workload.generate(chooseBy(seed), 40), seed)
    expect(judgeHistory(workload, history)).toEqual([])
    const ended = endings(history)
    expect(ended.get('send ok') ?? 0).toBeGreaterThan(5)
    expect(ended.get('send fail') ?? 0).toBe(0)
    expect(ended.get('poll fail') ?? 0).toBe(0)
  })

  it.each([1, 2, 3])('finds nothing wrong with a broker that is killed and started again (seed %i)', async (seed) => {
    const plan = workload.generate(chooseBy(seed), 40)
    const crashes = [900, 2500, 4000, 6100].map((atMs) => ({ atMs, how: 'kill' as const }))
    const history = await simulate(workload, plan, seed, { crashes })
    expect(judgeHistory(workload, history)).toEqual([])
    expect(endings(history).get('send ok') ?? 0).toBeGreaterThan(5)
  })

  it.each([1, 2, 3])('finds nothing missing where all is flushed and the power fails (seed %i)', async (seed) => {
    const { topics, operations } = workload.generate(chooseBy(seed), 40)
    const flushed = topics.map((topic) => ({ ...topic, settings: { ...topic.settings, 'flush.messages': '1' } }))
    // Topics made during the run have settings of their own.
    const planned = operations.filter(({ topic }) => topic === '' || topics.some(({ name }) => name === topic))
    const crashes = [900, 2500, 4000, 6100].map((atMs) => ({ atMs, how: 'powerLoss' as const }))
    const history = await simulate(workload, { topics: flushed, operations: planned }, seed, { crashes })
    expect(judgeHistory(workload, history)).toEqual([])
    expect(endings(history).get('send ok') ?? 0).toBeGreaterThan(5)
  })

  it('writes the same history whenever it is run from the same plan and seed', async () => {
    const plan = workload.generate(chooseBy(9), 20)
    const [first, second] = [await simulate(workload, plan, 9), await simulate(workload, plan, 9)]
    expect(toJson(second)).toBe(toJson(first))
  })

  it('sends what an operation has to send whether or not others are left out', async () => {
    const plan = workload.generate(chooseBy(4), 24)
    const kept = plan.operations.filter(({ id }) => id % 2 === 0)
    const all = sentBy(await simulate(workload, plan, 4))
    const some = sentBy(await simulate(workload, { ...plan, operations: kept }, 4))
    expect(some.size).toBeGreaterThan(3)
    for (const [id, sent] of some) expect(sent).toEqual(all.get(id))
  })

  it('says that it is stuck when the broker has gone for good', async () => {
    const plan = workload.generate(chooseBy(5), 10)
    const run = simulate(workload, plan, 5, { isGoneAtTheEnd: true })
    await expect(run).rejects.toThrow(WorkloadStuck)
  })
})
