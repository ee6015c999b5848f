/**
 * Metadata (key 3), versions 0 to 13: brokers, topics, partitions and their leaders.
 *
 * All topics: an empty list in version 0, null from 1 on. By id from version 10 (KIP-516). Asking for an unknown topic by
 * name creates it where the broker's setting and, from version 4, the request allow it; the answer says that it is not
 * known, and the client asks again. Left out: racks.
 */

import { apis } from '../../protocol/apis.ts'
import { ALL_CLUSTER_OPERATIONS, ALL_TOPIC_OPERATIONS } from '../../protocol/authorized-operations.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { MetadataRequest, MetadataResponseInput } from '../../protocol/messages/03-metadata.ts'
import { type Uuid, ZERO_UUID } from '../../protocol/uuid.ts'
import { topicNameProblem } from '../controller/topic-name.ts'
import type { TopicImage } from '../metadata/topic-table.ts'
import { handler, type Services } from './services.ts'

type TopicAnswer = MetadataResponseInput['topics'][number]

/** Requests have had topic ids since version 10, and mean something by them since this one (KIP-516). */
const TOPIC_IDS_SINCE = 12

export const handleMetadata = handler(apis.metadata, (services, { apiVersion }, request, answer) => {
  const { clusterId, nodeId } = services
  const refused = namedWrongly(apiVersion, request)
  if (refused !== undefined) return answer({ brokers: [], topics: refused })
  const topics = topicsAsked(services, apiVersion, request)
  const unknown = topics.filter((topic): topic is string => typeof topic === 'string')
  if (services.settings.value('auto.create.topics.enable') && (apiVersion < 4 || request.allowAutoTopicCreation)) {
    autoCreate(services, unknown)
  }
  answer({
    brokers: liveBrokers(services),
    clusterId,
    controllerId: nodeId,
    topics: topics.map((topic) =>
      withOperations(typeof topic === 'string' ? unknownName(topic) : topic, request.includeTopicAuthorizedOperations),
    ),
    ...(apiVersion >= 8 && apiVersion <= 10 && request.includeClusterAuthorizedOperations
      ? { clusterAuthorizedOperations: ALL_CLUSTER_OPERATIONS }
      : {}),
  })
})

/**
 * The answer to a request that names a topic by its id alone before version 12, which has ids in its form and does not
 * take them yet: nothing but errors.
 */
function namedWrongly(apiVersion: number, { topics }: MetadataRequest): TopicAnswer[] | undefined {
  if (apiVersion >= TOPIC_IDS_SINCE || topics === null) return undefined
  if (topics.every(({ name, topicId }) => name !== null && topicId === ZERO_UUID)) return undefined
  return topics.map(({ name, topicId }) => failure(errorCode.INVALID_REQUEST, name ?? '', topicId))
}

/** Nobody is refused anything: who asks for the operations that are authorized is told all there are. */
function withOperations(topic: TopicAnswer, isAsked: boolean): TopicAnswer {
  return isAsked && topic.name !== null ? { ...topic, topicAuthorizedOperations: ALL_TOPIC_OPERATIONS } : topic
}

/** The answers for topics that can be answered now; names that are not known stay names. */
function topicsAsked(services: Services, apiVersion: number, request: MetadataRequest): (TopicAnswer | string)[] {
  const { image } = services
  const isAll = request.topics === null || (apiVersion === 0 && request.topics.length === 0)
  if (isAll) return [...image.topics()].map((topic) => known(services, topic))
  // Who names one topic by its id names all of them so; names beside it are not looked at.
  const byId = request.topics!.filter(({ topicId }) => topicId !== ZERO_UUID)
  if (byId.length > 0) return [...new Set(byId.map(({ topicId }) => topicId))].map((id) => knownById(services, id))
  const asked = new Map(request.topics!.map((topic) => [`${topic.name}/${topic.topicId}`, topic]))
  return [...asked.values()].map(({ name, topicId }) => {
    if (name === null) return unknownId(topicId)
    const topic = image.topic(name)
    return topic === undefined ? name : known(services, topic)
  })
}

function knownById(services: Services, topicId: Uuid): TopicAnswer {
  const topic = services.image.topicById(topicId)
  return topic === undefined ? unknownId(topicId) : known(services, topic)
}

function known({ partitions: here, nodeId, image }: Services, topic: TopicImage): TopicAnswer {
  const isDown = (id: number): boolean => image.broker(id)?.fenced !== false
  return {
    errorCode: errorCode.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: false,
    partitions: topic.partitions.map(({ index, leader, leaderEpoch, replicas, isr }) => {
      // Only of its own partitions does this broker know that they are committed and not served yet.
      const isServed = leader === nodeId ? here.get(topic.name, index) !== undefined : leader >= 0 && !isDown(leader)
      return {
        errorCode: isServed ? errorCode.NONE : errorCode.LEADER_NOT_AVAILABLE,
        partitionIndex: index,
        leaderId: isServed ? leader : -1,
        leaderEpoch,
        replicaNodes: [...replicas],
        isrNodes: [...isr],
        offlineReplicas: replicas.filter(isDown),
      }
    }),
  }
}

function unknownName(name: string): TopicAnswer {
  const isBad = topicNameProblem(name) !== undefined
  return failure(isBad ? errorCode.INVALID_TOPIC_EXCEPTION : errorCode.UNKNOWN_TOPIC_OR_PARTITION, name, ZERO_UUID)
}

function unknownId(topicId: Uuid): TopicAnswer {
  return failure(errorCode.UNKNOWN_TOPIC_ID, null, topicId)
}

function failure(code: ErrorCode, name: string | null, topicId: Uuid): TopicAnswer {
  return { errorCode: code, name, topicId, isInternal: false, partitions: [] }
}

/** Brokers that are not fenced, with where they listen. */
function liveBrokers({ image }: Services): MetadataResponseInput['brokers'] {
  return [...image.brokers()].flatMap(({ brokerId, fenced, endPoints, rack }) => {
    const endpoint = endPoints[0]
    return fenced || endpoint === undefined
      ? []
      : [{ nodeId: brokerId, host: endpoint.host, port: endpoint.port, rack }]
  })
}

/** Creates topics with the controller's defaults. Nobody waits: the client asks until they are there. */
function autoCreate({ channel }: Services, names: readonly string[]): void {
  const creatable = names.filter((name) => topicNameProblem(name) === undefined)
  if (creatable.length === 0 || channel.pending >= AUTO_CREATIONS_MAX) return
  const topics = creatable.map((name) => ({
    ...{ name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] },
  }))
  channel.request(
    apis.createTopics,
    { topics, timeoutMs: AUTO_CREATE_MS, validateOnly: false },
    AUTO_CREATE_MS,
    () => undefined,
  )
}

/** How long a broker tries to create topics for somebody who asked for them, in ms, and for how many at a time. */
const AUTO_CREATE_MS = 30_000
const AUTO_CREATIONS_MAX = 100
