import { expect, test } from 'vitest'
import type { Producer } from '../../../src/client/producer.ts'
import type { SendOutcome } from '../../../src/client/producer-batch.ts'
import { errorCode } from '../../../src/protocol/errors.ts'
import { ascii, ScriptedCluster } from './scripted-cluster.ts'
import type { ScriptedLog } from './scripted-log.ts'

/** Sends each value as a batch of its own, all at once. */
function sendBatches(producer: Producer, values: readonly string[]): Promise<SendOutcome>[] {
  return values.map((value) => {
    const sent = producer.send({ topic: 't', value: ascii(value) })
    void producer.flush()
    return sent
  })
}

/** A cluster whose client has its connection, its metadata and its producer id: the first record of the log is `warm`. */
async function warm(
  options: Parameters<ReturnType<ScriptedCluster['client']>['producer']>[0] = {},
  brokers = 1,
): Promise<{ cluster: ScriptedCluster; log: ScriptedLog; producer: Producer }> {
  const cluster = new ScriptedCluster(brokers)
  const [log] = cluster.addTopic('t', 1)
  const producer = cluster.client({ requestTimeoutMs: 5000 }).producer(options)
  await cluster.until(Promise.all(sendBatches(producer, ['warm'])))
  cluster.attempts.length = 0
  return { cluster, log: log!, producer }
}

const refused = (answer: number) => ({ append: false, answer })

test('a batch whose response is lost is acknowledged once, at the offset it has', async () => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, { append: true, answer: 'lose' })
  const [outcome] = await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(outcome).toMatchObject({ kind: 'acknowledged', offset: 1 })
  expect(log.values).toEqual(['warm', 'x'])
  expect(cluster.attempts.map(({ sequence }) => sequence)).toEqual([1, 1])
})

test('without idempotence a lost response duplicates the record', async () => {
  const { cluster, log, producer } = await warm({ idempotent: false })
  cluster.script(log, { append: true, answer: 'lose' })
  await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(log.values).toEqual(['warm', 'x', 'x'])
})

test('five batches in flight keep their order when the first must be sent again', async () => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, refused(errorCode.NOT_ENOUGH_REPLICAS))
  const values = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const outcomes = await cluster.until(Promise.all(sendBatches(producer, values)))
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(values.map(() => 'acknowledged'))
  expect(log.values).toEqual(['warm', ...values])
  expect(cluster.attempts.slice(0, 5).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5])
})

test('all batches in flight are sent again in order when the connection breaks', async () => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, { append: true, answer: 0 }, { append: true, answer: 'lose' })
  const values = ['a', 'b', 'c', 'd', 'e']
  const outcomes = await cluster.until(Promise.all(sendBatches(producer, values)))
  expect(outcomes.map((outcome) => outcome.kind === 'acknowledged' && outcome.offset)).toEqual([1, 2, 3, 4, 5])
  expect(log.values).toEqual(['warm', ...values])
})

test('without idempotence one batch at a time keeps the order', async () => {
  const { cluster, log, producer } = await warm({ acks: 1 })
  cluster.script(log, refused(errorCode.LEADER_NOT_AVAILABLE))
  await cluster.until(Promise.all(sendBatches(producer, ['a', 'b', 'c'])))
  expect(log.values).toEqual(['warm', 'a', 'b', 'c'])
})

test('a refusal that proves nothing was appended fails definitely', async () => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, refused(errorCode.MESSAGE_TOO_LARGE))
  const [outcome] = await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(outcome).toMatchObject({ kind: 'failed', certainty: 'definite', error: 'MESSAGE_TOO_LARGE' })
})

test('the sequence numbers of the youngest batch that failed definitely are used again', async () => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, refused(errorCode.INVALID_RECORD))
  await cluster.until(Promise.all(sendBatches(producer, ['bad'])))
  await cluster.until(Promise.all(sendBatches(producer, ['good'])))
  expect(cluster.attempts.map(({ epoch, sequence }) => [epoch, sequence])).toEqual([
    [0, 1],
    [0, 1],
  ])
  expect(log.values).toEqual(['warm', 'good'])
})

