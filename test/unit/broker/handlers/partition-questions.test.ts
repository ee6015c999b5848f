/** What a broker tells of its replicas: the ends of leader epochs, producers, and how much they take of its directory. */

import { beforeEach, describe, expect, it } from 'vitest'
import { apis } from '../../../../src/protocol/apis.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import { bytesOfLog } from '../log/log-fixture.ts'
import { PartitionFixture } from './partition-fixture.ts'

let broker: PartitionFixture

beforeEach(async () => {
  broker = await PartitionFixture.start()
  broker.addElsewhere('bills')
})

describe('the end of a leader epoch', () => {
  async function endOf(leaderEpoch: number, version = 4, currentLeaderEpoch = -1, topic = 'orders', partition = 0) {
    const request = {
      ...(version < 3 ? {} : { replicaId: -1 }),
      topics: [{ topic, partitions: [{ partition, currentLeaderEpoch, leaderEpoch }] }],
    }
    const { topics } = await broker.ask(apis.offsetForLeaderEpoch, version, request)
    const { errorCode, leaderEpoch: epoch, endOffset } = topics[0]!.partitions[0]!
    return errorCode === 0 ? [epoch, endOffset] : errorName(errorCode)
  }

  it.each([2, 3, 4])('is where the next one begins, or the log ends (version %i)', async (version) => {
    broker.append({}, {})
    broker.elect(1)
    broker.elect(1)
    broker.append({})
    broker.elect(1)
    expect(await endOf(0, version)).toEqual([0, 2])
    // Nothing was ever written in epoch 1: what is told is the largest below.
    expect(await endOf(1, version)).toEqual([0, 2])
    expect(await endOf(2, version)).toEqual([2, 3])
    expect(await endOf(3, version)).toEqual([3, 3])
    expect(await endOf(4, version)).toEqual([-1, -1])
    expect(await endOf(-1, version)).toEqual([-1, -1])
  })

  it('is where the log begins for an epoch whose records are all deleted', async () => {
    broker.append({}, {})
    broker.elect(1)
    broker.append({}, {})
    broker.orders.log.moveStart(3)
    expect(await endOf(0)).toEqual([0, 3])
  })

  it('of a log without records is where it begins', async () => {
    expect(await endOf(0)).toEqual([0, 0])
    broker.elect(1)
    expect(await endOf(0)).toEqual([0, 0])
  })

  it('is where the log begins for an epoch below all, be it negative, but not where none is asked for', async () => {
    expect(await endOf(-2)).toEqual([-2, 0])
    broker.append({}, {})
    broker.elect(1)
    broker.append({}, {})
    broker.orders.log.moveStart(3)
    expect([await endOf(-2), await endOf(-1)]).toEqual([
      [-2, 3],
      [-1, -1],
    ])
  })

  it('is told by the leader, to who knows that it leads', async () => {
    expect(await endOf(0, 4, 1)).toBe('UNKNOWN_LEADER_EPOCH')
    broker.elect(2)
    expect(await endOf(0, 4, 0)).toBe('FENCED_LEADER_EPOCH')
    expect(await endOf(0)).toBe('NOT_LEADER_OR_FOLLOWER')
    expect(await endOf(0, 4, -1, 'bills')).toBe('NOT_LEADER_OR_FOLLOWER')
    expect(await endOf(0, 4, -1, 'bills', 1)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })
})

describe('producers', () => {
  async function describeProducers(name: string, ...partitionIndexes: number[]) {
    const { topics } = await broker.ask(apis.describeProducers, 0, { topics: [{ name, partitionIndexes }] })
    return topics[0]!.partitions
  }

  it('are those that the log remembers, each with its last batch', async () => {
    broker.append({ producerId: 7, producerEpoch: 1, baseSequence: 0, values: ['a', 'b'], timestamp: 500 })
    broker.append({ producerId: 8, producerEpoch: 0, baseSequence: 0, timestamp: 600 })
    broker.append({ producerId: 7, producerEpoch: 1, baseSequence: 2, timestamp: 400 }, {})
    const [partition] = await describeProducers('orders', 0)
    const none = { coordinatorEpoch: -1, currentTxnStartOffset: -1 }
    expect(partition).toMatchObject({ errorCode: 0, errorMessage: null })
    expect(partition!.activeProducers).toEqual([
      { producerId: 7, producerEpoch: 1, lastSequence: 2, lastTimestamp: 400, ...none },
      { producerId: 8, producerEpoch: 0, lastSequence: 0, lastTimestamp: 600, ...none },
    ])
  })

  it('are told by any replica, where there is one', async () => {
    broker.elect(2)
    const errors = async (name: string) =>
      (await describeProducers(name, 0, 9)).map(({ errorCode }) => errorName(errorCode))
    expect(await errors('orders')).toEqual(['NONE', 'UNKNOWN_TOPIC_OR_PARTITION'])
    expect(await errors('bills')).toEqual(['NOT_LEADER_OR_FOLLOWER', 'UNKNOWN_TOPIC_OR_PARTITION'])
    expect(await errors('a b')).toEqual(['INVALID_TOPIC_EXCEPTION', 'INVALID_TOPIC_EXCEPTION'])
  })
})

describe('the log directory', () => {
  it.each([1, 2, 3, 4])('is told with the bytes of the replicas in it (version %i)', async (version) => {
    broker.append({}, {})
    const { results } = await broker.ask(apis.describeLogDirs, version, { topics: null })
    const partitionSize = bytesOfLog(broker.orders.log)
    expect(partitionSize).toBeGreaterThan(100)
    const orders = { partitionIndex: 0, partitionSize, offsetLag: 0, isFutureKey: false }
    expect(results).toEqual([
      {
        ...{ errorCode: 0, logDir: '/data', totalBytes: -1, usableBytes: -1 },
        topics: [{ name: 'orders', partitions: [orders] }],
      },
    ])
  })

  it('is told with the size of its volume, and what is left of it, from version 4 on', async () => {
    broker.append({})
    const { disk } = broker.machine.node
    disk.capacityBytes = 1_000_000
    const told = async (version: number) => {
      const { results } = await broker.ask(apis.describeLogDirs, version, { topics: null })
      return results.map(({ totalBytes, usableBytes }) => [totalBytes, usableBytes])
    }
    expect(disk.usedBytes).toBeGreaterThan(0)
    expect(await told(4)).toEqual([[1_000_000, 1_000_000 - disk.usedBytes]])
    expect(await told(3)).toEqual([[-1, -1]])
  })

  it('is told as failed where it cannot be measured', async () => {
    broker.machine.node.disk.judge = ({ kind }) => (kind === 'measure' ? { kind: 'error' } : undefined)
    const { errorCode, results } = await broker.ask(apis.describeLogDirs, 4, { topics: null })
    expect(errorCode).toBe(0)
    const unknown = { totalBytes: -1, usableBytes: -1, topics: [] }
    expect(results).toMatchObject([{ ...unknown, logDir: '/data' }])
    expect(errorName(results[0]!.errorCode)).toBe('KAFKA_STORAGE_ERROR')
  })

  it('is told without replicas that were not asked for', async () => {
    const topics = [
      { topic: 'orders', partitions: [1] },
      { topic: 'bills', partitions: [0] },
    ]
    const { results } = await broker.ask(apis.describeLogDirs, 4, { topics })
    expect(results).toMatchObject([{ errorCode: 0, topics: [] }])
  })

  it.each([1, 2])('is where replicas stay, and there is no other (version %i)', async (version) => {
    const topics = ['orders', 'bills', 'rest'].map((name) => ({ name, partitions: [0] }))
    const codes = async (path: string) => {
      const { results } = await broker.ask(apis.alterReplicaLogDirs, version, { dirs: [{ path, topics }] })
      return results.map(({ partitions }) => errorName(partitions[0]!.errorCode))
    }
    expect(await codes('/data')).toEqual(['NONE', 'REPLICA_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION'])
    expect(await codes('/other')).toEqual(Array(3).fill('LOG_DIR_NOT_FOUND'))
  })

  it('is where replicas stay of which the name is too long to move, whatever is asked for', async () => {
    const longest = 'n'.repeat(213)
    const topics = [longest, `${longest}n`].map((name) => ({ name, partitions: [0] }))
    const { results } = await broker.ask(apis.alterReplicaLogDirs, 2, { dirs: [{ path: '/other', topics }] })
    expect(results.map(({ partitions }) => errorName(partitions[0]!.errorCode))).toEqual([
      ...['LOG_DIR_NOT_FOUND', 'INVALID_TOPIC_EXCEPTION'],
    ])
  })

  it('is asked for once for each replica: the last word counts, and topics without partitions are not told', async () => {
    const dirs = [
      { path: '/other', topics: [{ name: 'orders', partitions: [0, 0] }] },
      {
        path: '/data',
        topics: [
          { name: 'orders', partitions: [0] },
          { name: 'bills', partitions: [] },
        ],
      },
    ]
    const { results } = await broker.ask(apis.alterReplicaLogDirs, 2, { dirs })
    expect(results).toEqual([{ topicName: 'orders', partitions: [{ partitionIndex: 0, errorCode: 0 }] }])
  })
})
