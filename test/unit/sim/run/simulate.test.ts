import { describe, expect, test } from 'vitest'
import { nodeHost } from '../../../../src/campaign/node-host.ts'
import { generatePlan } from '../../../../src/sim/plan/generate.ts'
import type { Fault, Plan } from '../../../../src/sim/plan/plan.ts'
import { simulate } from '../../../../src/sim/run/simulate.ts'
import type { PlannedOperation } from '../../../../src/workloads/workload.ts'

const send = (id: number, atMs: number): PlannedOperation => ({
  ...{ id, atMs, actor: 'writer-0', kind: 'send', topic: 'orders', partition: 0, count: 3 },
})

const quiet: Plan = {
  ...{ version: 2, profile: 'default', seed: 1, mutant: null, settings: {}, network: {}, disk: {}, clock: {} },
  nodes: [{ id: 1, roles: ['controller', 'broker'] }],
  workload: 'messaging',
  topics: [{ name: 'orders', partitions: 1, settings: {} }],
  operations: [send(1, 10), send(2, 2000)],
  faults: [],
}

const withFault = (fault: Omit<Fault, 'id'>): Plan => ({ ...quiet, faults: [{ id: 1, ...fault }] })

describe('a run', () => {
  test('without faults breaks nothing, ends with a clean restart, and counts what it saw', async () => {
    const result = await simulate(quiet, nodeHost())
    expect(result.violations).toEqual([])
    expect(Object.fromEntries(result.coverage)).toMatchObject({ BrokerStarting: 2, BrokerStopped: 1, BrokerReady: 2 })
    expect(result.struck).toEqual(new Map())
    expect(result.chain).toMatchObject({ events: result.events, digest: result.hash })
    const sends = result.history.filter(({ f, type }) => f === 'send' && type === 'ok')
    expect(sends).toHaveLength(2)
  })

  test('keeps a timeline only when asked to', async () => {
    const plan = withFault({ trigger: { on: 'time', atMs: 1000 }, strike: { kind: 'process-kill', downMs: 100 } })
    const [silent, recorded] = [await simulate(plan, nodeHost()), await simulate(plan, nodeHost(), { record: true })]
    expect(silent.timeline).toEqual([])
    const lines = recorded.timeline.map(({ who, what }) => `${who}: ${what}`)
    expect(lines).toContain('fault: the broker is killed')
    expect(lines).toContain('broker: recovers orders-0: [0, 3)')
    expect(recorded.hash).toBe(silent.hash)
  })

  test('starts the broker again after every end, and counts what struck by kind', async () => {
    const faults: readonly Fault[] = [
      { id: 1, trigger: { on: 'time', atMs: 100 }, strike: { kind: 'power-loss', downMs: 10 } },
      { id: 2, trigger: { on: 'time', atMs: 800 }, strike: { kind: 'clean-restart', downMs: 10 } },
      {
        id: 3,
        trigger: { on: 'disk', operation: 'append', nth: 1, path: 'orders-0/00000000000000000000.log' },
        after: 2,
        strike: { kind: 'disk-error' },
      },
      { id: 4, trigger: { on: 'time', atMs: 1500 }, strike: { kind: 'rot', path: '.log', at: 1 } },
    ]
    const { violations, struck, coverage } = await simulate({ ...quiet, faults }, nodeHost())
    expect(violations).toEqual([])
    expect(Object.fromEntries(struck)).toEqual({
      ...{ 'power-loss': 1, 'clean-restart': 1, 'disk-error': 1, 'declined rot': 1 },
    })
    // The disk fails the stop that the second fault asks for: one end of the two.
    expect(coverage.get('BrokerStarting')).toBe(5)
  })

  test('stops the broker once it is ready where it was told to while it started', async () => {
    const starting = { on: 'event', type: 'BrokerStarting', nth: 1 } as const
    const faults: readonly Fault[] = [
      { id: 1, trigger: { on: 'time', atMs: 100 }, strike: { kind: 'process-kill', downMs: 10 } },
      { id: 2, after: 1, trigger: starting, strike: { kind: 'clean-restart', downMs: 10 } },
    ]
    const { violations, coverage } = await simulate({ ...quiet, faults }, nodeHost())
    expect(violations).toEqual([])
    expect(Object.fromEntries(coverage)).toMatchObject({ BrokerStarting: 4, BrokerReady: 4, BrokerStopped: 2 })
  })

  test('in which a disk is wiped, beyond the promise, is no bug of the simulator', async () => {
    const plan: Plan = {
      ...withFault({ trigger: { on: 'time', atMs: 1000 }, strike: { kind: 'wiped-disk', downMs: 10 } }),
      profile: 'beyond-the-promise',
    }
    const { struck, violations } = await simulate(plan, nodeHost())
    expect(struck).toEqual(new Map([['wiped-disk', 1]]))
    expect(violations.map(({ kind }) => kind)).not.toContain('simulator')
  })

  test('of a mutant or a workload that nobody knows is refused, or is a bug of the simulator', async () => {
    await expect(simulate({ ...quiet, mutant: 'unheard-of' }, nodeHost())).rejects.toThrow(
      'no mutant is named unheard-of',
    )
    await expect(simulate({ ...quiet, workload: 'unheard-of' }, nodeHost())).rejects.toThrow('no workload is named')
  })

  test('that makes no progress is told as such, and not as a broken promise of safety', async () => {
    // The disk is too small to start on.
    const plan = { ...quiet, disk: { capacityBytes: 300 } }
    const { violations } = await simulate(plan, nodeHost())
    expect(violations[0]).toMatchObject({ kind: 'liveness', invariant: 'L2 everything is answered' })
  })
})

