import { describe, expect, test } from 'vitest'
import { nodeHost } from '../../../../src/campaign/node-host.ts'
import { generatePlan } from '../../../../src/sim/plan/generate.ts'
import type { Plan, StrikeKind } from '../../../../src/sim/plan/plan.ts'
import { simulate } from '../../../../src/sim/run/simulate.ts'
import { workloads } from '../../../../src/workloads/table.ts'

const seeds = Array.from({ length: 300 }, (_, seed) => seed)

/** The state of the chain after each of the first events. */
async function firstEvents(plan: Plan, count: number): Promise<readonly unknown[]> {
  return (await simulate(plan, nodeHost(), { recordEvents: { from: 0, to: count } })).recordedEvents
}

describe('the plan of a seed', () => {
  test('is the same every time, and another for every other seed', () => {
    for (const seed of [0, 1, Number.MAX_SAFE_INTEGER]) expect(generatePlan(seed)).toEqual(generatePlan(seed))
    expect(new Set(seeds.map((seed) => JSON.stringify({ ...generatePlan(seed), seed: 0 }))).size).toBe(seeds.length)
  })

  test('does not depend on the mutant that is hunted with it', () => {
    const { mutant, ...rest } = generatePlan(9, { mutant: 'kafka-1112-torn-tail-trusted' })
    const { mutant: none, ...same } = generatePlan(9)
    expect([mutant, none]).toEqual(['kafka-1112-torn-tail-trusted', null])
    expect(rest).toEqual(same)
  })

  test('is one of a swarm: every kind of fault is in some plans and absent from most', () => {
    const plans = seeds.map((seed) => generatePlan(seed))
    const kinds: readonly StrikeKind[] = [
      ...(['power-loss', 'process-kill', 'clean-restart', 'reset-connections', 'pause', 'stall', 'partition'] as const),
      ...(['refuse-connections', 'slow-disk', 'full-disk', 'disk-error', 'torn-append', 'stalled-append'] as const),
      'clock-jump',
    ]
    for (const kind of kinds) {
      const having = plans.filter(({ faults }) => faults.some(({ strike }) => strike.kind === kind)).length
      expect(having, kind).toBeGreaterThan(5)
      expect(having, kind).toBeLessThan(250)
    }
    expect(plans.filter(({ faults }) => faults.length === 0).length).toBeGreaterThan(5)
    expect(new Set(plans.map(({ workload }) => workload)).size).toBe(
      workloads.filter(({ writesRecords }) => writesRecords).length,
    )
  })

  test('lets topics expire in one plan of four, and has retention look for that often', () => {
    const plans = seeds.map((seed) => generatePlan(seed))
    const expiring = plans.filter(({ workload }) => workload === 'expiring-events')
    expect(expiring.length).toBeGreaterThan(seeds.length / 6)
    expect(expiring.length).toBeLessThan(seeds.length / 3)
    const intervals = expiring.map(({ settings }) => Number(settings['log.retention.check.interval.ms']))
    expect(intervals.filter((interval) => !(interval >= 50 && interval <= 1000))).toEqual([])
  })

  test('has, one plan of three, a node that falls at an answer after a slow sync, in half of them to somebody who asks again', () => {
    const rounds = seeds.flatMap((seed) => {
      const { faults } = generatePlan(seed)
      const chain = faults.filter(({ id }) => id >= 81)
      const starts = chain.filter(({ strike }) => strike.kind === 'slow-operation')
      return starts.map(({ id }) => chain.filter((fault) => fault.id >= id && fault.id < id + 3))
    })
    const first = rounds.filter(([slow]) => slow!.id === 81)
    expect(first.length).toBeGreaterThan(seeds.length / 4)
    expect(first.length).toBeLessThan(seeds.length / 2)
    for (const round of rounds) {
      const fall = round.at(-1)!
      expect(['power-loss', 'process-kill']).toContain(fall.strike.kind)
      expect(fall.after).toBe(round.at(-2)!.id)
    }
    const askedAgain = rounds.filter((round) => round.length === 3)
    expect(askedAgain.every((round) => round[1]!.strike.kind === 'reset-connections')).toBe(true)
    expect(Math.abs(askedAgain.length - rounds.length / 2)).toBeLessThan(rounds.length / 5)
  })

  test("has topics with the producers' time and with the broker's, and changes from one to the other", () => {
    const plans = seeds.map((seed) => generatePlan(seed))
    const stamped = plans.filter(({ topics }) =>
      topics.some(({ settings }) => settings['message.timestamp.type'] === 'LogAppendTime'),
    )
    const changing = plans.filter(({ operations }) => operations.some(({ actor }) => actor === 'keeper'))
    for (const { length } of [stamped, changing]) {
      expect(length).toBeGreaterThan(seeds.length / 5)
      expect(length).toBeLessThan((seeds.length * 2) / 3)
    }
  })

  test('has impatient producers in one plan of three, on networks that lose bytes more often than not', () => {
    const plans = seeds.map((seed) => generatePlan(seed))
    const lossy = (of: readonly Plan[]) => of.filter(({ network }) => (network.resentPerMillion ?? 0) > 0).length
    const impatient = plans.filter(({ producers }) => producers?.deliveryTimeoutMs !== undefined)
    expect(impatient.length).toBeGreaterThan(seeds.length / 5)
    expect(impatient.length).toBeLessThan(seeds.length / 2)
    expect(lossy(impatient)).toBeGreaterThan(impatient.length / 2)
    expect(lossy(plans) - lossy(impatient)).toBeGreaterThan(0)
  })

  test('goes beyond the promise only where it is asked to', () => {
    const strikes = (profile: Plan['profile']) =>
      seeds.flatMap((seed) => generatePlan(seed, { profile }).faults.map(({ strike }) => strike.kind))
    const beyond = (kind: StrikeKind) => kind === 'rot' || kind === 'wiped-disk'
    expect(strikes('default').filter(beyond)).toEqual([])
    expect(strikes('beyond-the-promise').filter(beyond).length).toBeGreaterThan(50)
  })

  test('has ids of its own for every item, and sequels of earlier faults only', () => {
    for (const seed of seeds) {
      const { operations, faults } = generatePlan(seed)
      expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length)
      expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length)
      for (const { id, after } of faults) expect(after ?? 0).toBeLessThan(id)
    }
  })
})