test.each([
  ['UNKNOWN_SERVER_ERROR', 'indefinite'],
  ['INVALID_REQUIRED_ACKS', 'definite'],
  ['TOPIC_AUTHORIZATION_FAILED', 'definite'],
  ['RECORD_LIST_TOO_LARGE', 'definite'],
  ['STALE_BROKER_EPOCH', 'indefinite'],
] as const)('a batch answered with %s has failed, and that is %s', async (name, certainty) => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, refused(errorCode[name]))
  const [outcome] = await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(outcome).toMatchObject({ kind: 'failed', certainty, error: name })
})

test.each([
  ['NOT_LEADER_OR_FOLLOWER', 'indefinite'],
  ['REQUEST_TIMED_OUT', 'indefinite'],
  ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'indefinite'],
  ['KAFKA_STORAGE_ERROR', 'indefinite'],
  ['NOT_ENOUGH_REPLICAS', 'definite'],
  ['UNKNOWN_TOPIC_OR_PARTITION', 'definite'],
  ['LEADER_NOT_AVAILABLE', 'definite'],
] as const)('answered with %s until the delivery timeout, a record is lost and that is %s', async (name, certainty) => {
  const { cluster, log, producer } = await warm({ deliveryTimeoutMs: 8000 })
  cluster.script(log, ...Array.from({ length: 100 }, () => refused(errorCode[name])))
  const beganMs = cluster.nowMs
  const [outcome] = await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(outcome).toMatchObject({ kind: 'failed', certainty, error: 'DELIVERY_TIMED_OUT' })
  expect(cluster.nowMs - beganMs).toBeLessThan(9000)
  expect(cluster.attempts.length).toBeLessThan(30)
})

test('one unanswered attempt makes a later definite refusal indefinite', async () => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, { append: true, answer: 'lose' }, refused(errorCode.MESSAGE_TOO_LARGE))
  const [outcome] = await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(outcome).toMatchObject({ kind: 'failed', certainty: 'indefinite', error: 'MESSAGE_TOO_LARGE' })
  expect(log.values).toEqual(['warm', 'x'])
})

test('a record never answered fails indefinitely when its time is up', async () => {
  const { cluster, log, producer } = await warm({ deliveryTimeoutMs: 3000 })
  cluster.script(log, { append: true, answer: 'silence' })
  const [outcome] = await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(outcome).toMatchObject({ kind: 'failed', certainty: 'indefinite', error: 'DELIVERY_TIMED_OUT' })
})

test('a record that never left fails definitely when its time is up', async () => {
  const { cluster, producer } = await warm({ deliveryTimeoutMs: 3000 })
  cluster.machines.node(1).kill()
  await cluster.pass(1000)
  const [outcome] = await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(outcome).toMatchObject({ kind: 'failed', certainty: 'definite', error: 'DELIVERY_TIMED_OUT' })
})

test('after a batch of unknown fate failed, what follows begins a new epoch', async () => {
  const { cluster, log, producer } = await warm({ deliveryTimeoutMs: 3000 })
  cluster.script(log, { append: false, answer: 'silence' })
  await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  const [outcome] = await cluster.until(Promise.all(sendBatches(producer, ['y'])))
  expect(outcome).toMatchObject({ kind: 'acknowledged', offset: 1 })
  expect(cluster.attempts.at(-1)).toMatchObject({ epoch: 1, sequence: 0 })
  expect(cluster.asked.filter((name) => name === 'InitProducerId')).toHaveLength(1)
})

test('batches behind one that was refused for good are sent under a new epoch, in order', async () => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, refused(errorCode.INVALID_RECORD))
  const outcomes = await cluster.until(Promise.all(sendBatches(producer, ['bad', 'b', 'c', 'd'])))
  expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'acknowledged', 'acknowledged', 'acknowledged'])
  expect(log.values).toEqual(['warm', 'b', 'c', 'd'])
  expect(cluster.attempts.at(-1)).toMatchObject({ epoch: 1 })
})

