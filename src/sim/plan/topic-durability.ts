/** What the settings of a plan promise for a partition, read from the plan alone. */

import { BrokerSettings } from '../../broker/config/broker-settings.ts'
import { type LogConfig, logConfigOf } from '../../broker/config/topic-settings.ts'
import type { Plan } from './plan.ts'

const METADATA = '__cluster_metadata-0'

/** The log configuration of a partition by its directory's name; topics the plan does not name follow the broker. */
export function logConfigIn(plan: Plan): (partition: string) => LogConfig {
  const broker = new BrokerSettings(plan.settings)
  const configs = new Map<string, LogConfig>()
  for (const { name, settings } of plan.topics)
    configs.set(name, logConfigOf(broker, new Map(Object.entries(settings))))
  const otherwise = logConfigOf(broker, new Map())
  return (partition) => configs.get(partition.slice(0, partition.lastIndexOf('-'))) ?? otherwise
}

/** Whether nothing of a partition is answered before it is flushed. */
export function isFlushedBeforeAnswerIn(plan: Plan): (partition: string) => boolean {
  const configOf = logConfigIn(plan)
  return (partition) => partition === METADATA || configOf(partition).flushMessages === 1
}
