import { beforeEach, describe, expect, it } from 'vitest'
import { apis } from '../../../../src/protocol/apis.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import { PartitionFixture } from './partition-fixture.ts'

let broker: PartitionFixture

beforeEach(async () => {
  broker = await PartitionFixture.start()
})

interface Rest {
  readonly version?: number
  readonly replicaId?: number
  readonly epoch?: number
}

/** What is told of partition 0 of `orders`: the error's name, or offset, timestamp and leader epoch. */
async function list(timestamp: number, { version = 11, replicaId = -1, epoch = -1 }: Rest = {}): Promise<unknown> {
  const partition = { partitionIndex: 0, timestamp, ...(version < 4 ? {} : { currentLeaderEpoch: epoch }) }
  const { topics } = await broker.ask(apis.listOffsets, version, {
    ...{ replicaId, topics: [{ name: 'orders', partitions: [partition] }] },
    ...(version < 10 ? {} : { timeoutMs: 1000 }),
  })
  const listed = topics[0]!.partitions[0]!
  if (listed.errorCode !== 0) return errorName(listed.errorCode)
  return [listed.offset, listed.timestamp, listed.leaderEpoch]
}

describe('special timestamps', () => {
  it.each([
    [-1, 1, [5, -1, 0]],
    [-2, 1, [2, -1, 0]],
    [-3, 7, [3, 300, 0]],
    [-4, 8, [2, -1, 0]],
    [-5, 9, [-1, -1, -1]],
    [-6, 11, [-1, -1, -1]],
  ])('%i is known from version %i on', async (timestamp, since, expected) => {
    broker.append(...[500, 200, 100, 300, 300].map((each) => ({ timestamp: each })))
    broker.orders.log.moveStart(2)
    const [offset, time, epoch] = expected
    for (let version = 1; version <= 11; version++) {
      const answer = [offset, time, version < 4 ? -1 : epoch]
      const why = version < since ? 'UNSUPPORTED_VERSION' : answer
      expect(await list(timestamp, { version }), `version ${version}`).toEqual(why)
    }
  })

  it('that nobody knows are refused before the partition is looked for', async () => {
    expect(await list(-7)).toBe('UNSUPPORTED_VERSION')
    expect(await list(-7, { epoch: 9 })).toBe('UNSUPPORTED_VERSION')
  })

  it('of an empty log are its start, and no record', async () => {
    expect(await list(-1)).toEqual([0, -1, 0])
    expect(await list(-2)).toEqual([0, -1, 0])
    expect(await list(-3)).toEqual([-1, -1, -1])
    broker.elect(-1)
    broker.elect(1)
    expect(await list(-2)).toEqual([0, -1, 2])
  })
})

describe('the largest timestamp', () => {
  it('is looked for among the records that are left, where the start lies within a batch', async () => {
    broker.append({ values: ['a', 'b', 'c'], timestamp: 900 }, { timestamp: 100 })
    broker.orders.log.moveStart(3)
    expect(await list(-3)).toEqual([3, 100, 0])
    broker.append({ timestamp: 100 }, { timestamp: 150 })
    expect(await list(-3)).toEqual([5, 150, 0])
  })

  it('may be that of a later segment', async () => {
    broker.configure({ 'segment.bytes': '100' })
    broker.append({ values: ['a', 'b'], timestamp: 900 }, { timestamp: 100 }, { timestamp: 700 }, { timestamp: 700 })
    broker.orders.log.moveStart(1)
    expect(await list(-3)).toEqual([1, 900, 0])
    broker.orders.log.moveStart(2)
    expect(await list(-3)).toEqual([3, 700, 0])
  })
})

describe('a time', () => {
  it('leads to the first record of that time or later, with its epoch', async () => {
    broker.append({ timestamp: 100 }, { timestamp: 300 })
    broker.elect(1)
    broker.append({ timestamp: 200 }, { timestamp: 400 })
    expect(await list(101)).toEqual([1, 300, 0])
    expect(await list(301)).toEqual([3, 400, 1])
    expect(await list(401)).toEqual([-1, -1, -1])
  })
})

describe('who asks', () => {
  it('sees the end that it may see: a consumer what is vouched for, a replica everything', async () => {
    broker.configure({ 'flush.messages': '1' })
    broker.append({ timestamp: 100 })
    expect([await list(-1, { replicaId: 2 }), broker.orders.highWatermark]).toEqual([[1, -1, 0], 0])
    expect(await list(-1)).toEqual([0, -1, 0])
    expect(await list(-3)).toEqual([-1, -1, -1])
  })

  it('is told to wait while the high watermark lags behind the leader epoch', async () => {
    broker.configure({ 'flush.messages': '1' })
    broker.append({ timestamp: 100 })
    broker.elect(1)
    expect(await list(-1)).toBe('OFFSET_NOT_AVAILABLE')
    expect(await list(-1, { version: 4 })).toBe('LEADER_NOT_AVAILABLE')
    expect(await list(50)).toBe('OFFSET_NOT_AVAILABLE')
    expect(await list(-2)).toEqual([0, -1, 0])
    expect(await list(-1, { replicaId: 2 })).toEqual([1, -1, 1])
    await broker.pass()
    expect(await list(-1)).toEqual([1, -1, 1])
  })

  it('must ask the leader, in the right epoch, unless it only looks', async () => {
    broker.elect(2)
    expect(await list(-1)).toBe('NOT_LEADER_OR_FOLLOWER')
    expect(await list(-1, { replicaId: -2 })).toEqual([0, -1, 1])
    expect(await list(-1, { epoch: 0 })).toBe('FENCED_LEADER_EPOCH')
    expect(await list(-1, { epoch: 2 })).toBe('UNKNOWN_LEADER_EPOCH')
  })
})

it('a partition that is named twice is refused, once, and the others are answered', async () => {
  broker.addElsewhere('bills')
  const partition = (partitionIndex: number) => ({ partitionIndex, timestamp: -1, currentLeaderEpoch: -1 })
  const topics = [
    { name: 'orders', partitions: [partition(0), partition(9), partition(0)] },
    { name: 'bills', partitions: [partition(0)] },
  ]
  const answer = await broker.ask(apis.listOffsets, 6, { replicaId: -1, topics })
  const told = answer.topics.map(({ partitions }) => partitions.map(({ errorCode }) => errorName(errorCode)))
  expect(told).toEqual([['INVALID_REQUEST', 'UNKNOWN_TOPIC_OR_PARTITION'], ['NOT_LEADER_OR_FOLLOWER']])
})
