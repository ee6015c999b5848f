/** How large a plan is: what shrinking makes smaller, and what is told of it. */

import type { Plan } from '../plan/plan.ts'

/** Counts of what a plan holds. */
export interface PlanSize {
  readonly faults: number
  readonly operations: number
  /** Records sent, or polls made, by all operations together. */
  readonly steps: number
  /** Settings that are not left at their defaults: of broker, topics, network, disk and clock. */
  readonly settings: number
}

/** Counts what the plan holds. */
export function planSize(plan: Plan): PlanSize {
  const topicSettings = plan.topics.reduce((sum, topic) => sum + Object.keys(topic.settings).length, 0)
  const records = [plan.settings, plan.network, plan.disk, plan.clock]
  return {
    faults: plan.faults.length,
    operations: plan.operations.length,
    steps: plan.operations.reduce((sum, operation) => sum + operation.count, 0),
    settings: records.reduce((sum, record) => sum + Object.keys(record).length, topicSettings),
  }
}
