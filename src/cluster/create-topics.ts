/** Topics as tests ask for them, created and waited for. */

import type { Client } from '../client/client.ts'
import { ClusterError } from './cluster-error.ts'

/** How a topic is to be. */
export interface TopicOptions {
  /** Default: the broker's `num.partitions`, 1. */
  readonly partitions?: number
  /** Default: the broker's `default.replication.factor`, 1. */
  readonly replicationFactor?: number
  /** Configurations by Kafka's names: `{ 'retention.ms': '3600000' }`. */
  readonly configs?: Readonly<Record<string, string>>
}

/** Names alone, or names and how the topics are to be. */
export type TopicsToCreate = readonly string[] | Readonly<Record<string, TopicOptions>>

const EXISTS = 'TOPIC_ALREADY_EXISTS'

/** Resolves after so many milliseconds. */
type Pause = (ms: number) => Promise<void>

/** Creates what is not there yet; resolves when every partition has a leader that serves it. @throws {ClusterError} */
export async function createTopics(client: Client, topics: TopicsToCreate, pause: Pause): Promise<void> {
  const options: Readonly<Record<string, TopicOptions>> = Array.isArray(topics)
    ? Object.fromEntries((topics as readonly string[]).map((name) => [name, {}]))
    : (topics as Readonly<Record<string, TopicOptions>>)
  const names = Object.keys(options)
  if (names.length === 0) return
  const wanted = names.map((name) => {
    const { partitions = -1, replicationFactor = -1, configs = {} } = options[name]!
    return { name, numPartitions: partitions, replicationFactor, configs }
  })
  for (const outcome of await client.createTopics(wanted)) {
    if (outcome.kind === 'failed' && outcome.error !== EXISTS) {
      throw new ClusterError(`the topic ${outcome.name} could not be created: ${outcome.message}`)
    }
  }
  await whenServed(client, names, pause)
}

/** How often it is looked whether topics are served, and how long between two looks, in ms. */
const ROUNDS_MAX = 500
const ROUND_MS = 10

/** One round where there is one broker; another broker learns of a topic a little later. */
async function whenServed(client: Client, names: readonly string[], pause: Pause): Promise<void> {
  let why = 'they are not known'
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const described = await client.describeTopics(names)
    if (described.kind === 'ok') {
      if (described.value.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return
      why = 'a partition has no leader'
    } else why = described.message
    await pause(ROUND_MS)
  }
  throw new ClusterError(`the topics ${names.join(', ')} were created and cannot be used: ${why}`)
}
