/**
 * librdkafka, through node-rdkafka, produces to the broker, consumes assigned partitions from either end and by time, and
 * administers it. Skipped where node-rdkafka is not installed (it compiles librdkafka); `kcat.test.ts` is an older
 * librdkafka. Consumers have a group id, for librdkafka wants one, and no group.
 *
 * What it cannot do: it sends "lz4" uncompressed, for it takes FindCoordinator, which comes with groups, as the sign that a
 * broker reads LZ4. It has zstd where that library was there when it was compiled.
 */

import { describe, expect, it } from 'vitest'
import { partitionOfKey } from '../../src/client/partitioner.ts'
import { INSTALL, type RdConsumer, type RdProducer, type RdRecord, rdKafka, told } from './clients.ts'
import { inTests } from './real-broker.ts'
import { codecsOf, contentOf } from './topic-content.ts'

const { folder, start } = inTests()
const TIMEOUT_MS = 30_000
const values = Array.from({ length: 50 }, (_, index) => `a record that is much like the others ${index}`)

async function producing(
  address: string,
  settings: Readonly<Record<string, unknown>>,
  act: (producer: RdProducer) => void,
): Promise<void> {
  const { acks, partitioner, ...global } = settings
  const ofTopic = Object.entries({ acks, partitioner }).filter(([, value]) => value !== undefined)
  const producer = new rdKafka!.Producer(
    { 'metadata.broker.list': address, 'linger.ms': 50, ...global },
    Object.fromEntries(ofTopic),
  )
  await told((done) => producer.connect({ timeout: TIMEOUT_MS }, done))
  act(producer)
  await told((done) => producer.flush(TIMEOUT_MS, done))
  await told((done) => producer.disconnect(done))
}

async function consuming<T>(address: string, act: (consumer: RdConsumer) => Promise<T>): Promise<T> {
  const consumer = new rdKafka!.KafkaConsumer(
    {
      ...{ 'metadata.broker.list': address, 'group.id': 'none', 'enable.auto.commit': false, 'check.crcs': true },
      'enable.auto.offset.store': false,
    },
    {},
  )
  await told((done) => consumer.connect({ timeout: TIMEOUT_MS }, done))
  consumer.setDefaultConsumeTimeout(1000)
  try {
    return await act(consumer)
  } finally {
    await told((done) => consumer.disconnect(done))
  }
}

/** So many records of partitions, each from an offset. */
async function take(consumer: RdConsumer, from: readonly (readonly [number, number])[], count: number) {
  consumer.assign(from.map(([partition, offset]) => ({ topic: 'orders', partition, offset })))
  const found: RdRecord[] = []
  for (const until = Date.now() + TIMEOUT_MS; found.length < count && Date.now() < until; ) {
    found.push(...(await told<readonly RdRecord[]>((done) => consumer.consume(count - found.length, done))))
  }
  return found
}

const textOf = (bytes: Buffer | null): string | null => bytes?.toString() ?? null
const EARLIEST = -2

