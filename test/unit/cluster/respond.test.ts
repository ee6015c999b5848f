import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/cluster/cluster.ts'
import type { ApiName, ScriptedAnswer } from '../../../src/cluster/scripted-answers.ts'
import { startCluster } from '../../../src/cluster/start-cluster.ts'
import { apis } from '../../../src/protocol/apis.ts'

const value = new Uint8Array([1])

const producerOf = (cluster: Cluster, clientId: string) => cluster.client({ clientId }).producer({ lingerMs: 0 })

describe('a scripted answer', () => {
  test('is what a client gets so many times, and then the request is carried out', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    const script = cluster.respond('Produce', { error: 'NOT_LEADER_OR_FOLLOWER', times: 2 })
    const outcome = await cluster.client().producer({ lingerMs: 0 }).send({ topic: 'orders', value })
    expect(outcome).toMatchObject({ kind: 'acknowledged', offset: 0 })
    expect(script).toMatchObject({ answered: 2, remaining: 0 })
    expect(await cluster.records('orders')).toHaveLength(1)
  })

  test('that is final reaches the application, and nothing was appended', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    cluster.respond('Produce', { error: 'TOPIC_AUTHORIZATION_FAILED' })
    const producer = cluster.client().producer({ lingerMs: 0 })
    expect(await producer.send({ topic: 'orders', value })).toMatchObject({
      kind: 'failed',
      error: 'TOPIC_AUTHORIZATION_FAILED',
    })
    expect(await cluster.records('orders')).toHaveLength(0)
  })

  test('may come though the request was carried out: a retry is recognised by the broker', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    cluster.respond('Produce', { error: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', carriedOut: true })
    const outcome = await cluster.client().producer({ lingerMs: 0 }).send({ topic: 'orders', value })
    expect(outcome).toMatchObject({ kind: 'acknowledged' })
    expect(await cluster.records('orders')).toHaveLength(1)
  })

  test('may be the end of the connection', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    const script = cluster.respond('Produce', { closeConnection: true, carriedOut: true })
    const outcome = await cluster.client().producer({ lingerMs: 0 }).send({ topic: 'orders', value })
    expect(outcome).toMatchObject({ kind: 'acknowledged' })
    expect(script.answered).toBe(1)
    expect(await cluster.records('orders')).toHaveLength(1)
  })

  test('may be late, and the request is carried out at once all the same', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    cluster.respond('Produce', { delayMs: 60_000 })
    const producer = producerOf(cluster, 'waiting')
    const sent = producer.send({ topic: 'orders', value })
    await expect.poll(() => cluster.records('orders'), { timeout: 10_000 }).toHaveLength(1)
    producer.close()
    expect(await sent).toMatchObject({ kind: 'failed', certainty: 'indefinite' })
  })

  test('takes its time, and comes', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    cluster.respond('Produce', { delayMs: 150 })
    const producer = cluster.client().producer({ lingerMs: 0 })
    const before = performance.now()
    expect(await producer.send({ topic: 'orders', value })).toMatchObject({ kind: 'acknowledged' })
    expect(performance.now() - before).toBeGreaterThan(140)
  })

  test('is for a topic, by name or by id, and in a fetch session that names it no more', async () => {
    await using cluster = await startCluster({ topics: ['orders', 'events'] })
    const consumer = cluster.client().consumer({ fetchMaxWaitMs: 50 })
    consumer.assign([{ topic: 'orders', partition: 0, from: 'earliest' }])
    await cluster.produce('orders', [{ value: '0' }])
    expect(await consumer.poll(5_000)).toMatchObject({ records: [{ offset: 0 }] })
    // Its session has begun: requests without news name nothing.
    const forEvents = cluster.respond('Fetch', { error: 'NOT_LEADER_OR_FOLLOWER', topic: 'events', times: 1 })
    const forOrders = cluster.respond('Fetch', { error: 'NOT_LEADER_OR_FOLLOWER', topic: 'orders', times: 2 })
    while (forOrders.remaining > 0) await consumer.poll(200)
    expect(forEvents.answered).toBe(0)
    await cluster.produce('orders', [{ value: '1' }])
    expect(await consumer.poll(10_000)).toMatchObject({ records: [{ offset: 1 }] })
  })

  test('is for a topic in requests that change or delete it, too', async () => {
    await using cluster = await startCluster({ topics: ['orders', 'events'] })
    const client = cluster.client()
    cluster.respond('IncrementalAlterConfigs', { error: 'POLICY_VIOLATION', topic: 'orders' })
    cluster.respond('DeleteTopics', { error: 'TOPIC_DELETION_DISABLED', topic: 'orders' })
    const configs = { 'retention.ms': '1000' }
    expect(await client.setTopicConfigs('events', configs)).not.toMatchObject({ kind: 'failed' })
    expect(await client.setTopicConfigs('orders', configs)).toMatchObject({ error: 'POLICY_VIOLATION' })
    expect(await client.deleteTopics(['events'])).not.toMatchObject([{ kind: 'failed' }])
    expect(await client.deleteTopics(['orders'])).toMatchObject([{ error: 'TOPIC_DELETION_DISABLED' }])
    expect((await cluster.topics()).map(({ name }) => name)).toEqual(['orders'])
  })

  test('is for a client, and the others go on', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    const script = cluster.respond('Produce', {
      error: 'TOPIC_AUTHORIZATION_FAILED',
      clientId: 'unlucky',
      times: Number.POSITIVE_INFINITY,
    })
    expect(await producerOf(cluster, 'lucky').send({ topic: 'orders', value })).toMatchObject({ kind: 'acknowledged' })
    expect(await producerOf(cluster, 'unlucky').send({ topic: 'orders', value })).toMatchObject({ kind: 'failed' })
    expect(script).toMatchObject({ answered: 1, remaining: Number.POSITIVE_INFINITY })
    script.cancel()
    expect(await producerOf(cluster, 'unlucky').send({ topic: 'orders', value })).toMatchObject({
      kind: 'acknowledged',
    })
  })

  test('never meets what the cluster asks of itself', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    const always = { error: 'UNKNOWN_SERVER_ERROR', times: Number.POSITIVE_INFINITY } as const
    for (const api of ['Produce', 'Fetch', 'Metadata', 'ListOffsets'] as const) cluster.respond(api, always)
    await cluster.produce('orders', [{ value: 'x' }])
    expect(await cluster.records('orders')).toHaveLength(1)
  })

  test('ends the connection of a producer that asked for no answer', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    const script = cluster.respond('Produce', { error: 'NOT_LEADER_OR_FOLLOWER' })
    const producer = cluster.client().producer({ acks: 0, lingerMs: 0 })
    await producer.send({ topic: 'orders', value })
    await expect.poll(() => script.answered).toBe(1)
    await producer.send({ topic: 'orders', value })
    await producer.flush()
  })

  test('to metadata leaves a client its brokers', async () => {
    await using cluster = await startCluster({ topics: ['orders'] })
    const script = cluster.respond('Metadata', { error: 'LEADER_NOT_AVAILABLE', topic: 'orders', times: 3 })
    const outcome = await cluster.client().producer({ lingerMs: 0 }).send({ topic: 'orders', value })
    expect(outcome).toMatchObject({ kind: 'acknowledged' })
    expect(script.answered).toBe(3)
  })

  test('comes from a broker that would have passed the request on to another', async () => {
    await using cluster = await startCluster({ brokers: 2 })
    const script = cluster.respond('CreateTopics', { error: 'POLICY_VIOLATION', times: 2 })
    for (const { address } of cluster.brokers) {
      const client = cluster.client({ bootstrap: [address] })
      expect(await client.createTopics([{ name: 'orders' }])).toMatchObject([{ error: 'POLICY_VIOLATION' }])
    }
    expect(script.answered).toBe(2)
    expect(await cluster.topics()).toEqual([])
  })

  test.each<[string, ScriptedAnswer, RegExp]>([
    ['Produces', { error: 'UNKNOWN_SERVER_ERROR' }, /no such API to clients; they serve: Produce, Fetch/],
    ['Vote', { error: 'UNKNOWN_SERVER_ERROR' }, /no such API to clients/],
    ['Produce', {}, /say what is answered/],
    ['Produce', { error: 'NONE' as 'UNKNOWN_SERVER_ERROR' }, /NONE is no error/],
    ['Produce', { error: 'toString' as 'UNKNOWN_SERVER_ERROR' }, /toString is no error/],
    ['Produce', { error: 'UNKNOWN_SERVER_ERROR', times: 0 }, /whole number from 1/],
    ['Produce', { delayMs: 0.5 }, /whole milliseconds/],
    ['Produce', { delayMs: 10, carriedOut: false }, /needs an error/],
    ['Produce', { error: 'UNKNOWN_SERVER_ERROR', closeConnection: true }, /not both/],
  ])('that makes no sense is refused: %s %j', async (api, answer, message) => {
    await using cluster = await startCluster()
    expect(() => cluster.respond(api as ApiName, answer)).toThrow(message)
  })

  test('names an API as Kafka does, for every API there is', () => {
    for (const [key, { name }] of Object.entries(apis)) expect(name).toBe(key[0]!.toUpperCase() + key.slice(1))
  })
})
