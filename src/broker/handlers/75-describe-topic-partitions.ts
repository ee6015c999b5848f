/**
 * DescribeTopicPartitions (key 75), version 0: topics by name, in pages of partitions. KIP-966.
 *
 * Topics come in the order of their names; a page ends within a topic where it must, and its cursor says where the next
 * one begins. Left out: authorized operations.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type {
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponseInput,
} from '../../protocol/messages/75-describe-topic-partitions.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import type { ClusterState, TopicState } from '../controller/cluster-state.ts'
import type { PartitionState } from '../controller/partition-state.ts'
import { isInternalTopic, topicNameProblem } from '../controller/topic-name.ts'
import { handler } from './services.ts'

/** Partitions in one answer, at most (Kafka's `max.request.partition.size.limit`). */
const PARTITIONS_MAX = 2000

type TopicAnswer = DescribeTopicPartitionsResponseInput['topics'][number]
type Page = Pick<DescribeTopicPartitionsResponseInput, 'topics' | 'nextCursor'>

export const handleDescribeTopicPartitions = handler(
  apis.describeTopicPartitions,
  ({ controller }, _context, request, answer) => {
    const { cursor, topics } = request
    const isMissing = cursor !== null && topics.length > 0 && !topics.some(({ name }) => name === cursor.topicName)
    if (isMissing || (cursor !== null && cursor.partitionIndex < 0)) {
      return answer({ throttleTimeMs: 0, topics: topics.map(({ name }) => failure(errorCode.INVALID_REQUEST, name)) })
    }
    controller.readCommitted(
      (state) => pageOf(state, request),
      (page) => answer({ throttleTimeMs: 0, ...page }),
    )
  },
)

function pageOf(state: ClusterState, { topics, cursor, responsePartitionLimit }: DescribeTopicPartitionsRequest): Page {
  const isAll = topics.length === 0
  const named = isAll ? [...state.topics()] : topics
  const from = cursor?.topicName ?? ''
  const names = [...new Set(named.map(({ name }) => name))].filter((name) => name >= from).sort(byName)
  const answers: TopicAnswer[] = []
  let left = Math.max(1, Math.min(responsePartitionLimit, PARTITIONS_MAX))
  for (const name of names) {
    if (left === 0) return { topics: answers, nextCursor: { topicName: name, partitionIndex: 0 } }
    const topic = state.topicNamed(name)
    if (topic === undefined) {
      if (!isAll) answers.push(unknown(name))
      continue
    }
    const first = name === from ? (cursor?.partitionIndex ?? 0) : 0
    const end = Math.min(topic.partitionCount, first + left)
    answers.push(known(state, topic, first, end))
    if (end < topic.partitionCount) return { topics: answers, nextCursor: { topicName: name, partitionIndex: end } }
    left -= Math.max(0, end - first)
  }
  return { topics: answers, nextCursor: null }
}

function known(state: ClusterState, { name, id, partitionCount }: TopicState, first: number, end: number): TopicAnswer {
  const indexes = Array.from({ length: partitionCount }, (_, index) => index).slice(first, end)
  return {
    ...{ errorCode: errorCode.NONE, name, topicId: id, isInternal: isInternalTopic(name) },
    partitions: indexes.map((index) => describe(state, state.partition(id, index)!)),
  }
}

function describe(state: ClusterState, partition: PartitionState): TopicAnswer['partitions'][number] {
  const { index, leader, leaderEpoch, replicas, isr, eligibleLeaderReplicas, lastKnownElr } = partition
  const isOffline = (brokerId: number): boolean => state.broker(brokerId)?.fenced ?? true
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
  return { errorCode: code, name, topicId: ZERO_UUID, isInternal: isInternalTopic(name), partitions: [] }
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
