import { beforeEach, describe, expect, it } from 'vitest'
import {
  createPartitions,
  type NewPartitions,
  type PartitionsOutcome,
} from '../../../../src/broker/controller/partition-creation.ts'
import { createTopics, type NewTopic, type TopicOutcome } from '../../../../src/broker/controller/topic-creation.ts'
import {
  type DeletionOutcome,
  deleteTopics,
  type TopicToDelete,
} from '../../../../src/broker/controller/topic-deletion.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import { type Uuid, ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { assigned, ControllerFixture, newTopic, uuidOf } from './controller-fixture.ts'

let cluster: ControllerFixture

beforeEach(async () => {
  cluster = await ControllerFixture.start()
  await cluster.join(1, 2, 3)
})

const named = (name: string): TopicToDelete => ({ name, topicId: ZERO_UUID })
const withId = (topicId: Uuid): TopicToDelete => ({ name: null, topicId })

describe('a topic on several brokers', () => {
  it('has its replicas on different ones, each in the one directory of its broker', async () => {
    await cluster.create(newTopic('t', { numPartitions: 6, replicationFactor: 2 }))
    for (let index = 0; index < 6; index++) {
      const { replicas, isr, leader, directories } = cluster.partition('t', index)
      expect(new Set(replicas).size).toBe(2)
      expect([isr, leader]).toEqual([replicas, replicas[0]])
      expect(directories).toEqual(replicas.map((id) => uuidOf(1000 + id)))
    }
  })

  it('has no directory yet on a broker with several', async () => {
    await cluster.register({ brokerId: 4, logDirs: [uuidOf(50), uuidOf(51)] })
    await cluster.heartbeat(4)
    await cluster.create(assigned('t', [4]))
    expect(cluster.partition('t').directories).toEqual(['AAAAAAAAAAAAAAAAAAAAAQ'])
  })

  it('is led by an active broker, the fenced ones not being in sync', async () => {
    await cluster.heartbeat(1, { wantFence: true })
    await cluster.create(assigned('t', [1, 2, 3]))
    expect(cluster.partition('t')).toMatchObject({ replicas: [1, 2, 3], isr: [2, 3], leader: 2 })
  })

  it.each<[string, string, NewTopic]>([
    ['where all its brokers are fenced', 'INVALID_REPLICA_ASSIGNMENT', assigned('t', [1])],
    ['with different numbers of replicas', 'INVALID_REPLICA_ASSIGNMENT', assigned('t', [2, 3], [2])],
    ['with more replicas than brokers', 'INVALID_REPLICATION_FACTOR', newTopic('t', { replicationFactor: 4 })],
  ])('is refused %s: %s', async (_what, error, topic) => {
    await cluster.heartbeat(1, { wantFence: true })
    cluster.takeCommitted()
    const [outcome] = await cluster.ask<readonly TopicOutcome[]>((done) =>
      createTopics(cluster.controller, { topics: [topic], validateOnly: false }, done),
    )
    expect(errorName(outcome!.errorCode)).toBe(error)
    expect(cluster.takeCommitted()).toEqual([])
  })

  it('is refused where every broker is fenced', async () => {
    for (const id of [1, 2, 3]) await cluster.heartbeat(id, { wantFence: true })
    const [outcome] = await cluster.ask<readonly TopicOutcome[]>((done) =>
      createTopics(cluster.controller, { topics: [newTopic('t')], validateOnly: false }, done),
    )
    expect(outcome!.errorMessage).toBe('Unable to replicate the partition 1 time(s): All brokers are currently fenced.')
  })
})

