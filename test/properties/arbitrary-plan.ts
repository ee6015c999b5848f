/**
 * Plans as an arbitrary: those of the generator and their neighbours. Items are left out, triggers, durations, devices
 * and settings are changed to what the generator would not have drawn together.
 *
 * Seeds are not shrunk, since a smaller seed is not a smaller plan; what is left of its items is. A plan that breaks
 * something prints as one line: the command that replays it.
 */

import fc from 'fast-check'
import { generatePlan } from '../../src/sim/plan/generate.ts'
import type { Fault, Plan, Strike, Trigger } from '../../src/sim/plan/plan.ts'
import { topicKinds } from '../../src/workloads/topic-choices.ts'
import type { PlannedOperation, PlannedTopic } from '../../src/workloads/workload.ts'

/** The command that replays a plan, in one line that a shell takes as it is. */
export function replayCommand(plan: Plan): string {
  return `npx samsa replay <(echo '${JSON.stringify(plan)}')`
}

/** Plans of the default profile. */
export function plans(): fc.Arbitrary<Plan> {
  return fc
    .noShrink(fc.nat())
    .chain((seed) => neighbours(generatePlan(seed)))
    .map((plan) => Object.defineProperty(plan, fc.toStringMethod, { value: () => replayCommand(plan) }))
}

/**
 * The plan with some items left out and others changed. Networks stay fast enough for a fetch to end within the clients'
 * timeouts, and disks for a stop with hundreds of segments to end within its bound: on slower ones nobody makes progress.
 */
function neighbours(plan: Plan): fc.Arbitrary<Plan> {
  // One item in so many is left out.
  const neighbour = (oneIn: number): fc.Arbitrary<Plan> =>
    fc
      .record({
        operations: some(plan.operations, oneIn, operations),
        faults: some(plan.faults, oneIn, faults),
        topics: fc.tuple(...plan.topics.map((topic) => orChanged(topic, topics(topic)))),
        settings: orChanged(plan.settings, brokerSettings(plan.settings)),
        network: devices({
          latencyMeanUs: fc.integer({ min: 200, max: 20_000 }),
          splitPerMillion: fc.constantFrom(0, 1_000_000),
          segmentBytesMax: fc.integer({ min: 20, max: 65_536 }),
          receiveWindowBytes: fc.integer({ min: 4096, max: 262_144 }),
          resetLosesPerMillion: fc.constantFrom(0, 1_000_000),
        }),
        disk: devices({
          syncMeanUs: fc.integer({ min: 400, max: 20_000 }),
          pageKeptPerMillion: fc.integer({ min: 0, max: 500_000 }),
          pageTornPerMillion: fc.integer({ min: 0, max: 500_000 }),
          entryKeptPerMillion: fc.integer({ min: 0, max: 1_000_000 }),
        }),
      })
      .map(({ network, disk, ...changes }) => ({
        ...{ ...plan, ...changes },
        ...{ network: { ...plan.network, ...network }, disk: { ...plan.disk, ...disk } },
      }))
  return fc.noShrink(fc.constantFrom(2, 4, 30)).chain(neighbour)
}

/** The items but for one in `oneIn`, some of them changed. Shrinks by leaving out, then by undoing changes. */
function some<T>(items: readonly T[], oneIn: number, change: (item: T) => fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> {
  const perhaps = items.map((item) => fc.option(orChanged(item, change(item)), { nil: undefined, freq: oneIn }))
  return fc.tuple(...perhaps).map((kept) => kept.filter((item) => item !== undefined))
}

/** As it is, or, one time in three, changed. Shrinks to what it is. */
function orChanged<T>(item: T, changed: fc.Arbitrary<T>): fc.Arbitrary<T> {
  const branches = [
    { weight: 2, arbitrary: fc.constant(item) },
    { weight: 1, arbitrary: changed },
  ]
  return fc.oneof({ withCrossShrink: true }, ...branches)
}

/** Any of these, over what the plan has. */
function devices<T>(ranges: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(ranges, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>
}

function operations(operation: PlannedOperation): fc.Arbitrary<PlannedOperation> {
  // A created topic's count is its partitions, which later operations of the plan count on.
  if (operation.kind === 'create-topic') return fc.constant(operation)
  return fc.integer({ min: 1, max: 30 }).map((count) => ({ ...operation, count }))
}

function topics(topic: PlannedTopic): fc.Arbitrary<PlannedTopic> {
  return fc.constantFrom(...topicKinds).map((settings) => ({ ...topic, settings }))
}

/**
 * Not here: what changes records on their way in (`log.message.timestamp.type`), which workloads would take for rot, and
 * what lets the broker forget producers (`producer.id.expiration.ms`), for clocks jump by hours.
 */
const settingValues = {
  'log.segment.bytes': ['200', '1000', '3000'],
  'log.index.interval.bytes': ['0', '50', '2000'],
  'log.index.size.max.bytes': ['8', '24', '1000'],
  'log.roll.ms': ['50', '2000'],
  'log.flush.interval.messages': ['1', '2', '50'],
  'log.flush.interval.ms': ['1', '3000'],
  'log.flush.offset.checkpoint.interval.ms': ['20', '900'],
  'replica.high.watermark.checkpoint.interval.ms': ['20', '900'],
  'fetch.max.bytes': ['1024'],
  'max.incremental.fetch.session.cache.slots': ['0', '2'],
  'connections.max.idle.ms': ['700', '5000'],
} satisfies Readonly<Record<string, readonly string[]>>

/** Some settings changed, others back at their defaults. */
function brokerSettings(settings: Plan['settings']): fc.Arbitrary<Plan['settings']> {
  const values = Object.entries(settingValues).map(([name, texts]) => [name, fc.constantFrom(...texts)] as const)
  const changed = fc.record(Object.fromEntries(values), { requiredKeys: [] })
  return fc.tuple(fc.subarray(Object.entries(settings)), changed).map(([kept, others]) => ({
    ...Object.fromEntries(kept),
    ...others,
    // Clocks of machines differ by more than the default allows.
    'log.message.timestamp.after.max.ms': '9000000000',
  }))
}

function faults(fault: Fault): fc.Arbitrary<Fault> {
  const { after: _, ...first } = fault
  return fc.oneof(
    triggers(fault.trigger).map((trigger) => ({ ...fault, trigger })),
    fc
      .record({ downMs: fc.integer({ min: 0, max: 5000 }), forMs: fc.integer({ min: 1, max: 10_000 }) })
      .map((times) => ({
        ...fault,
        strike: withTimes(fault.strike, times),
      })),
    fc.constant(first),
  )
}

function triggers(trigger: Trigger): fc.Arbitrary<Trigger> {
  if (trigger.on === 'time') return fc.integer({ min: 0, max: 25_000 }).map((atMs) => ({ ...trigger, atMs }))
  return fc.integer({ min: 1, max: 100 }).map((nth) => ({ ...trigger, nth }))
}

function withTimes(strike: Strike, { downMs, forMs }: { downMs: number; forMs: number }): Strike {
  if ('downMs' in strike) return { ...strike, downMs }
  return 'forMs' in strike ? { ...strike, forMs } : strike
}
