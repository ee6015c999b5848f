/** Topics: made, found, enlarged, removed. */

import fc from 'fast-check'
import type { ApiName, Drawn } from '../request.ts'
import {
  body,
  brokerId,
  flag,
  of,
  oneOf,
  partitionIndex,
  realTopicId,
  some,
  timeoutMs,
  topicName,
  usualTopic,
} from './pools.ts'
import { topicSetting } from './settings.ts'

const settings = oneOf([3, of([])], [2, some(topicSetting)])

const assignment = body({ partitionIndex, brokerIds: oneOf([6, of([1])], [1, some(brokerId)], [1, of([], [1, 1])]) })

const counted = body({
  name: topicName,
  numPartitions: oneOf([8, of(1, 2, 3)], [1, of(-1, 0, -2, 10_001)]),
  replicationFactor: oneOf([8, of(1, -1)], [1, of(0, -2, 2)]),
  assignments: of([]),
  configs: settings,
})

const assigned = body({
  name: topicName,
  numPartitions: oneOf([8, of(-1)], [1, of(1)]),
  replicationFactor: oneOf([8, of(-1)], [1, of(1)]),
  assignments: oneOf([2, of([{ partitionIndex: 0, brokerIds: [1] }])], [3, some(assignment)]),
  configs: settings,
})

/** A topic as most sequences begin with one. */
export const plainTopic = body({
  name: usualTopic,
  numPartitions: of(1, 2, 3),
  replicationFactor: of(1),
  assignments: of([]),
  configs: oneOf([3, of([])], [1, some(topicSetting, 1, 1)]),
})

/** Names that asking for creates: none that is refused for something but itself, for nobody tells of that. */
const creatable = fc.oneof(usualTopic, of('~auto', '', '~a b'))

const namedOrIdentified = oneOf(
  [4, fc.tuple(topicName).map(([name]) => ({ name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }))],
  [4, realTopicId.map((id) => ({ name: null, topicId: id }))],
  [1, fc.tuple(topicName, realTopicId).map(([name, id]) => ({ name, topicId: id }))],
)

const operations = { includeClusterAuthorizedOperations: flag, includeTopicAuthorizedOperations: flag }

const metadata = oneOf(
  [
    6,
    body({
      topics: oneOf([2, some(namedOrIdentified)], [1, of(null)]),
      allowAutoTopicCreation: of(false),
      ...operations,
    }),
  ],
  [
    1,
    body({
      topics: some(creatable.map((name) => ({ name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }))),
      allowAutoTopicCreation: of(true),
      ...operations,
    }),
  ],
)

/** Old versions create whatever is asked for: they ask for names of which nobody must wait in vain. */
const oldMetadata = body({
  topics: some(creatable.map((name) => ({ name }))),
  allowAutoTopicCreation: of(true),
})

export const topicRequests: Partial<Record<ApiName, (version: number) => fc.Arbitrary<Drawn>>> = {
  metadata: (version) => (version < 4 ? oldMetadata : metadata),
  createTopics: () =>
    body({
      topics: some(oneOf([6, counted], [2, assigned], [3, plainTopic]), 3),
      timeoutMs,
      validateOnly: oneOf([5, of(false)], [1, of(true)]),
    }),
  deleteTopics: () => body({ topics: some(namedOrIdentified), topicNames: some(topicName), timeoutMs }),
  createPartitions: () =>
    body({
      topics: some(
        body({
          name: topicName,
          // Not more than fit a batch: Kafka refuses to add them, and has added 10 000 all the same.
          count: oneOf([6, of(2, 3, 4)], [1, of(0, -1, 1)]),
          assignments: oneOf([6, of(null)], [1, some(body({ brokerIds: oneOf([4, of([1])], [1, some(brokerId)]) }))]),
        }),
      ),
      timeoutMs,
      validateOnly: oneOf([4, of(false)], [1, of(true)]),
    }),
  describeTopicPartitions: () =>
    body({
      topics: some(body({ name: topicName.filter((name) => name !== '') }), 3, 1),
      responsePartitionLimit: oneOf([4, of(2000)], [3, of(1, 2, 3)], [1, of(0, -1, 5000)]),
      cursor: oneOf([3, of(null)], [2, body({ topicName, partitionIndex: of(0, 1, 2, 7, -1) })]),
    }),
  // Everything about brokers and features that can be asked without changing what other sequences see.
  describeCluster: () =>
    body({
      includeClusterAuthorizedOperations: flag,
      endpointType: oneOf([4, of(1)], [1, of(2, 0, 3, -1)]),
      includeFencedBrokers: flag,
    }),
}