test('a batch of unknown fate behind a gap is never sent under other numbers', async () => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, refused(errorCode.INVALID_RECORD), refused(errorCode.REQUEST_TIMED_OUT))
  const outcomes = await cluster.until(Promise.all(sendBatches(producer, ['bad', 'unknown', 'c'])))
  expect(outcomes[1]).toMatchObject({ kind: 'failed', certainty: 'indefinite', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  const unknown = cluster.attempts.filter(({ sequence, epoch }) => epoch === 0 && sequence === 2)
  expect(unknown.length).toBeGreaterThanOrEqual(2)
  expect(log.values.filter((value) => value === 'unknown')).toEqual([])
})

test('a broker that has lost the producer refuses the batch definitely, and the next begins a new epoch', async () => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, refused(errorCode.OUT_OF_ORDER_SEQUENCE_NUMBER))
  const [outcome] = await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(outcome).toMatchObject({ certainty: 'definite', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  await cluster.until(Promise.all(sendBatches(producer, ['y'])))
  expect(log.values).toEqual(['warm', 'y'])
})

test('a refused epoch leads to another producer id', async () => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, refused(errorCode.INVALID_PRODUCER_EPOCH))
  const outcomes = await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(outcomes[0]).toMatchObject({ certainty: 'definite', error: 'INVALID_PRODUCER_EPOCH' })
  await cluster.until(Promise.all(sendBatches(producer, ['y'])))
  expect(cluster.asked.filter((name) => name === 'InitProducerId')).toHaveLength(2)
  expect(cluster.attempts.at(-1)).toMatchObject({ epoch: 0, sequence: 0 })
})

test('a duplicate that the broker has forgotten the offset of is acknowledged', async () => {
  const { cluster, log, producer } = await warm()
  cluster.script(log, { append: true, answer: errorCode.DUPLICATE_SEQUENCE_NUMBER })
  const [outcome] = await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(outcome).toMatchObject({ kind: 'acknowledged', offset: undefined })
})

test('a partition whose leader has moved is produced to there', async () => {
  const { cluster, log, producer } = await warm({}, 2)
  log.leader = 2
  log.leaderEpoch = 1
  const outcomes = await cluster.until(Promise.all(sendBatches(producer, ['a', 'b', 'c'])))
  expect(outcomes.map(({ kind }) => kind)).toEqual(['acknowledged', 'acknowledged', 'acknowledged'])
  expect(log.values).toEqual(['warm', 'a', 'b', 'c'])
  expect(cluster.attempts.at(-1)!.node).toBe(2)
})

test('an old epoch in the metadata of a broker that lags behind is not believed', async () => {
  const { cluster, log, producer } = await warm({}, 2)
  log.leader = 2
  log.leaderEpoch = 3
  await cluster.until(Promise.all(sendBatches(producer, ['a'])))
  cluster.attempts.length = 0
  log.leaderEpoch = 2
  log.leader = 1
  cluster.script(log, refused(errorCode.NOT_LEADER_OR_FOLLOWER))
  const sends = sendBatches(producer, ['b'])
  await cluster.pass(2000)
  expect(cluster.attempts.every(({ node }) => node === 2)).toBe(true)
  log.leader = 2
  await cluster.until(Promise.all(sends))
})

test('a broker that comes back is connected to again', async () => {
  const { cluster, log, producer } = await warm()
  cluster.machines.network.resetConnections({})
  await cluster.until(Promise.all(sendBatches(producer, ['x'])))
  expect(log.values).toEqual(['warm', 'x'])
})

test('one broken partition does not hold up the others', async () => {
  const cluster = new ScriptedCluster()
  const [broken, sound] = cluster.addTopic('t', 2)
  cluster.script(broken!, ...Array.from({ length: 100 }, () => refused(errorCode.NOT_ENOUGH_REPLICAS)))
  const producer = cluster.client().producer()
  const stuck = producer.send({ topic: 't', partition: 0, value: ascii('stuck') })
  const beganMs = cluster.nowMs
  await cluster.until(producer.send({ topic: 't', partition: 1, value: ascii('fine') }))
  await cluster.until(producer.send({ topic: 't', partition: 1, value: ascii('fine') }))
  expect(cluster.nowMs - beganMs).toBeLessThan(1000)
  expect(sound!.values).toEqual(['fine', 'fine'])
  producer.close()
  expect(await cluster.until(stuck)).toMatchObject({ kind: 'failed', certainty: 'definite' })
})
