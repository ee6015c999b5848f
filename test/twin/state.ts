/** What there is after a sequence: its topics, their settings, their offsets, and every byte in them. */

import { apis } from '../../src/protocol/apis.ts'
import type { Arm } from './arm.ts'
import { normalised } from './normalise.ts'

const TOPIC = 2
const LATEST = -1
const EARLIEST = -2

/** The state of the sequence's topics. */
export async function stateOf(arm: Arm): Promise<unknown> {
  const topics = await arm.topics()
  if (topics.length === 0) return { topics }
  const names = topics.map(({ name }) => name!)
  const { results: settings } = await arm.ask(apis.describeConfigs, 4, {
    resources: names.map((resourceName) => ({ resourceType: TOPIC, resourceName, configurationKeys: null })),
    includeSynonyms: true,
  })
  const [earliest, latest] = [await offsets(arm, topics, EARLIEST), await offsets(arm, topics, LATEST)]
  const start = (topic: string, partition: number): number => {
    const found = earliest.find(({ name }) => name === topic)?.partitions
    return found?.find(({ partitionIndex }) => partitionIndex === partition)?.offset ?? 0
  }
  const { responses: read } = await arm.ask(apis.fetch, 12, {
    ...{ maxWaitMs: 0, minBytes: 0 },
    topics: topics.map(({ name, partitions }) => ({
      topic: name!,
      partitions: partitions.map(({ partitionIndex: partition }) => ({
        ...{ partition, fetchOffset: start(name!, partition), partitionMaxBytes: 1_048_576 },
      })),
    })),
  })
  return normalised({ topics, settings, earliest, latest, read }, arm.known)
}

async function offsets(arm: Arm, topics: Awaited<ReturnType<Arm['topics']>>, timestamp: number) {
  const asked = topics.map(({ name, partitions }) => ({
    name: name!,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, timestamp })),
  }))
  const { topics: found } = await arm.ask(apis.listOffsets, 7, { replicaId: -1, topics: asked })
  return found
}

/** Removes what the sequence has left. */
export async function removeTopics(arm: Arm): Promise<void> {
  const topicNames = (await arm.topics()).map(({ name }) => name!)
  if (topicNames.length > 0) await arm.ask(apis.deleteTopics, 5, { topicNames, timeoutMs: 5_000 })
}