describe('beyond the promise', () => {
  const beyond = (fault: Omit<Fault, 'id'>): Plan => ({ ...withFault(fault), profile: 'beyond-the-promise' })

  test('generated plans cost records, and nothing that goes unnoticed', async () => {
    const host = nodeHost()
    for (let seed = 5000; seed < 5010; seed++) {
      const { violations } = await simulate(generatePlan(seed, { profile: 'beyond-the-promise' }), host)
      expect(violations).toEqual([])
    }
  })

  test('rotten records are served, and no consumer takes them for what was written', async () => {
    const rot = { kind: 'rot', path: 'orders-0/00000000000000000000.log', at: 100 } as const
    const plan = beyond({ trigger: { on: 'time', atMs: 1000 }, strike: rot })
    const { violations, coverage } = await simulate(plan, nodeHost())
    expect(violations).toEqual([])
    expect(coverage.get('excused S5 consistent read')).toBeGreaterThan(0)
  })

  test('a broker that finds its disk damaged may refuse to start, and says why', async () => {
    const rot = { kind: 'rot', path: 'meta.properties', at: 8 } as const
    const restart: Fault = { id: 2, after: 1, trigger: { on: 'time', atMs: 1 }, strike: kill }
    const plan = beyond({ trigger: { on: 'time', atMs: 1000 }, strike: rot })
    const { violations, timeline } = await simulate({ ...plan, faults: [...plan.faults, restart] }, nodeHost(), {
      record: true,
    })
    expect(violations).toEqual([])
    expect(timeline.at(-1)?.what).toMatch(/^the broker cannot start: DirectoryError: /)
  })

  test('in a cluster only the node that finds its disk damaged refuses to start, and the others go on', async () => {
    const rot = { kind: 'rot', path: 'meta.properties', at: 8 } as const
    const faults: readonly Fault[] = [
      { id: 1, node: 2, trigger: { on: 'time', atMs: 500 }, strike: rot },
      { id: 2, node: 2, after: 1, trigger: { on: 'time', atMs: 1 }, strike: kill },
    ]
    const { violations, timeline, history } = await simulate(cluster(faults), nodeHost(), { record: true })
    expect(violations).toEqual([])
    const refused = timeline.filter(({ what }) => what.startsWith('the broker cannot start: DirectoryError: '))
    expect(refused.map(({ who }) => who)).toEqual(['node-2'])
    expect(history.filter(({ f, type }) => f === 'send' && type === 'ok')).toHaveLength(2)
  })

  test('a voter of a cluster that forgot how it voted excuses what follows, but no record that nobody wrote', async () => {
    const wipe = { kind: 'wiped-disk', downMs: 10 } as const
    const faults = [{ id: 1, node: 2, trigger: { on: 'time', atMs: 500 }, strike: wipe } as const]
    const { violations, struck } = await simulate(cluster(faults), nodeHost())
    expect(violations).toEqual([])
    expect(struck.get('wiped-disk')).toBe(1)
  })
})

/** Three controllers and a broker. */
function cluster(faults: readonly Fault[]): Plan {
  const controllers = [1, 2, 3].map((id) => ({ id, roles: ['controller' as const] }))
  return {
    ...{ ...quiet, profile: 'beyond-the-promise', faults },
    nodes: [...controllers, { id: 4, roles: ['broker'] }],
  }
}

const kill = { kind: 'process-kill', downMs: 10 } as const
