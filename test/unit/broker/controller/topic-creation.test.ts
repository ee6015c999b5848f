import { beforeEach, describe, expect, it } from 'vitest'
import { createTopics, type NewTopic, type TopicOutcome } from '../../../../src/broker/controller/topic-creation.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import { ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { ControllerFixture, newTopic } from './controller-fixture.ts'

let cluster: ControllerFixture

beforeEach(async () => {
  cluster = await ControllerFixture.start()
  await cluster.join(1)
  cluster.takeCommitted()
})

const topic = newTopic

const byHand = (...assignments: [number, number[]][]): Partial<NewTopic> => ({
  ...{ numPartitions: -1, replicationFactor: -1 },
  assignments: assignments.map(([partitionIndex, brokerIds]) => ({ partitionIndex, brokerIds })),
})

async function create(topics: readonly NewTopic[], validateOnly = false): Promise<readonly TopicOutcome[]> {
  return cluster.ask<readonly TopicOutcome[]>((done) =>
    createTopics(cluster.controller, { topics, validateOnly }, done),
  )
}

describe('a topic', () => {
  it('is answered once it is committed, with all its records in one batch', async () => {
    const configs = [{ name: 'retention.ms', value: '1000' }]
    const [outcome] = await create([topic('orders', { numPartitions: 2, configs })])
    expect(outcome).toMatchObject({ errorCode: 0, numPartitions: 2, replicationFactor: 1, errorMessage: null })
    expect(outcome!.configs).toEqual(new Map([['retention.ms', '1000']]))
    expect(cluster.takeCommitted()).toMatchObject([
      { type: 'TopicRecord', name: 'orders', topicId: outcome!.topicId },
      { type: 'ConfigRecord', resourceName: 'orders', name: 'retention.ms', value: '1000' },
      { type: 'PartitionRecord', partitionId: 0, replicas: [1], isr: [1], leader: 1, leaderEpoch: 0 },
      { type: 'PartitionRecord', partitionId: 1, replicas: [1], isr: [1], leader: 1, leaderEpoch: 0 },
    ])
    expect(cluster.controller.state.topicNamed('orders')).toBeDefined()
  })

  it('has as many partitions and replicas as the broker’s defaults say where it does not', async () => {
    const [outcome] = await create([topic('orders', { numPartitions: -1, replicationFactor: -1 })])
    expect(outcome).toMatchObject({ errorCode: 0, numPartitions: 3, replicationFactor: 1 })
  })

  it('may have its replicas assigned by hand', async () => {
    const [outcome] = await create([topic('orders', byHand([1, [1]], [0, [1]]))])
    expect(outcome).toMatchObject({ errorCode: 0, numPartitions: 2, replicationFactor: 1 })
  })

  it('that is only validated is not created', async () => {
    const [outcome] = await create([topic('orders')], true)
    expect(outcome).toMatchObject({ errorCode: 0, numPartitions: 1 })
    expect(cluster.controller.state.topicNamed('orders')).toBeUndefined()
    expect(cluster.takeCommitted()).toEqual([])
  })

  it('that is refused does not keep others from being created', async () => {
    const outcomes = await create([topic('bad name'), topic('orders'), topic('t', { numPartitions: 0 })])
    expect(outcomes.map(({ name, errorCode }) => [name, errorName(errorCode)])).toEqual([
      ['bad name', 'INVALID_TOPIC_EXCEPTION'],
      ['orders', 'NONE'],
      ['t', 'INVALID_PARTITIONS'],
    ])
    expect(cluster.controller.state.topicNamed('t')).toBeUndefined()
  })
})

