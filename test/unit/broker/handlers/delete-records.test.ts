import { describe, expect, it } from 'vitest'
import { mayDeleteRecords } from '../../../../src/broker/config/topic-settings.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import { PartitionFixture } from './partition-fixture.ts'

/** What became of a deletion: the low watermark, or the error's name. */
async function deleteBelow(
  broker: PartitionFixture,
  offset: number,
  { version = 2, topic = 'orders', partitionIndex = 0 } = {},
): Promise<number | string> {
  const topics = [{ name: topic, partitions: [{ partitionIndex, offset }] }]
  const response = await broker.ask(apis.deleteRecords, version, { topics, timeoutMs: 1000 })
  const { errorCode, lowWatermark } = response.topics[0]!.partitions[0]!
  if (errorCode !== 0) expect(lowWatermark).toBe(-1)
  return errorCode === 0 ? lowWatermark : errorName(errorCode)
}

const five = Array.from({ length: 5 }, () => ({}))

describe('a deletion of records', () => {
  it.each([0, 1, 2])('moves the start of the log up, never down (version %i)', async (version) => {
    const broker = await PartitionFixture.start()
    broker.append(...five)
    expect(await deleteBelow(broker, 3, { version })).toBe(3)
    expect(await deleteBelow(broker, 1, { version })).toBe(3)
    expect(broker.orders.log).toMatchObject({ startOffset: 3, endOffset: 5 })
  })

  it('of everything goes up to the high watermark, and the log goes on from there', async () => {
    const broker = await PartitionFixture.start()
    broker.append(...five)
    expect(await deleteBelow(broker, -1)).toBe(5)
    broker.append({})
    expect(broker.orders.log).toMatchObject({ startOffset: 5, endOffset: 6 })
    await broker.crash('powerLoss')
    expect(broker.orders.log.startOffset).toBe(5)
  })

  it('does not reach what consumers are not shown yet', async () => {
    const broker = await PartitionFixture.start({ 'flush.messages': '1' })
    broker.append(...five)
    expect([broker.orders.highWatermark, broker.orders.log.endOffset]).toEqual([0, 5])
    expect(await deleteBelow(broker, 5)).toBe('OFFSET_OUT_OF_RANGE')
    expect(await deleteBelow(broker, -1)).toBe(0)
    await broker.pass()
    expect(await deleteBelow(broker, 5)).toBe(5)
  })

  it('is refused where there is no such offset, partition, or leader', async () => {
    const broker = await PartitionFixture.start()
    broker.append(...five)
    broker.addElsewhere('bills')
    expect(await deleteBelow(broker, 6)).toBe('OFFSET_OUT_OF_RANGE')
    expect(await deleteBelow(broker, -2)).toBe('OFFSET_OUT_OF_RANGE')
    expect(await deleteBelow(broker, 1, { partitionIndex: 1 })).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(await deleteBelow(broker, 1, { topic: '__cluster_metadata' })).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(await deleteBelow(broker, 1, { topic: 'bills' })).toBe('NOT_LEADER_OR_FOLLOWER')
    broker.elect(2)
    expect(await deleteBelow(broker, 1)).toBe('NOT_LEADER_OR_FOLLOWER')
    expect(broker.orders.log.startOffset).toBe(0)
  })

  it('is refused for topics in which Kafka keeps state', async () => {
    const broker = await PartitionFixture.start()
    broker.addElsewhere('__consumer_offsets')
    expect(await deleteBelow(broker, 0, { topic: '__consumer_offsets' })).toBe('INVALID_TOPIC_EXCEPTION')
  })

  it('is for topics that delete at all, not for those that are only compacted', async () => {
    const { log } = (await PartitionFixture.start()).orders
    expect(mayDeleteRecords(log.config)).toBe(true)
    for (const [cleanupPolicy, expected] of [
      ['compact', false],
      ['compact,delete', true],
      ['', true],
    ] as const) {
      expect(mayDeleteRecords({ cleanupPolicy }), cleanupPolicy).toBe(expected)
    }
  })

  it('of no partition of a topic is not answered', async () => {
    const broker = await PartitionFixture.start()
    const asked = [{ name: 'orders', partitions: [] }]
    const { topics } = await broker.ask(apis.deleteRecords, 2, { topics: asked, timeoutMs: 1 })
    expect(topics).toEqual([])
  })

  it('of several partitions is answered partition by partition, the last word on each', async () => {
    const broker = await PartitionFixture.start()
    broker.append(...five)
    const partitions = [
      { partitionIndex: 0, offset: 4 },
      { partitionIndex: 7, offset: 1 },
      { partitionIndex: 0, offset: 2 },
    ]
    const { topics } = await broker.ask(apis.deleteRecords, 2, {
      topics: [{ name: 'orders', partitions }],
      timeoutMs: 1,
    })
    expect(topics).toMatchObject([
      {
        name: 'orders',
        partitions: [
          { partitionIndex: 0, lowWatermark: 2, errorCode: 0 },
          { partitionIndex: 7, lowWatermark: -1, errorCode: 3 },
        ],
      },
    ])
  })
})

describe('what was answered to be deleted', () => {
  it('is gone for good, whatever a crash takes, and the producers are known still', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const broker = await PartitionFixture.start({ 'segment.bytes': '200' }, { seed })
      for (let sequence = 0; sequence < 5; sequence++) {
        broker.append({ producerId: 7, producerEpoch: 0, baseSequence: sequence })
      }
      const offset = 1 + (seed % 5)
      expect(await deleteBelow(broker, offset)).toBe(offset)
      await broker.crash(seed % 2 === 0 ? 'kill' : 'powerLoss')
      const { startOffset, endOffset, producers } = broker.orders.log
      expect(startOffset, `seed ${seed}`).toBe(offset)
      expect(endOffset, `seed ${seed}`).toBeGreaterThanOrEqual(offset)
      const last = producers.entries().map(({ batches }) => batches.at(-1)?.lastSequence)
      expect(last, `seed ${seed}`).toEqual([endOffset - 1])
    }
  })

  it('leaves the disk with the next pass of retention, segment by segment', async () => {
    const settings = { 'log.retention.check.interval.ms': '1000' }
    const broker = await PartitionFixture.start({ 'segment.bytes': '100', 'retention.ms': '-1' }, { settings })
    broker.append(...five)
    broker.partitions.startHousekeeping()
    expect(await deleteBelow(broker, 3)).toBe(3)
    const logs = () => broker.machine.names('orders-0').filter((name) => name.endsWith('.log')).length
    expect(logs()).toBe(5)
    await broker.pass(1500)
    expect(logs()).toBe(2)
    broker.partitions.stop()
  })

  it('is not read, and where reading goes on is told', async () => {
    const broker = await PartitionFixture.start()
    broker.append({ values: ['a', 'b', 'c'] }, {})
    await deleteBelow(broker, 2)
    const partition = { partitionIndex: 0, timestamp: -2, currentLeaderEpoch: -1 }
    const topics = [{ name: 'orders', partitions: [partition] }]
    const listed = await broker.ask(apis.listOffsets, 7, { replicaId: -1, topics })
    expect(listed.topics[0]!.partitions[0]).toMatchObject({ offset: 2, leaderEpoch: 0 })
    await deleteBelow(broker, 4)
    broker.elect(1)
    broker.append({})
    const after = await broker.ask(apis.listOffsets, 7, { replicaId: -1, topics })
    expect(after.topics[0]!.partitions[0]).toMatchObject({ offset: 4, leaderEpoch: 1 })
  })
})
