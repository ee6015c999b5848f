/**
 * DescribeTopicPartitions (key 75), version 0: topics by name, in pages of partitions. KIP-966.
 *
 * Topics come in the order of their names; a page ends within a topic where it must, and its cursor says where the next
 * one begins. Nobody is refused anything: all operations are authorized.
 */

import { apis } from '../../protocol/apis.ts'
import { ALL_TOPIC_OPERATIONS, NO_AUTHORIZED_OPERATIONS } from '../../protocol/authorized-operations.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type {
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponseInput,
} from '../../protocol/messages/75-describe-topic-partitions.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import { isInternalTopic, topicNameProblem } from '../controller/topic-name.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { PartitionImage } from '../metadata/partition-image.ts'
import type { TopicImage } from '../metadata/topic-table.ts'
import { handler } from './services.ts'

/** Partitions in one answer, at most (Kafka's `max.request.partition.size.limit`). */
const PARTITIONS_MAX = 2000

type TopicAnswer = DescribeTopicPartitionsResponseInput['topics'][number]
type Page = Pick<DescribeTopicPartitionsResponseInput, 'topics' | 'nextCursor'>

export const handleDescribeTopicPartitions = handler(
  apis.describeTopicPartitions,
  ({ image }, _context, request, answer) => {
    const { cursor, topics } = request
    const isMissing = cursor !== null && topics.length > 0 && !topics.some(({ name }) => name === cursor.topicName)
    if (isMissing || (cursor !== null && cursor.partitionIndex < 0)) {
      return answer({
        throttleTimeMs: 0,
        topics: topics.map(({ name }) => ({
          ...failure(errorCode.INVALID_REQUEST, name),
          topicAuthorizedOperations: NO_AUTHORIZED_OPERATIONS,
        })),
      })
    }
    answer({ throttleTimeMs: 0, ...pageOf(image, request) })
  },
)

function pageOf(
  image: MetadataImage,
  { topics, cursor, responsePartitionLimit }: DescribeTopicPartitionsRequest,
): Page {
  const isAll = topics.length === 0
  const named = isAll ? [...image.topics()] : topics
  const from = cursor?.topicName ?? ''
  const names = [...new Set(named.map(({ name }) => name))].filter((name) => name >= from).sort(byName)
  const answers: TopicAnswer[] = []
  let left = Math.max(1, Math.min(responsePartitionLimit, PARTITIONS_MAX))
  for (const name of names) {
    if (left === 0) return { topics: answers, nextCursor: { topicName: name, partitionIndex: 0 } }
    const topic = image.topic(name)
    if (topic === undefined) {
      if (!isAll) answers.push(unknown(name))
      continue
    }
    const first = name === from ? (cursor?.partitionIndex ?? 0) : 0
    const end = Math.min(topic.partitions.length, first + left)
    answers.push(known(image, topic, first, end))
    if (end < topic.partitions.length) return { topics: answers, nextCursor: { topicName: name, partitionIndex: end } }
    left -= Math.max(0, end - first)
  }
  return { topics: answers, nextCursor: null }
}

function known(image: MetadataImage, topic: TopicImage, first: number, end: number): TopicAnswer {
  const { name, id, partitions } = topic
  return {
    ...{ errorCode: errorCode.NONE, name, topicId: id, isInternal: isInternalTopic(name) },
    topicAuthorizedOperations: ALL_TOPIC_OPERATIONS,
    partitions: partitions.slice(first, end).map((partition) => describe(image, partition)),
  }
}

function describe(image: MetadataImage, partition: PartitionImage): TopicAnswer['partitions'][number] {
  const { index, leader, leaderEpoch, replicas, isr, eligibleLeaderReplicas, lastKnownElr } = partition
  const isOffline = (brokerId: number): boolean => image.broker(brokerId)?.fenced ?? true
  return {
    ...{ errorCode: errorCode.NONE, partitionIndex: index, leaderEpoch, replicaNodes: replicas, isrNodes: isr },
    leaderId: isOffline(leader) ? -1 : leader,
    ...{ eligibleLeaderReplicas, lastKnownElr, offlineReplicas: replicas.filter(isOffline) },
  }
}

function unknown(name: string): TopicAnswer {
  const isBad = topicNameProblem(name) !== undefined
  return failure(isBad ? errorCode.INVALID_TOPIC_EXCEPTION : errorCode.UNKNOWN_TOPIC_OR_PARTITION, name)
}

function failure(code: ErrorCode, name: string): TopicAnswer {
  return {
    ...{ errorCode: code, name, topicId: ZERO_UUID, isInternal: isInternalTopic(name), partitions: [] },
    topicAuthorizedOperations: ALL_TOPIC_OPERATIONS,
  }
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
