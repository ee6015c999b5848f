/** What settings promise for a partition: from the plan, and from the requests that created further topics. */

import { BrokerSettings } from '../../broker/config/broker-settings.ts'
import { type LogConfig, logConfigOf } from '../../broker/config/topic-settings.ts'
import { METADATA_DIRECTORY } from '../../broker/log/log-directory.ts'
import type { Plan } from './plan.ts'

interface CreatedTopic {
  readonly name: string
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

/** The log configuration of a partition by its directory's name. */
export interface LogConfigs {
  (partition: string): LogConfig
  /** Topics that somebody asked to be created; a name is asked for with one set of settings. */
  learn(topics: readonly CreatedTopic[]): void
}

/** Configurations as the plan says; topics that nobody has named settings for follow the broker's. */
export function logConfigsOf(plan: Plan): LogConfigs {
  const broker = new BrokerSettings(plan.settings)
  const configs = new Map<string, LogConfig>()
  for (const { name, settings } of plan.topics)
    configs.set(name, logConfigOf(broker, new Map(Object.entries(settings))))
  const otherwise = logConfigOf(broker, new Map())
  const configOf = (partition: string): LogConfig =>
    configs.get(partition.slice(0, partition.lastIndexOf('-'))) ?? otherwise
  const learn = (topics: readonly CreatedTopic[]): void => {
    for (const { name, configs: set } of topics) {
      const settings = new Map(set.map(({ name: setting, value }) => [setting, value ?? '']))
      if (!configs.has(name)) configs.set(name, logConfigOf(broker, settings))
    }
  }
  return Object.assign(configOf, { learn })
}

/** Whether nothing of a partition is answered before it is flushed. */
export function isFlushedBeforeAnswer(config: LogConfig, partition: string): boolean {
  return partition === METADATA_DIRECTORY || config.flushMessages === 1
}
