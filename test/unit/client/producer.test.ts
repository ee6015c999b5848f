import { expect, test } from 'vitest'
import type { SendOutcome } from '../../../src/client/producer-batch.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { errorCode } from '../../../src/protocol/errors.ts'
import { ascii, ScriptedCluster } from './scripted-cluster.ts'

function offsets(outcomes: readonly SendOutcome[]): (number | undefined | string)[] {
  return outcomes.map((outcome) => (outcome.kind === 'acknowledged' ? outcome.offset : outcome.error))
}

test('an acknowledged record has its partition, offset and time', async () => {
  const cluster = new ScriptedCluster()
  const [log] = cluster.addTopic('t', 1)
  const producer = cluster.client().producer()
  const outcome = await cluster.until(producer.send({ topic: 't', value: ascii('hello'), timestampMs: 1234 }))
  expect(outcome).toEqual({ kind: 'acknowledged', partition: 0, offset: 0, timestampMs: 1234 })
  expect(log!.values).toEqual(['hello'])
})

test('records sent within the linger travel in one batch, in the order of the sends', async () => {
  const cluster = new ScriptedCluster()
  const [log] = cluster.addTopic('t', 1)
  const producer = cluster.client().producer({ lingerMs: 10 })
  const sends = ['a', 'b', 'c'].map((value) => producer.send({ topic: 't', value: ascii(value) }))
  expect(offsets(await cluster.until(Promise.all(sends)))).toEqual([0, 1, 2])
  expect(log!.batches).toHaveLength(1)
  expect(log!.values).toEqual(['a', 'b', 'c'])
})

test('a batch that is full leaves without waiting for the linger', async () => {
  const cluster = new ScriptedCluster()
  const [log] = cluster.addTopic('t', 1)
  const producer = cluster.client().producer({ lingerMs: 60_000, batchBytes: 300 })
  const sends = Array.from({ length: 4 }, () => producer.send({ topic: 't', value: new Uint8Array(100) }))
  await cluster.until(sends[0]!)
  expect(cluster.nowMs).toBeLessThan(1000)
  expect(log!.batches.length).toBeGreaterThanOrEqual(1)
})

test('a flush sends what lingers and waits for what was sent before it', async () => {
  const cluster = new ScriptedCluster()
  const [log] = cluster.addTopic('t', 1)
  const producer = cluster.client().producer({ lingerMs: 60_000 })
  void producer.send({ topic: 't', value: ascii('before') })
  await cluster.pass(1000)
  expect(log!.values).toEqual([])
  await cluster.until(producer.flush())
  expect(log!.values).toEqual(['before'])
  void producer.send({ topic: 't', value: ascii('after') })
  await cluster.pass(1000)
  expect(log!.values).toEqual(['before'])
})

test('a flush does not let records linger that were still waiting for their topic', async () => {
  const cluster = new ScriptedCluster()
  const [log] = cluster.addTopic('t', 1)
  const producer = cluster.client().producer({ lingerMs: 60_000 })
  for (const value of ['a', 'b']) void producer.send({ topic: 't', value: ascii(value) })
  await cluster.until(producer.flush())
  expect(log!.values).toEqual(['a', 'b'])
  expect(cluster.nowMs).toBeLessThan(1000)
})

test('a flush with nothing to send resolves', async () => {
  const cluster = new ScriptedCluster()
  await cluster.until(cluster.client().producer().flush())
})

test('equal keys share a partition, and a named partition is kept', async () => {
  const cluster = new ScriptedCluster(3)
  const logs = cluster.addTopic('t', 12)
  const producer = cluster.client().producer()
  const keyed = ['one', 'two'].map((value) => producer.send({ topic: 't', key: ascii('a'), value: ascii(value) }))
  const named = producer.send({ topic: 't', partition: 7, key: ascii('a'), value: ascii('three') })
  await cluster.until(Promise.all([...keyed, named]))
  expect(logs[4]!.values).toEqual(['one', 'two'])
  expect(logs[7]!.values).toEqual(['three'])
})

test('acks=0 is acknowledged without an offset', async () => {
  const cluster = new ScriptedCluster()
  const [log] = cluster.addTopic('t', 1)
  const producer = cluster.client().producer({ acks: 0 })
  const outcome = await cluster.until(producer.send({ topic: 't', value: ascii('x'), timestampMs: 5 }))
  expect(outcome).toEqual({ kind: 'acknowledged', partition: 0, offset: undefined, timestampMs: 5 })
  await cluster.pass(100)
  expect(log!.values).toEqual(['x'])
})

