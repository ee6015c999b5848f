/**
 * S7, of what is shown: a broker that has applied everything committed, since before it was asked, shows just that: every
 * topic and no other, with its partitions as they are, and the settings of each. The broker's own fold of the records is
 * what is judged, by the other one in `cluster-state.ts`. Sources: KIP-500, KIP-631.
 */

import { apis } from '../../../protocol/apis.ts'
import { errorCode } from '../../../protocol/errors.ts'
import type { MetadataRequest, MetadataResponse } from '../../../protocol/messages/03-metadata.ts'
import type { DescribeConfigsRequest, DescribeConfigsResponse } from '../../../protocol/messages/32-describe-configs.ts'
import type { SeenResponse } from '../../run/wire-tap.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'
import { RESOURCE_TOPIC } from './cluster-state.ts'

/** Kafka's number of the source of a setting that is a topic's own. */
const DYNAMIC_TOPIC = 1

export function shownAsCommitted(): ClusterInvariant {
  /** When the image of each node was last told to have changed. */
  const changedUs = new Map<number, number>()
  return {
    name: 'S7 shown as committed',
    source: 'KIP-500; KIP-631',
    onEvent({ nowUs }, node, event) {
      if (event.type === 'ImageApplied') changedUs.set(node, nowUs())
    },
    onResponse(judged, response) {
      const { server, atUs, api } = response.request
      if (api !== apis.metadata && api !== apis.describeConfigs) return
      if (judged.quorum.imageAt(server) !== judged.committed.endOffset) return
      if ((changedUs.get(server) ?? Number.MAX_SAFE_INTEGER) >= atUs) return
      const wrong = api === apis.metadata ? wrongTopics(judged, response) : wrongSettings(judged, response)
      if (wrong !== undefined) judged.broken(`node ${server} knows all that is committed, and shows ${wrong}`)
    },
  }
}

/** In words; undefined where nothing is wrong. */
function wrongTopics({ state }: ClusterJudged, { request, body }: SeenResponse): string | undefined {
  const { topics } = body as MetadataResponse
  if ((request.body as MetadataRequest).topics === null) {
    const shown = new Set(topics.map(({ topicId }) => topicId))
    const missing = [...state.topics].find(([id]) => !shown.has(id) && request.version >= 10)
    if (missing !== undefined) return `no topic ${missing[1]}`
    if (topics.length !== state.topics.size) return `${topics.length} topics of ${state.topics.size}`
  }
  for (const { errorCode: code, name, topicId, partitions } of topics) {
    if (code !== errorCode.NONE || request.version < 10) continue
    if (state.topics.get(topicId) !== name) return `topic ${name} with the id ${topicId}`
    const odd = partitions.find((partition) => !isAsCommitted(state, topicId, partition))
    if (odd !== undefined) return `partition ${name}-${odd.partitionIndex} as ${JSON.stringify(odd)}`
    if (state.hasPartition(topicId, partitions.length)) return `${partitions.length} partitions of topic ${name}`
  }
  return undefined
}

type State = ClusterJudged['state']
type ShownPartition = MetadataResponse['topics'][number]['partitions'][number]

/** A leader that is away, or does not serve the partition yet, is not shown. */
function isAsCommitted(state: State, topicId: string, shown: ShownPartition): boolean {
  const partition = state.partitions.get(`${topicId}/${shown.partitionIndex}`)
  if (partition === undefined) return false
  const { leader, leaderEpoch, replicas, isr } = partition
  const isLeader = shown.leaderId === leader || shown.leaderId === -1
  return (
    isLeader && shown.leaderEpoch === leaderEpoch && isSame(shown.replicaNodes, replicas) && isSame(shown.isrNodes, isr)
  )
}

function isSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index])
}

function wrongSettings({ state }: ClusterJudged, { request, body }: SeenResponse): string | undefined {
  for (const { errorCode: code, resourceType, resourceName: topic, configs } of (body as DescribeConfigsResponse)
    .results) {
    if (code !== errorCode.NONE || resourceType !== RESOURCE_TOPIC) continue
    const { configurationKeys: keys } = (request.body as DescribeConfigsRequest).resources.find(
      (asked) => asked.resourceType === resourceType && asked.resourceName === topic,
    )!
    const committed = state.configsOf(topic)
    const own = configs.filter(({ configSource }) => configSource === DYNAMIC_TOPIC)
    const odd = own.find(({ name, value }) => committed.get(name) !== value)
    if (odd !== undefined) return `${odd.name} of topic ${topic} as ${odd.value}, not ${committed.get(odd.name)}`
    const expected = [...committed.keys()].filter((name) => keys === null || keys.includes(name))
    if (own.length !== expected.length) return `${own.length} settings of topic ${topic}, not ${expected.join(', ')}`
  }
  return undefined
}
