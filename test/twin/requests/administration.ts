/** What administrators ask of partitions and of brokers: records deleted, epochs, directories, producers, leaders, moves. */

import type fc from 'fast-check'
import type { ApiName, Drawn } from '../request.ts'
import { body, leaderEpoch, of, oneOf, partitionIndex, some, timeoutMs, topicName } from './pools.ts'

/** Partitions of topics, in arrays that are named as each API names them; now and then one that names nothing. */
function partitionsOf(topic: string, partitions: string, each = partitionIndex): fc.Arbitrary<Drawn> {
  return body({ [topic]: topicName, [partitions]: some(each) })
}

/** Those, or all of them. */
function orAll(topics: fc.Arbitrary<Drawn>): fc.Arbitrary<Drawn> {
  return oneOf([6, some(topics)], [1, of(null)])
}

const logDirectory = oneOf([6, of({ $: 'log directory' })], [1, of('/no/such/directory', '', 'relative')])

const replicas = oneOf([4, of([1])], [2, of(null)], [2, of([], [2], [1, 2], [2, 1], [1, 1], [-1], [1, -1])])

export const administrationRequests: Partial<Record<ApiName, fc.Arbitrary<Drawn>>> = {
  deleteRecords: body({
    topics: some(
      partitionsOf(
        'name',
        'partitions',
        body({ partitionIndex, offset: oneOf([6, of(-1, 0, 1, 2, 3)], [1, of(4, 5, 100, -2, -100)]) }),
      ),
    ),
    timeoutMs,
  }),
  offsetForLeaderEpoch: body({
    replicaId: oneOf([4, of(-1)], [1, of(-2, 1, 7)]),
    topics: some(
      partitionsOf(
        'topic',
        'partitions',
        body({
          partition: partitionIndex,
          currentLeaderEpoch: leaderEpoch,
          leaderEpoch: oneOf([4, of(0)], [2, of(-1, 1, 7, -2, 2 ** 31 - 1)]),
        }),
      ),
    ),
  }),
  alterReplicaLogDirs: body({
    dirs: some(body({ path: logDirectory, topics: some(partitionsOf('name', 'partitions')) }), 2),
  }),
  describeLogDirs: body({ topics: orAll(partitionsOf('topic', 'partitions')) }),
  describeProducers: body({ topics: some(partitionsOf('name', 'partitionIndexes')) }),
  electLeaders: body({
    electionType: of(0, 1),
    topicPartitions: orAll(partitionsOf('topic', 'partitions')),
    timeoutMs,
  }),
  alterPartitionReassignments: body({
    timeoutMs,
    allowReplicationFactorChange: of(true, false),
    topics: some(partitionsOf('name', 'partitions', body({ partitionIndex, replicas }))),
  }),
  listPartitionReassignments: body({ timeoutMs, topics: orAll(partitionsOf('name', 'partitionIndexes')) }),
  // Brokers that there are not: the one that there is has sequences beside this one.
  unregisterBroker: body({ brokerId: of(0, 2, -1, 2 ** 31 - 1) }),
}