describe('deleting topics', () => {
  const remove = async (...topics: readonly TopicToDelete[]) => {
    const outcomes = await cluster.ask<readonly DeletionOutcome[]>((done) =>
      deleteTopics(cluster.controller, { topics }, done),
    )
    return outcomes.map(({ name, topicId, errorCode }) => [name, topicId, errorName(errorCode)])
  }

  it('by name and by id takes them and all that belongs to them away', async () => {
    const [a, b] = await cluster.create(
      newTopic('a', { configs: [{ name: 'retention.ms', value: '1' }] }),
      newTopic('b'),
    )
    expect(await remove(named('a'), withId(b!.topicId))).toEqual([
      ['a', a!.topicId, 'NONE'],
      ['b', b!.topicId, 'NONE'],
    ])
    const { state } = cluster.controller
    expect([...state.topics(), ...state.partitions(), ...state.configuredResources()]).toEqual([])
  })

  it('leaves their names free, those that would have collided included', async () => {
    const [old] = await cluster.create(newTopic('a.b'))
    await remove(named('a.b'))
    const [made] = await cluster.create(newTopic('a_b'))
    expect(made!.topicId).not.toBe(old!.topicId)
    expect(cluster.partition('a_b').index).toBe(0)
  })

  it('does not free a name with which another topic collides that stays', async () => {
    await cluster.create(newTopic('a.b'), newTopic('a_b'))
    await remove(named('a_b'))
    await expect(cluster.create(newTopic('a_b'))).rejects.toThrow("Topic 'a_b' collides with existing topic: a.b")
  })

  it('answers for each what is wrong with it, and deletes the others', async () => {
    const [a] = await cluster.create(newTopic('a'), newTopic('b'), newTopic('c'))
    const outcomes = await remove(
      ...[named('b'), named('a'), withId(a!.topicId), named('x'), withId(uuidOf(9)), named('c'), named('c')],
      ...[withId(ZERO_UUID), { name: 'c', topicId: a!.topicId }, { name: 'c', topicId: a!.topicId }],
    )
    expect(outcomes.map(([name, , error]) => [name, error])).toEqual([
      ['b', 'NONE'],
      ['a', 'INVALID_REQUEST'],
      ['x', 'UNKNOWN_TOPIC_OR_PARTITION'],
      [null, 'UNKNOWN_TOPIC_ID'],
      ['c', 'INVALID_REQUEST'],
      [null, 'INVALID_REQUEST'],
      // Named in both ways: told of each time.
      ['c', 'INVALID_REQUEST'],
      ['c', 'INVALID_REQUEST'],
    ])
    expect([...cluster.controller.state.topics()].map(({ name }) => name)).toEqual(['a', 'c'])
  })

  it('by id is not in the way of an entry with that id and an empty name', async () => {
    const outcomes = await remove({ name: '', topicId: uuidOf(9) }, withId(uuidOf(9)))
    expect(outcomes.map(([name, , error]) => [name, error])).toEqual([
      ['', 'INVALID_REQUEST'],
      [null, 'UNKNOWN_TOPIC_ID'],
    ])
  })

  it('is refused by name where an id of the topic is given twice', async () => {
    const [a] = await cluster.create(newTopic('a'))
    const outcomes = await remove(withId(a!.topicId), named('a'), withId(a!.topicId))
    expect(outcomes.map(([name, , error]) => [name, error])).toEqual([
      [null, 'INVALID_REQUEST'],
      ['a', 'INVALID_REQUEST'],
    ])
    expect(cluster.controller.state.topicNamed('a')).toBeDefined()
  })

  it('is refused where the disk is full', async () => {
    await cluster.create(newTopic('a'))
    cluster.machine.node.disk.capacityBytes = 0
    expect((await remove(named('a'), named('x'))).map(([, , error]) => error)).toEqual([
      ...['KAFKA_STORAGE_ERROR', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ])
    expect(cluster.controller.state.topicNamed('a')).toBeDefined()
  })
})

describe('more partitions', () => {
  const add = async (topics: readonly NewPartitions[], validateOnly = false) => {
    const outcomes = await cluster.ask<readonly PartitionsOutcome[]>((done) =>
      createPartitions(cluster.controller, { topics, validateOnly }, done),
    )
    return outcomes.map(({ name, errorCode }) => [name, errorName(errorCode)])
  }
  const more = (name: string, count: number, ...brokers: readonly (readonly number[])[]): NewPartitions => ({
    ...{ name, count, assignments: brokers.length === 0 ? null : brokers.map((brokerIds) => ({ brokerIds })) },
  })

  it('are placed with as many replicas as the others', async () => {
    await cluster.create(newTopic('t', { numPartitions: 2, replicationFactor: 3 }))
    expect(await add([more('t', 5)])).toEqual([['t', 'NONE']])
    expect([2, 3, 4].map((index) => cluster.partition('t', index).replicas.length)).toEqual([3, 3, 3])
    expect(cluster.controller.state.topicNamed('t')!.partitionCount).toBe(5)
  })

  it('may be assigned by hand', async () => {
    await cluster.create(assigned('t', [1, 2]))
    expect(await add([more('t', 3, [2, 3], [3, 1])])).toEqual([['t', 'NONE']])
    expect(cluster.partition('t', 1)).toMatchObject({ replicas: [2, 3], leader: 2, leaderEpoch: 0 })
    expect(cluster.partition('t', 2)).toMatchObject({ replicas: [3, 1], leader: 3 })
  })

  it('that are only validated are not created', async () => {
    await cluster.create(newTopic('t'))
    expect(await add([more('t', 2)], true)).toEqual([['t', 'NONE']])
    expect(cluster.controller.state.topicNamed('t')!.partitionCount).toBe(1)
  })

  it.each<[string, string, NewPartitions]>([
    ['of no topic', 'UNKNOWN_TOPIC_OR_PARTITION', more('x', 2)],
    ['as many as there are', 'INVALID_PARTITIONS', more('t', 2)],
    ['fewer than there are', 'INVALID_PARTITIONS', more('t', 1)],
    ['more than fit a batch', 'POLICY_VIOLATION', more('t', 20_000)],
    ['with too few assignments', 'INVALID_REPLICA_ASSIGNMENT', more('t', 4, [1, 2])],
    ['with another number of replicas', 'INVALID_REPLICA_ASSIGNMENT', more('t', 3, [1])],
    ['on a broker that is not there', 'INVALID_REPLICA_ASSIGNMENT', more('t', 3, [1, 9])],
    ['with a broker twice', 'INVALID_REPLICA_ASSIGNMENT', more('t', 3, [1, 1])],
    ['with no replicas', 'INVALID_REPLICA_ASSIGNMENT', more('t', 3, [])],
  ])('%s are refused, others created: %s', async (_what, error, asked) => {
    await cluster.create(assigned('t', [1, 2], [2, 3]), newTopic('other'))
    expect(await add([asked, more('other', 2)])).toEqual([
      [asked.name, error],
      ['other', 'NONE'],
    ])
    expect(cluster.controller.state.topicNamed('t')!.partitionCount).toBe(2)
  })

  it('of a topic named twice are refused', async () => {
    await cluster.create(newTopic('t'))
    expect(await add([more('t', 2), more('t', 3)])).toEqual([['t', 'INVALID_REQUEST']])
  })
})