describe('an item that is taken out of a plan', () => {
  const plan = generatePlan(5)

  test('disturbs nothing that happens before it would have begun', async () => {
    const last = plan.operations.at(-1)!
    const without = { ...plan, faults: [], operations: plan.operations.filter(({ id }) => id !== last.id) }
    const before = await firstEvents({ ...plan, faults: [] }, 400)
    // Its actor stays, so that the same clients begin.
    expect(without.operations.some(({ actor }) => actor === last.actor)).toBe(true)
    expect(before).toHaveLength(400)
    expect(await firstEvents(without, 400)).toEqual(before)
  })

  test('leaves the draws of a power loss as they are', async () => {
    const quiet: Plan = { ...plan, faults: [{ id: 7, trigger: { on: 'time', atMs: 5000 }, strike: powerLoss }] }
    const idle: Plan = {
      ...quiet,
      faults: [
        { id: 3, trigger: { on: 'event', type: 'SegmentDeleted', nth: 999 }, strike: powerLoss },
        ...quiet.faults,
      ],
    }
    const [alone, besideAnother] = [await simulate(quiet, nodeHost()), await simulate(idle, nodeHost())]
    expect(besideAnother.hash).toBe(alone.hash)
    expect(alone.struck).toEqual(new Map([['power-loss', 1]]))
  })
})

const powerLoss = { kind: 'power-loss', downMs: 50 } as const
