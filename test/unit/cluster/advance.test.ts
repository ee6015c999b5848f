import { describe, expect, test } from 'vitest'
import { millisecondsOf } from '../../../src/cluster/duration.ts'
import { startCluster } from '../../../src/cluster/start-cluster.ts'

const value = new Uint8Array([1])

describe("moving the brokers' wall clock", () => {
  test('expires what retention no longer keeps, and nothing earlier', async () => {
    await using cluster = await startCluster({ topics: { orders: { partitions: 2 } } })
    await cluster.produce('orders', [
      { partition: 0, value: 'a' },
      { partition: 1, value: 'b' },
    ])
    await cluster.advance({ days: 6, hours: 23 })
    expect(await cluster.records('orders')).toHaveLength(2)
    await cluster.produce('orders', [{ partition: 1, value: 'c' }])
    await cluster.advance({ hours: 2 })
    // A segment goes as a whole: that of partition 1 has a record that is young.
    expect((await cluster.records('orders')).map(({ partition, offset }) => [partition, offset])).toEqual([
      [1, 0],
      [1, 1],
    ])
    await cluster.advance({ days: 7 })
    expect(await cluster.records('orders')).toEqual([])
    // Offsets go on where they were.
    await cluster.produce('orders', [{ partition: 1, value: 'd' }])
    expect(await cluster.records('orders')).toMatchObject([{ partition: 1, offset: 2 }])
  })

  test('is what records are stamped with that the broker stamps, and those of the cluster itself', async () => {
    const configs = { 'message.timestamp.type': 'LogAppendTime' }
    await using cluster = await startCluster({ topics: { stamped: { configs }, plain: {} } })
    await cluster.advance({ days: 1 })
    await cluster.advance(1)
    const day = 86_400_001
    expect(cluster.aheadMs).toBe(day)
    for (const topic of ['stamped', 'plain']) {
      await cluster.produce(topic, [{ value: 'x' }])
      const [record] = await cluster.records(topic)
      expect(Math.abs(record!.timestampMs - Date.now() - day)).toBeLessThan(10_000)
    }
  })

  test('forgets a producer that was silent for too long', async () => {
    await using cluster = await startCluster({ topics: ['orders'], settings: { 'log.retention.ms': '-1' } })
    // Every attempt is carried out and answered with an error, so that the producer repeats itself.
    const script = cluster.respond('Produce', {
      ...{ error: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', carriedOut: true },
      times: Number.POSITIVE_INFINITY,
    })
    const sent = cluster.client().producer({ lingerMs: 0 }).send({ topic: 'orders', value })
    await expect.poll(() => script.answered, { timeout: 10_000 }).toBeGreaterThan(2)
    expect(await cluster.records('orders')).toHaveLength(1)
    await cluster.advance({ hours: 25 })
    await expect.poll(() => cluster.records('orders'), { timeout: 10_000 }).toHaveLength(2)
    script.cancel()
    expect(await sent).toMatchObject({ kind: 'acknowledged' })
  })

  test('throws out no client, for durations stand still', async () => {
    await using cluster = await startCluster({ topics: ['orders'], settings: { 'log.retention.ms': '-1' } })
    const consumer = cluster.client().consumer({ fetchMaxWaitMs: 30_000 })
    consumer.assign([{ topic: 'orders', partition: 0, from: 'earliest' }])
    const polled = consumer.poll(30_000)
    await cluster.advance({ days: 365 })
    await cluster.produce('orders', [{ value: 'x' }])
    expect(await polled).toMatchObject({ kind: 'records', records: [{ offset: 0 }] })
    expect(cluster.brokers[0]!.isRunning).toBe(true)
  })

  test('takes lengths of time as people write them', () => {
    expect(millisecondsOf({ days: 1, hours: 1, minutes: 1, seconds: 1, ms: 1 })).toBe(90_061_001)
    expect(millisecondsOf({ hours: 1.5 })).toBe(5_400_000)
    expect(millisecondsOf(0)).toBe(0)
    for (const wrong of [-1, 0.5, Number.NaN, { days: -1 }, { ms: 2 ** 60 }]) {
      expect(() => millisecondsOf(wrong)).toThrow('is not a length of time')
    }
  })
})
