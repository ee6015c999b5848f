/**
 * The matchers: what a cluster holds, who leads, whether a simulated run kept its promises.
 *
 * Those of a cluster ask it over the wire, so they are awaited. Each looks once, or with `withinMs` again and again until it
 * holds; with `.not`, until it does not. Not here yet: `toHaveNoLag`, which needs consumer groups.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { Cluster } from '../cluster/cluster.ts'
import type { RunResult } from '../sim/run/verdict.ts'
import { type Equals, type ExpectedRecord, shownAs, wanted } from './expected-record.ts'
import { pairUp } from './pair-up.ts'

/** How long a matcher waits. */
export interface Patience {
  /** In ms of real time. Default 0: it looks once. */
  readonly withinMs?: number
}

/** What `expect` gets from `import 'samsa/vitest'`. */
export interface SamsaMatchers<Result = unknown> {
  /** The cluster has this topic, with so many partitions if a number is given. To be awaited. */
  toHaveTopic(name: string, options?: Patience & { readonly partitions?: number }): Promise<Result>
  /**
   * The topic holds these records and no others: in this order where it has one partition, in any order where it has
   * several, for nothing orders records of different partitions. To be awaited.
   */
  toHaveRecords(topic: string, expected: readonly ExpectedRecord[], options?: Patience): Promise<Result>
  /** The partition is led by a broker that runs; by this one, if its id is given. To be awaited. */
  toHaveLeader(topic: string, partition: number, options?: Patience & { readonly broker?: number }): Promise<Result>
  /** A simulated run broke no promise. */
  toHold(): Result
}

interface Verdict {
  readonly pass: boolean
  readonly message: () => string
  readonly actual?: unknown
  readonly expected?: unknown
}

/** What vitest tells a matcher. */
interface MatcherState {
  readonly isNot: boolean
  readonly equals: Equals
}

const ROUND_MS = 20

/** For `expect.extend`. */
export const samsaMatchers = {
  toHaveTopic(this: MatcherState, received: unknown, name: string, options: Patience & { partitions?: number } = {}) {
    return patiently(this, options, async () => {
      const topics = await clusterOf(received, 'toHaveTopic').topics()
      const found = topics.find((topic) => topic.name === name)?.partitions.length
      const { partitions } = options
      const wish = `a topic ${name}${partitions === undefined ? '' : ` of ${partitions} partitions`}`
      const sight = found === undefined ? `there are: ${listed(topics.map((topic) => topic.name))}` : `it has ${found}`
      const pass = found !== undefined && (partitions === undefined || found === partitions)
      return { pass, message: () => `the cluster ${wasExpected(this)} ${wish}; ${sight}` }
    })
  },

  toHaveRecords(
    this: MatcherState,
    received: unknown,
    topic: string,
    expected: readonly ExpectedRecord[],
    options: Patience = {},
  ) {
    const { equals } = this
    return patiently(this, options, async () => {
      const cluster = clusterOf(received, 'toHaveRecords')
      const records = await cluster.records(topic)
      const partitions = (await cluster.topics()).find(({ name }) => name === topic)?.partitions.length ?? 1
      const pairs = pairUp(records, expected, equals, partitions === 1)
      const isAll = pairs.every((index) => index !== undefined)
      return {
        pass: isAll && records.length === expected.length,
        message: () =>
          `the topic ${topic} ${wasExpected(this)} these ${expected.length} records; ${records.length} lie there`,
        actual: records.map((record, index) => shownAs(record, expected[pairs.indexOf(index)] ?? expected[index])),
        expected: expected.map(wanted),
      }
    })
  },

  toHaveLeader(
    this: MatcherState,
    received: unknown,
    topic: string,
    partition: number,
    options: Patience & { broker?: number } = {},
  ) {
    return patiently(this, options, async () => {
      const cluster = clusterOf(received, 'toHaveLeader')
      const found = (await cluster.topics()).find(({ name }) => name === topic)
      const leader = found?.partitions.find((each) => each.partition === partition)?.leader ?? -1
      const isUp = cluster.brokers.some(({ id, isRunning }) => id === leader && isRunning)
      const { broker } = options
      const whom = broker === undefined ? 'a leader that runs' : `broker ${broker} as its leader`
      const sight = isUp ? `it is broker ${leader}` : leader < 0 ? 'there is none' : `broker ${leader} does not run`
      return {
        pass: isUp && (broker === undefined || broker === leader),
        message: () => `${topic}-${partition} ${wasExpected(this)} ${whom}; ${sight}`,
      }
    })
  },

  toHold(this: MatcherState, received: unknown): Verdict {
    const { violations } = received as RunResult
    if (!Array.isArray(violations)) throw new TypeError('toHold() is about what simulate() resolves to')
    const [first] = violations as RunResult['violations']
    const sight = first === undefined ? 'none was broken' : `${first.invariant}: ${first.message}`
    return {
      pass: first === undefined,
      message: () => `the run was expected to ${this.isNot ? 'break a promise' : 'keep every promise'}; ${sight}`,
    }
  },
}

/** Looks until the verdict is what is wished for, or the patience is at its end. */
async function patiently(
  { isNot }: MatcherState,
  { withinMs = 0 }: Patience,
  look: () => Promise<Verdict>,
): Promise<Verdict> {
  const untilMs = performance.now() + withinMs
  for (;;) {
    const verdict = await look()
    if (verdict.pass !== isNot || performance.now() >= untilMs) return verdict
    await pause(ROUND_MS)
  }
}

function clusterOf(received: unknown, matcher: string): Cluster {
  // Not by its class: a test framework may load a module twice.
  const isCluster = typeof received === 'object' && received !== null && 'records' in received && 'topics' in received
  if (isCluster) return received as Cluster
  throw new TypeError(`${matcher}() is about a cluster that startCluster() has started`)
}

function wasExpected({ isNot }: MatcherState): string {
  return isNot ? 'was expected not to have' : 'was expected to have'
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}