describe.skipIf(rdKafka === undefined)(`with librdkafka (${INSTALL}, which compiles it)`, () => {
  it.each([
    ['acks=all', { acks: -1 }],
    ['acks=1', { acks: 1 }],
    ['acks=0', { acks: 0 }],
    ['an idempotent producer', { 'enable.idempotence': true }],
    ['one record a batch', { 'batch.num.messages': 1 }],
  ] as const)('records may be produced with %s', async (_what, settings) => {
    const { address, client, stop } = await start(folder())
    await client.createTopics([{ name: 'orders', numPartitions: 1 }])
    await producing(address, settings, (producer) => {
      for (const value of values) producer.produce('orders', 0, Buffer.from(value))
    })
    // With acks=0 the client is gone before the broker has read everything.
    await expect.poll(async () => (await contentOf(client, 'orders')).map(({ value }) => value)).toEqual(values)
    await stop()
  })

  it('batches compressed with any codec are kept as they came, and read by both clients', async () => {
    const directory = folder()
    const { address, client, stop } = await start(directory)
    const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].filter(
      (codec) => codec !== 'zstd' || rdKafka!.features.includes('zstd'),
    )
    await client.createTopics([{ name: 'orders', numPartitions: codecs.length }])
    for (const [partition, codec] of codecs.entries()) {
      await producing(address, { 'compression.codec': codec }, (producer) => {
        for (const value of values) producer.produce('orders', partition, Buffer.from(value))
      })
    }
    const found = await contentOf(client, 'orders', codecs.length)
    expect(found.map(({ value }) => value)).toEqual(codecs.flatMap(() => values))
    await consuming(address, async (consumer) => {
      for (const partition of codecs.keys()) {
        const taken = await take(consumer, [[partition, EARLIEST]], values.length)
        expect(taken.map(({ value }) => textOf(value))).toEqual(values)
      }
    })
    await stop()
    for (const [partition, codec] of codecs.entries()) {
      expect(codecsOf(directory, 'orders', partition)).toEqual([codec === 'lz4' ? 'none' : codec])
    }
  })

  it('keys, partitions, headers, times, null keys and null values arrive as they were sent', async () => {
    const { address, client, stop } = await start(folder())
    await client.createTopics([{ name: 'orders', numPartitions: 4 }])
    const timestampMs = Date.now() - 1000
    // Its own default is another hash.
    await producing(address, { partitioner: 'murmur2_random' }, (producer) => {
      for (const index of [1, 2, 3, 4, 5])
        producer.produce('orders', null, Buffer.from('keyed'), Buffer.from(`${index}`))
      const headers = [{ trace: '7' }, { origin: 'here' }]
      producer.produce('orders', 3, Buffer.from('with all'), null, timestampMs, undefined, headers)
      producer.produce('orders', 2, null, Buffer.from('gone'))
    })
    const found = await contentOf(client, 'orders', 4)
    const keyed = found.filter(({ value }) => value === 'keyed')
    expect(keyed.length).toBe(5)
    for (const { key, partition } of keyed) expect(partition).toBe(partitionOfKey(Buffer.from(key!), 4))
    expect(found.filter(({ value }) => value !== 'keyed')).toMatchObject([
      { partition: 2, key: 'gone', value: null },
      { partition: 3, key: null, value: 'with all', timestampMs, headers: { trace: '7', origin: 'here' } },
    ])
    const taken = await consuming(address, (consumer) =>
      take(
        consumer,
        [0, 1, 2, 3].map((partition) => [partition, EARLIEST]),
        found.length,
      ),
    )
    const plain = taken.map(({ partition, offset, key, value }) => [partition, offset, textOf(key), textOf(value)])
    expect(plain).toEqual(
      expect.arrayContaining(found.map(({ partition, offset, key, value }) => [partition, offset, key, value])),
    )
    const withAll = taken.find(({ value }) => textOf(value) === 'with all')!
    expect(withAll.timestamp).toBe(timestampMs)
    expect(withAll.headers!.map((header) => Object.entries(header).map(([name, value]) => [name, `${value}`]))).toEqual(
      [[['trace', '7']], [['origin', 'here']]],
    )
    await stop()
  })

  it('records are consumed from the beginning, an offset, the end and a time', async () => {
    const { address, client, stop } = await start(folder())
    await client.createTopics([{ name: 'orders', numPartitions: 1 }])
    const nowMs = Date.now()
    const send = (from: number, to: number) =>
      producing(address, {}, (producer) => {
        for (let index = from; index < to; index++) {
          producer.produce('orders', 0, Buffer.from(String(index)), null, nowMs - 10_000 + index * 1000)
        }
      })
    await send(0, 5)
    await consuming(address, async (consumer) => {
      const taken = async (offset: number, count: number) =>
        (await take(consumer, [[0, offset]], count)).map(({ value }) => textOf(value))
      expect(await taken(EARLIEST, 5)).toEqual(['0', '1', '2', '3', '4'])
      expect(await taken(3, 2)).toEqual(['3', '4'])
      const ends = await told<object>((done) => consumer.queryWatermarkOffsets('orders', 0, TIMEOUT_MS, done))
      expect(ends).toEqual({ lowOffset: 0, highOffset: 5 })
      const asked = [{ topic: 'orders', partition: 0, offset: nowMs - 7500 }]
      const [byTime] = await told<readonly { readonly offset: number | string }[]>((done) =>
        consumer.offsetsForTimes(asked, TIMEOUT_MS, done),
      )
      expect(byTime!.offset).toBe(3)
      const END = -1
      consumer.assign([{ topic: 'orders', partition: 0, offset: END }])
      expect(await told<readonly RdRecord[]>((done) => consumer.consume(1, done))).toEqual([])
      await send(5, 6)
      await expect
        .poll(async () => {
          const records = await told<readonly RdRecord[]>((done) => consumer.consume(1, done))
          return records.map(({ offset }) => offset)
        })
        .toEqual([5])
    })
    await stop()
  })

  it('topics are created, given partitions and deleted', async () => {
    const { address, client, stop } = await start(folder())
    const admin = rdKafka!.AdminClient.create({ 'metadata.broker.list': address })
    const topic = { topic: 'orders', num_partitions: 2, replication_factor: 1, config: { 'retention.ms': '3600000' } }
    await told((done) => admin.createTopic(topic, TIMEOUT_MS, done))
    await expect(told((done) => admin.createTopic(topic, TIMEOUT_MS, done))).rejects.toThrow(/exists/)
    await told((done) => admin.createPartitions('orders', 3, TIMEOUT_MS, done))
    const partitions = async () => {
      const found = await client.describeTopics(['orders'])
      return found.kind === 'ok' ? found.value[0]?.partitions.length : found.error
    }
    await expect.poll(partitions).toBe(3)
    await told((done) => admin.deleteTopic('orders', TIMEOUT_MS, done))
    await expect.poll(partitions).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    admin.disconnect()
    await stop()
  })
})