describe('creating a topic is refused', () => {
  const refusals: [string, string, NewTopic][] = [
    ['with a name that is none', 'INVALID_TOPIC_EXCEPTION', topic('a b')],
    ['with the name of the metadata log', 'INVALID_REQUEST', topic('__cluster_metadata')],
    ['with no partitions', 'INVALID_PARTITIONS', topic('t', { numPartitions: 0 })],
    ['with a negative number of partitions', 'INVALID_PARTITIONS', topic('t', { numPartitions: -2 })],
    ['with no replicas', 'INVALID_REPLICATION_FACTOR', topic('t', { replicationFactor: 0 })],
    ['with a negative number of replicas', 'INVALID_REPLICATION_FACTOR', topic('t', { replicationFactor: -2 })],
    ['with more replicas than brokers', 'INVALID_REPLICATION_FACTOR', topic('t', { replicationFactor: 2 })],
    ['with more partitions than fit a batch', 'POLICY_VIOLATION', topic('t', { numPartitions: 10_001 })],
    ['with an unknown setting', 'INVALID_CONFIG', topic('t', { configs: [{ name: 'x', value: '1' }] })],
    ['with a wrong value', 'INVALID_CONFIG', topic('t', { configs: [{ name: 'segment.bytes', value: '1' }] })],
    ['with a setting of null', 'INVALID_CONFIG', topic('t', { configs: [{ name: 'segment.bytes', value: null }] })],
    [
      ...(['with a setting of null that has another value as well', 'INVALID_CONFIG'] as const),
      topic('t', {
        configs: [
          { name: 'retention.ms', value: null },
          { name: 'retention.ms', value: '1000' },
        ],
      }),
    ],
    ['by hand and by number of replicas', 'INVALID_REQUEST', topic('t', { ...byHand([0, [1]]), replicationFactor: 1 })],
    ['by hand and by number of partitions', 'INVALID_REQUEST', topic('t', { ...byHand([0, [1]]), numPartitions: 1 })],
    ['by hand without replicas', 'INVALID_REPLICA_ASSIGNMENT', topic('t', byHand([0, []]))],
    ['by hand with a replica twice', 'INVALID_REPLICA_ASSIGNMENT', topic('t', byHand([0, [1, 1]]))],
    ['by hand on a broker that is not there', 'INVALID_REPLICA_ASSIGNMENT', topic('t', byHand([0, [9]]))],
    ['by hand with a partition twice', 'INVALID_REPLICA_ASSIGNMENT', topic('t', byHand([0, [1]], [0, [1]]))],
    ['by hand with a gap', 'INVALID_REPLICA_ASSIGNMENT', topic('t', byHand([0, [1]], [2, [1]]))],
    ['by hand with a negative partition', 'INVALID_REPLICA_ASSIGNMENT', topic('t', byHand([-1, [1]]))],
  ]

  it.each(refusals)('%s: %s', async (_what, code, refused) => {
    const [outcome] = await create([refused])
    expect(errorName(outcome!.errorCode)).toBe(code)
    expect(outcome).toMatchObject({ topicId: ZERO_UUID, numPartitions: -1, replicationFactor: -1 })
    expect(outcome!.errorMessage).not.toBeNull()
    expect(cluster.takeCommitted()).toEqual([])
  })

  it('where it exists', async () => {
    await create([topic('orders')])
    const [outcome] = await create([topic('orders')])
    expect(errorName(outcome!.errorCode)).toBe('TOPIC_ALREADY_EXISTS')
  })

  it('where its name collides with that of another', async () => {
    await create([topic('orders.eu')])
    const [outcome] = await create([topic('orders_eu')])
    expect(errorName(outcome!.errorCode)).toBe('INVALID_TOPIC_EXCEPTION')
    expect(outcome!.errorMessage).toContain('orders.eu')
  })

  it('but not where both are created by one request; each is in the way of a third then', async () => {
    const outcomes = await create([topic('orders.eu'), topic('orders_eu')])
    expect(outcomes.map(({ errorCode }) => errorName(errorCode))).toEqual(['NONE', 'NONE'])
    const [third] = await create([topic('orders.eu', { numPartitions: 2 })])
    expect(errorName(third!.errorCode)).toBe('TOPIC_ALREADY_EXISTS')
  })

  it('where it is named twice in one request, which is answered once', async () => {
    const outcomes = await create([topic('orders'), topic('other'), topic('orders')])
    expect(outcomes.map(({ name, errorCode }) => [name, errorName(errorCode)])).toEqual([
      ['orders', 'INVALID_REQUEST'],
      ['other', 'NONE'],
    ])
  })

  it('where all topics of a request have more partitions than fit a batch', async () => {
    const outcomes = await create([topic('a', { numPartitions: 9000 }), topic('b', { numPartitions: 9000 })])
    expect(outcomes.map(({ errorCode }) => errorName(errorCode))).toEqual(['POLICY_VIOLATION', 'POLICY_VIOLATION'])
    expect(cluster.controller.state.topicNamed('a')).toBeUndefined()
  })

  it('where the disk is full', async () => {
    cluster.machine.node.disk.capacityBytes = 0
    const [outcome] = await create([topic('orders')])
    expect(errorName(outcome!.errorCode)).toBe('KAFKA_STORAGE_ERROR')
    expect(cluster.controller.state.topicNamed('orders')).toBeUndefined()
  })
})
