import { expect, test } from 'vitest'
import { errorCode } from '../../../src/protocol/errors.ts'
import { ascii, ScriptedCluster } from './scripted-cluster.ts'

test('topics are created, each with its own outcome', async () => {
  const cluster = new ScriptedCluster()
  cluster.addTopic('old', 1)
  const outcomes = await cluster.until(
    cluster.client().createTopics([{ name: 'new', numPartitions: 3 }, { name: 'old' }]),
  )
  expect(outcomes).toMatchObject([
    { kind: 'created', name: 'new', numPartitions: 3 },
    { kind: 'failed', name: 'old', certainty: 'definite', error: 'TOPIC_ALREADY_EXISTS' },
  ])
})

test('a controller that has moved is asked again', async () => {
  const cluster = new ScriptedCluster()
  cluster.createScripts.push(errorCode.NOT_CONTROLLER, errorCode.NOT_CONTROLLER)
  const outcomes = await cluster.until(cluster.client().createTopics([{ name: 'new', numPartitions: 1 }]))
  expect(outcomes).toMatchObject([{ kind: 'created' }])
})

test('a topic whose creation got no answer is not called refused when it is found to exist', async () => {
  const cluster = new ScriptedCluster()
  cluster.createScripts.push('lose')
  const outcomes = await cluster.until(cluster.client().createTopics([{ name: 'new', numPartitions: 1 }]))
  expect(outcomes).toMatchObject([{ kind: 'failed', certainty: 'indefinite', error: 'TOPIC_ALREADY_EXISTS' }])
})

test('topics are described, all or those that are named', async () => {
  const cluster = new ScriptedCluster(2)
  cluster.addTopic('a', 2)
  cluster.addTopic('b', 1)
  const client = cluster.client()
  const all = await cluster.until(client.describeTopics())
  expect(all).toMatchObject({ kind: 'ok', value: [{ name: 'a' }, { name: 'b' }] })
  const one = await cluster.until(client.describeTopics(['a']))
  expect(one).toMatchObject({
    kind: 'ok',
    value: [{ name: 'a', partitions: [{ leader: 1, replicas: [1] }, { leader: 2 }] }],
  })
  const absent = await cluster.until(client.describeTopics(['a', 'absent']))
  expect(absent).toMatchObject({ kind: 'failed', error: 'UNKNOWN_TOPIC_OR_PARTITION' })
})

test('a cluster that cannot be reached is given up in time', async () => {
  const cluster = new ScriptedCluster()
  cluster.machines.node(1).kill()
  const outcome = await cluster.until(cluster.client({ defaultApiTimeoutMs: 4000 }).describeTopics())
  expect(outcome).toMatchObject({ kind: 'failed', error: 'API_TIMED_OUT' })
  expect(cluster.nowMs).toBeLessThan(6000)
})

test('one of several bootstrap addresses is enough', async () => {
  const cluster = new ScriptedCluster(3)
  cluster.addTopic('t', 1)
  cluster.machines.node(2).kill()
  cluster.machines.node(3).kill()
  const outcome = await cluster.until(cluster.client().describeTopics())
  expect(outcome).toMatchObject({ kind: 'ok', value: [{ name: 't' }] })
})

test('closing the client fails what is under way everywhere', async () => {
  const cluster = new ScriptedCluster()
  cluster.addTopic('t', 1)
  const client = cluster.client()
  const consumer = client.consumer()
  consumer.assign([{ topic: 't', partition: 0, from: 0 }])
  const polled = consumer.poll(60_000)
  const sent = client.producer({ lingerMs: 60_000 }).send({ topic: 't', value: ascii('x') })
  await cluster.pass(1000)
  client.close()
  expect(await cluster.until(polled)).toMatchObject({ error: 'CLOSED' })
  expect(await cluster.until(sent)).toMatchObject({ error: 'CLOSED', certainty: 'definite' })
})

test('the same seed gives the same run, event for event', async () => {
  const digests: unknown[] = []
  for (const _ of [1, 2]) {
    const cluster = new ScriptedCluster(3, 42)
    cluster.addTopic('t', 6)
    const producer = cluster.client().producer()
    const sends = Array.from({ length: 50 }, (_unused, index) =>
      producer.send({ topic: 't', value: ascii(`${index}`) }),
    )
    await cluster.until(Promise.all(sends))
    digests.push([cluster.machines.hash.digest, cluster.nowMs])
  }
  expect(digests[0]).toEqual(digests[1])
})

test('a client with nothing to do schedules nothing for ever', async () => {
  const cluster = new ScriptedCluster()
  cluster.addTopic('t', 1)
  const client = cluster.client()
  await cluster.until(client.producer().send({ topic: 't', value: ascii('x') }))
  const consumer = client.consumer()
  consumer.assign([{ topic: 't', partition: 0, from: 'earliest' }])
  await cluster.until(consumer.poll(1000))
  const before = cluster.machines.loop.events
  await cluster.pass(500_000)
  expect(cluster.machines.loop.events - before).toBeLessThan(30)
})