test('a broker that tells no topic ids is produced to by name', async () => {
  const cluster = new ScriptedCluster()
  cluster.versionMax.set(apis.metadata.key, 9)
  cluster.versionMax.set(apis.produce.key, 13)
  const [log] = cluster.addTopic('t', 1)
  await cluster.until(
    cluster
      .client()
      .producer()
      .send({ topic: 't', value: ascii('x') }),
  )
  expect(cluster.attempts[0]!.version).toBe(12)
  expect(log!.values).toEqual(['x'])
})

test('records wait for a topic that appears in time, and keep their order', async () => {
  const cluster = new ScriptedCluster()
  const producer = cluster.client().producer()
  const first = producer.send({ topic: 't', value: ascii('first') })
  await cluster.pass(1500)
  const second = producer.send({ topic: 't', value: ascii('second') })
  const [log] = cluster.addTopic('t', 1)
  await cluster.until(Promise.all([first, second]))
  expect(log!.values).toEqual(['first', 'second'])
})

test('a topic that does not appear in time fails definitely', async () => {
  const cluster = new ScriptedCluster()
  const producer = cluster.client().producer({ maxBlockMs: 3000 })
  const outcome = await cluster.until(producer.send({ topic: 't', value: ascii('x') }))
  expect(outcome).toMatchObject({ kind: 'failed', certainty: 'definite', error: 'METADATA_TIMED_OUT' })
  expect(cluster.nowMs).toBeLessThan(3100)
})

test('a topic name that is not allowed fails at once', async () => {
  const cluster = new ScriptedCluster()
  const outcome = await cluster.until(cluster.client().producer().send({ topic: 'not a topic', value: null }))
  expect(outcome).toMatchObject({ certainty: 'definite', error: 'INVALID_TOPIC_EXCEPTION' })
  expect(cluster.nowMs).toBeLessThan(1000)
})

test('a record for a partition that is not there fails definitely', async () => {
  const cluster = new ScriptedCluster()
  cluster.addTopic('t', 2)
  const outcome = await cluster.until(cluster.client().producer().send({ topic: 't', partition: 2, value: null }))
  expect(outcome).toMatchObject({ certainty: 'definite', error: 'INVALID_PARTITION' })
})

test('a record beyond the buffer fails clearly, and fits again once others are settled', async () => {
  const cluster = new ScriptedCluster()
  cluster.addTopic('t', 1)
  const producer = cluster.client().producer({ bufferBytes: 1000 })
  const fits = producer.send({ topic: 't', value: new Uint8Array(600) })
  const beyond = await cluster.until(producer.send({ topic: 't', value: new Uint8Array(600) }))
  expect(beyond).toMatchObject({ certainty: 'definite', error: 'BUFFER_EXHAUSTED' })
  expect(await cluster.until(fits)).toMatchObject({ kind: 'acknowledged' })
  expect(await cluster.until(producer.send({ topic: 't', value: new Uint8Array(600) }))).toMatchObject({ offset: 1 })
})

test('a record larger than a request fails without being sent', async () => {
  const cluster = new ScriptedCluster()
  cluster.addTopic('t', 1)
  const producer = cluster.client().producer({ maxRequestBytes: 500 })
  const outcome = await cluster.until(producer.send({ topic: 't', value: new Uint8Array(500) }))
  expect(outcome).toMatchObject({ certainty: 'definite', error: 'MESSAGE_TOO_LARGE' })
  expect(cluster.attempts).toEqual([])
})

test('closing fails definitely what was not sent and indefinitely what was', async () => {
  const cluster = new ScriptedCluster()
  const [log] = cluster.addTopic('t', 1)
  cluster.script(log!, { append: true, answer: 'silence' })
  const producer = cluster.client().producer()
  const sent = producer.send({ topic: 't', value: ascii('sent') })
  await cluster.pass(500)
  const unsent = producer.send({ topic: 't', value: ascii('unsent') })
  producer.close()
  expect(await cluster.until(sent)).toMatchObject({ certainty: 'indefinite', error: 'CLOSED' })
  expect(await cluster.until(unsent)).toMatchObject({ certainty: 'definite', error: 'CLOSED' })
  expect(await cluster.until(producer.send({ topic: 't', value: null }))).toMatchObject({ error: 'CLOSED' })
})

test('a producer id that is refused for good fails what waits for it', async () => {
  const cluster = new ScriptedCluster()
  cluster.addTopic('t', 1)
  cluster.identityErrors.push(errorCode.COORDINATOR_LOAD_IN_PROGRESS, errorCode.CLUSTER_AUTHORIZATION_FAILED)
  const producer = cluster.client().producer()
  const outcome = await cluster.until(producer.send({ topic: 't', value: ascii('x') }))
  expect(outcome).toMatchObject({ certainty: 'definite', error: 'CLUSTER_AUTHORIZATION_FAILED' })
  expect(await cluster.until(producer.send({ topic: 't', value: ascii('y') }))).toMatchObject({ offset: 0 })
})
