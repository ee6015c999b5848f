import { describe, expect, test } from 'vitest'
import { nodeHost } from '../../../../src/campaign/node-host.ts'
import type { Fault, Plan } from '../../../../src/sim/plan/plan.ts'
import { simulate } from '../../../../src/sim/run/simulate.ts'
import type { PlannedOperation } from '../../../../src/workloads/workload.ts'

const create = (id: number, atMs: number): PlannedOperation => ({
  ...{ id, atMs, actor: `admin-${id % 2}`, kind: 'create-topic', topic: `topic-${id}`, partition: 0, count: 1 },
})

const quiet: Plan = {
  ...{ version: 2, profile: 'default', seed: 1, mutant: null, settings: {}, network: {}, disk: {}, clock: {} },
  nodes: [
    { id: 1, roles: ['controller'] },
    { id: 2, roles: ['controller'], clock: { skewMs: 5000 } },
    { id: 3, roles: ['controller', 'broker'] },
  ],
  workload: 'topic-administration',
  topics: [],
  operations: [create(1, 10), create(2, 900), create(3, 4000), create(4, 6000)],
  faults: [],
}

const atMs = (ms: number) => ({ on: 'time', atMs: ms }) as const
const run = (changes: Partial<Plan>, record = false) => simulate({ ...quiet, ...changes }, nodeHost(), { record })
const created = ({ history }: Awaited<ReturnType<typeof run>>) =>
  history.filter(({ f, type }) => f === 'create-topic' && type === 'ok').length

describe('a cluster of three controllers', () => {
  test('without faults breaks nothing, elects one leader, and restarts node by node', async () => {
    const result = await run({})
    expect(result.violations).toEqual([])
    expect(created(result)).toBe(4)
    expect(result.coverage.get('BrokerStopped')).toBe(3)
    // Each process registers: three, and three more after the restart.
    expect(result.coverage.get('ControllerRegistered')).toBeGreaterThanOrEqual(3)
    expect(result.coverage.get('ControllerElected')).toBeGreaterThanOrEqual(1)
  })

  test('commits records while nothing happens, where it is to do so', async () => {
    const committed = async (intervalMs: number) => {
      const result = await run({ settings: { 'metadata.max.idle.interval.ms': String(intervalMs) } })
      expect(result.violations).toEqual([])
      return result.coverage.get('MetadataCommitted')!
    }
    // Three nodes, and about six seconds.
    expect((await committed(200)) - (await committed(0))).toBeGreaterThan(60)
  })

  test('runs the same way twice, recorded or not, and names its nodes in the timeline', async () => {
    const faults: readonly Fault[] = [
      { id: 1, trigger: atMs(500), strike: { kind: 'process-kill', downMs: 50 }, node: 'leader' },
    ]
    const [once, again] = [await run({ faults }), await run({ faults }, true)]
    expect([again.hash, again.events]).toEqual([once.hash, once.events])
    const lines = again.timeline.map(({ who, what }) => `${who}: ${what}`)
    expect(lines).toContainEqual(expect.stringMatching(/^fault: node-\d is killed$/))
    expect(lines).toContainEqual(expect.stringMatching(/^node-\d: is leader in epoch \d+$/))
  })

  test('goes on when its leader is cut off, deafened, and loses its power with the others', async () => {
    const faults: readonly Fault[] = [
      { id: 1, trigger: atMs(500), strike: { kind: 'deaf', forMs: 3000 }, node: 'leader' },
      { id: 2, trigger: atMs(3000), strike: { kind: 'power-outage', nodes: [1, 2, 3], downMs: 100 } },
      {
        id: 3,
        trigger: atMs(5000),
        strike: { kind: 'network-split', a: [1], b: [2, 3], direction: 'both', forMs: 2000 },
      },
      { id: 4, trigger: atMs(5500), strike: { kind: 'held-messages', a: [1, 2, 3], b: [1, 2, 3], forMs: 500 } },
    ]
    const result = await run({ faults })
    expect(result.violations).toEqual([])
    expect(Object.fromEntries(result.struck)).toEqual({
      ...{ deaf: 1, 'power-outage': 1, 'network-split': 1, 'held-messages': 1 },
    })
    expect(created(result)).toBe(4)
  })

  test.each(['controller', 'image'] as const)(
    'stops a node whose %s cannot apply a record, and nothing of what it knew wrongly is left when it is back',
    async (to) => {
      const faults: readonly Fault[] = [{ id: 1, trigger: atMs(3000), strike: { kind: 'failed-apply', to }, node: 2 }]
      const result = await run({ faults }, true)
      expect(result.violations).toEqual([])
      expect(created(result)).toBe(4)
      const of2 = result.timeline
        .filter(({ who, atUs }) => who === 'node-2' && atUs > 3_000_000)
        .map(({ what }) => what)
      const failedAt = of2.findIndex((what) =>
        /^says: .*(cannot be applied|could not be applied|would decide)/.test(what),
      )
      expect(failedAt).toBeGreaterThanOrEqual(0)
      expect(of2.slice(failedAt)).toContainEqual(expect.stringMatching(/^starts, and must recover/))
      // It is struck once: its next life applies what this one could not.
      expect(of2.filter((what) => what.startsWith('starts, and must recover'))).toHaveLength(1)
    },
  )

  test('stops no node by a failure that was still to come when everything was healed', async () => {
    const faults: readonly Fault[] = [
      { id: 1, trigger: atMs(3000), strike: { kind: 'failed-apply', to: 'controller' }, node: 3 },
      { id: 2, trigger: atMs(3000), strike: { kind: 'failed-apply', to: 'image' }, node: 3 },
    ]
    // Nothing is decided any more before the restarts at the end.
    const result = await run({
      faults,
      operations: [create(1, 10)],
      settings: { 'metadata.max.idle.interval.ms': '0' },
    })
    expect([result.violations, result.coverage.get('BrokerStopped')]).toEqual([[], 3])
  })

  test('knows that a node which goes on after a failed apply is none of its own any more', async () => {
    const faults: readonly Fault[] = [
      { id: 1, trigger: atMs(3000), strike: { kind: 'failed-apply', to: 'image' }, node: 2 },
    ]
    const { violations } = await run({ faults, mutant: 'kafka-14275-an-image-with-a-hole' })
    expect(violations[0]?.invariant).toBe('S7 metadata matching')
  })

  test('may lose one disk of a controller for good, and not two, nor the only broker', async () => {
    const lose = (id: number, node: number): Fault => ({ id, trigger: atMs(id), strike: { kind: 'lost-disk' }, node })
    const result = await run({ faults: [lose(1, 3), lose(2, 1), lose(3, 2)] })
    expect(result.violations).toEqual([])
    expect(Object.fromEntries(result.struck)).toEqual({ 'declined lost-disk': 2, 'lost-disk': 1 })
    expect(result.coverage.get('BrokerStopped')).toBe(2)
  })

  test('finishes without a node that stays broken, which never is one too many', async () => {
    const result = await run({
      leftBroken: [
        { node: 3, how: 'down' },
        { node: 2, how: 'deaf' },
        { node: 1, how: 'cut-off' },
      ],
    })
    expect(result.violations).toEqual([])
    expect(Object.fromEntries(result.struck)).toEqual({
      ...{ 'declined left down': 1, 'left deaf': 1, 'declined left cut-off': 1 },
    })
  })
})
