/**
 * Metadata (key 3), versions 0 to 13: brokers, topics, partitions and their leaders.
 *
 * All topics: an empty list in version 0, null from 1 on. By id from version 10 (KIP-516). Asking for an unknown topic by
 * name creates it where the broker's setting and, from version 4, the request allow it; the answer says that it is not
 * known, and the client asks again. Left out: authorized operations, racks.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { MetadataRequest, MetadataResponseInput } from '../../protocol/messages/03-metadata.ts'
import { type Uuid, ZERO_UUID } from '../../protocol/uuid.ts'
import { createTopics } from '../controller/topic-creation.ts'
import { topicNameProblem } from '../controller/topic-name.ts'
import type { TopicImage } from '../metadata/topic-table.ts'
import { handler, type Services } from './services.ts'

type TopicAnswer = MetadataResponseInput['topics'][number]

export const handleMetadata = handler(apis.metadata, (services, { apiVersion }, request, answer) => {
  const { clusterId, nodeId, address } = services
  const topics = topicsAsked(services, apiVersion, request)
  const unknown = topics.filter((topic): topic is string => typeof topic === 'string')
  if (services.settings.value('auto.create.topics.enable') && (apiVersion < 4 || request.allowAutoTopicCreation)) {
    autoCreate(services, unknown)
  }
  answer({
    brokers: [{ nodeId, host: address.host, port: address.port }],
    clusterId,
    controllerId: nodeId,
    topics: topics.map((topic) => (typeof topic === 'string' ? unknownName(topic) : topic)),
  })
})

/** The answers for topics that can be answered now; names that are not known stay names. */
function topicsAsked(services: Services, apiVersion: number, request: MetadataRequest): (TopicAnswer | string)[] {
  const { image } = services
  const isAll = request.topics === null || (apiVersion === 0 && request.topics.length === 0)
  if (isAll) return [...image.topics()].map((topic) => known(services, topic))
  const asked = new Map(request.topics!.map((topic) => [`${topic.name}/${topic.topicId}`, topic]))
  return [...asked.values()].map(({ name, topicId }) => {
    if (name === null || topicId !== ZERO_UUID) {
      const topic = image.topicById(topicId)
      return topic === undefined ? unknownId(topicId) : known(services, topic)
    }
    const topic = image.topic(name)
    return topic === undefined ? name : known(services, topic)
  })
}

function known({ partitions: here, nodeId }: Services, topic: TopicImage): TopicAnswer {
  return {
    errorCode: errorCode.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: false,
    partitions: topic.partitions.map(({ index, leader, leaderEpoch, replicas, isr }) => {
      // Only of its own partitions does this broker know that they are committed and not served yet.
      const isServed = leader === nodeId ? here.get(topic.name, index) !== undefined : leader >= 0
      return {
        errorCode: isServed ? errorCode.NONE : errorCode.LEADER_NOT_AVAILABLE,
        partitionIndex: index,
        leaderId: isServed ? leader : -1,
        leaderEpoch,
        replicaNodes: [...replicas],
        isrNodes: [...isr],
        offlineReplicas: isServed || leader < 0 ? [] : [leader],
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

/** Creates topics with the broker's defaults. Nobody waits: the client asks until they are there. */
function autoCreate(services: Services, names: readonly string[]): void {
  const { controller, settings, world } = services
  const creatable = names.filter((name) => topicNameProblem(name) === undefined && !controller.hasTopic(name))
  if (creatable.length === 0) return
  const topics = creatable.map((name) => ({
    ...{ name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] },
  }))
  createTopics({ controller, settings, random: world.random }, topics, false, () => undefined)
}
