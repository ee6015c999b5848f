/**
 * The families of things that a plan can do without: faults, operations, topics that nobody uses any more, and
 * everything that is set where a default would do. Leaving one item out disturbs no other, since every draw is keyed by
 * its item; that is what lets items be tried one at a time.
 */

import type { Plan } from '../plan/plan.ts'

/** Items of one kind, each with a key that is unique in its family. */
export interface Family {
  /** Keys of the items that the plan holds, in its order. */
  keys(plan: Plan): readonly string[]
  /** The plan without these items. */
  without(plan: Plan, keys: ReadonlySet<string>): Plan
}

/** Every family, in the order in which shrinking goes through them: what matters most to a reader first. */
export const families: readonly Family[] = [
  {
    keys: (plan) => plan.faults.map(({ id }) => String(id)),
    without: (plan, keys) => ({ ...plan, faults: plan.faults.filter(({ id }) => !keys.has(String(id))) }),
  },
  {
    keys: (plan) => plan.operations.map(({ id }) => String(id)),
    without: (plan, keys) => ({ ...plan, operations: plan.operations.filter(({ id }) => !keys.has(String(id))) }),
  },
  {
    keys: unusedTopics,
    without: (plan, keys) => ({ ...plan, topics: plan.topics.filter(({ name }) => !keys.has(name)) }),
  },
  {
    keys: (plan) => Object.keys(plan.settings),
    without: (plan, keys) => ({ ...plan, settings: omit(plan.settings, keys) }),
  },
  {
    keys: (plan) => plan.topics.flatMap(({ name, settings }) => Object.keys(settings).map((key) => `${name}/${key}`)),
    without: withoutTopicSettings,
  },
  {
    keys: (plan) => Object.keys(plan.network),
    without: (plan, keys) => ({ ...plan, network: omit(plan.network, keys) }),
  },
  {
    keys: (plan) => Object.keys(plan.disk),
    without: (plan, keys) => ({ ...plan, disk: omit(plan.disk, keys) }),
  },
  {
    keys: (plan) => Object.keys(plan.clock),
    without: (plan, keys) => ({ ...plan, clock: omit(plan.clock, keys) }),
  },
]

/** At least one topic stays: a workload reads its topics at the end. */
function unusedTopics(plan: Plan): readonly string[] {
  const used = new Set(plan.operations.map(({ topic }) => topic))
  const unused = plan.topics.map(({ name }) => name).filter((name) => !used.has(name))
  return unused.length === plan.topics.length ? unused.slice(1) : unused
}

function withoutTopicSettings(plan: Plan, keys: ReadonlySet<string>): Plan {
  const topics = plan.topics.map((topic) => {
    const own = Object.keys(topic.settings).filter((key) => keys.has(`${topic.name}/${key}`))
    return { ...topic, settings: omit(topic.settings, new Set(own)) }
  })
  return { ...plan, topics }
}

/** A copy without the keys. Sound for records in which every key is optional. */
function omit<T extends object>(record: T, keys: ReadonlySet<string>): T {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.has(key))) as T
}
