import { describe, expect, test } from 'vitest'
import { generatePlan } from '../../../../src/sim/plan/generate.ts'
import type { Plan } from '../../../../src/sim/plan/plan.ts'
import { isFlushedBeforeAnswer, logConfigsOf } from '../../../../src/sim/plan/topic-durability.ts'

const plan: Plan = {
  ...generatePlan(1),
  settings: { 'log.flush.interval.messages': '1' },
  topics: [
    { name: 'as-the-broker', partitions: 2, settings: {} },
    { name: 'with-a-dash-1', partitions: 1, settings: { 'flush.messages': '9' } },
  ],
}

describe('what is flushed before it is answered', () => {
  const isFlushed = (of: Plan, partition: string) => isFlushedBeforeAnswer(logConfigsOf(of)(partition), partition)

  test('is the metadata log always, and a topic where it, or else the broker, says 1', () => {
    const defaults = { ...plan, settings: {} }
    expect(isFlushed(defaults, '__cluster_metadata-0')).toBe(true)
    expect(isFlushed(defaults, 'as-the-broker-0')).toBe(false)
    expect(isFlushed(plan, 'as-the-broker-1')).toBe(true)
    expect(isFlushed(plan, 'with-a-dash-1-0')).toBe(false)
  })

  test('of a topic made during the run is what its creation asked for; the first to name it counts', () => {
    const configs = logConfigsOf(plan)
    expect(configs('later-0').flushMessages).toBe(1)
    configs.learn([{ name: 'later', configs: [{ name: 'flush.messages', value: '5' }] }])
    configs.learn([{ name: 'later', configs: [] }])
    configs.learn([{ name: 'as-the-broker', configs: [{ name: 'flush.messages', value: '5' }] }])
    expect([configs('later-0').flushMessages, configs('as-the-broker-0').flushMessages]).toEqual([5, 1])
  })
})
