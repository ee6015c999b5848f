import { expect, test } from 'vitest'
import type { Consumer, PollOutcome } from '../../../src/client/consumer.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { crc32c } from '../../../src/protocol/crc32c.ts'
import { errorCode } from '../../../src/protocol/errors.ts'
import { encodeBatch } from '../../../src/protocol/record-batch-encode.ts'
import { setLogAppendTime } from '../../../src/protocol/record-batch-patch.ts'
import { ascii, ScriptedCluster } from './scripted-cluster.ts'
import type { ScriptedLog } from './scripted-log.ts'

/** Appends one batch with these values, the first with this timestamp, each next one later by one. */
function append(log: ScriptedLog, values: readonly string[], timestamp = 1000, isControl = false): void {
  const records = values.map((value, index) => ({ timestamp: timestamp + index, key: null, value: ascii(value) }))
  log.appendRaw(encodeBatch({ baseOffset: log.endOffset, leaderEpoch: log.leaderEpoch, isControl, records }, crc32c))
}

function texts(outcome: PollOutcome): string[] {
  if (outcome.kind === 'failed') throw new Error(`${outcome.error}: ${outcome.message}`)
  return outcome.records.map(({ value }) => String.fromCharCode(...value!))
}

/** Polls until this many records came, or a poll came back empty. */
async function readAll(cluster: ScriptedCluster, consumer: Consumer, count: number): Promise<string[]> {
  const read: string[] = []
  while (read.length < count) {
    const values = texts(await cluster.until(consumer.poll(2000)))
    if (values.length === 0) break
    read.push(...values)
  }
  return read
}

function withLog(partitions = 1): { cluster: ScriptedCluster; log: ScriptedLog; logs: ScriptedLog[] } {
  const cluster = new ScriptedCluster()
  const logs = cluster.addTopic('t', partitions)
  return { cluster, log: logs[0]!, logs }
}

const fromStart = { topic: 't', partition: 0, from: 'earliest' } as const

test('a record is read with its offset, time, key, value and headers', async () => {
  const { cluster, log } = withLog()
  const time = { timestampMs: 42, timestampType: 'CreateTime' }
  const record = { timestamp: 42, key: ascii('k'), value: null, headers: [{ key: 'h', value: ascii('v') }] }
  log.appendRaw(encodeBatch({ baseOffset: 0, records: [record] }, crc32c))
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  const outcome = await cluster.until(consumer.poll(1000))
  expect(outcome).toEqual({
    kind: 'records',
    records: [{ topic: 't', partition: 0, offset: 0, ...time, key: ascii('k'), value: null, headers: record.headers }],
  })
})

test('records that the broker gave its own time are read with that, and say so', async () => {
  const { cluster, log } = withLog()
  const records = [1, 2].map((timestamp) => ({ timestamp, key: null, value: ascii('v') }))
  const batch = encodeBatch({ baseOffset: 0, records }, crc32c)
  setLogAppendTime(batch, 0, 77, crc32c)
  log.appendRaw(batch)
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  const outcome = await cluster.until(consumer.poll(1000))
  const time = { timestampMs: 77, timestampType: 'LogAppendTime' }
  expect(outcome).toMatchObject({ records: [time, time] })
})

test.each([
  ['earliest', ['a', 'b', 'c', 'd']],
  [2, ['c', 'd']],
  [{ timestampMs: 1001 }, ['b', 'c', 'd']],
] as const)('reading from %j begins with the right record', async (from, expected) => {
  const { cluster, log } = withLog()
  append(log, ['a', 'b', 'c', 'd'])
  const consumer = cluster.client().consumer()
  consumer.assign([{ topic: 't', partition: 0, from }])
  expect(await readAll(cluster, consumer, expected.length)).toEqual(expected)
  expect(consumer.position('t', 0)).toBe(4)
})

test.each(['latest', { timestampMs: 9999 }] as const)('reading from %j gives only what comes later', async (from) => {
  const { cluster, log } = withLog()
  append(log, ['old'])
  const consumer = cluster.client().consumer()
  consumer.assign([{ topic: 't', partition: 0, from }])
  expect(texts(await cluster.until(consumer.poll(1000)))).toEqual([])
  const polled = consumer.poll(10_000)
  await cluster.pass(300)
  append(log, ['new'])
  expect(texts(await cluster.until(polled))).toEqual(['new'])
})

test('a poll comes back empty when its time is up', async () => {
  const { cluster } = withLog()
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  expect(texts(await cluster.until(consumer.poll(700)))).toEqual([])
  expect(cluster.nowMs).toBe(700)
})

test('a poll gives no more records than asked for, and the next one goes on', async () => {
  const { cluster, log } = withLog()
  append(log, ['a', 'b', 'c'])
  append(log, ['d', 'e'])
  const consumer = cluster.client().consumer({ maxPollRecords: 2 })
  consumer.assign([fromStart])
  const polls: string[][] = []
  for (const _ of [1, 2, 3]) polls.push(texts(await cluster.until(consumer.poll(1000))))
  expect(polls).toEqual([['a', 'b'], ['c', 'd'], ['e']])
})

test('control records are never handed out, and their offsets are passed over', async () => {
  const { cluster, log } = withLog()
  append(log, ['a'])
  append(log, ['marker'], 1000, true)
  append(log, ['b'])
  append(log, ['marker'], 1000, true)
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  expect(await readAll(cluster, consumer, 2)).toEqual(['a', 'b'])
  await cluster.until(consumer.poll(600))
  expect(consumer.position('t', 0)).toBe(4)
})

test('several partitions are read, each in its order', async () => {
  const { cluster, logs } = withLog(3)
  for (const [index, log] of logs.entries()) for (let each = 0; each < 5; each++) append(log, [`${index}.${each}`])
  const consumer = cluster.client().consumer({ maxPollRecords: 4 })
  consumer.assign(logs.map((_, partition) => ({ topic: 't', partition, from: 'earliest' as const })))
  const read = await readAll(cluster, consumer, 15)
  for (const index of [0, 1, 2]) {
    expect(read.filter((value) => value.startsWith(`${index}.`))).toEqual(
      [0, 1, 2, 3, 4].map((each) => `${index}.${each}`),
    )
  }
})

test('in a fetch session only what moved is named', async () => {
  const { cluster, log } = withLog(2)
  append(log, ['a'])
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart, { topic: 't', partition: 1, from: 0 }])
  await readAll(cluster, consumer, 1)
  await cluster.until(consumer.poll(1200))
  const [first, second, third] = cluster.fetches.seen
  expect(first).toMatchObject({ sessionId: 0, epoch: 0, named: [0, 1] })
  expect(second).toMatchObject({ sessionId: 77, epoch: 1, named: [0] })
  expect(third).toMatchObject({ sessionId: 77, epoch: 2, named: [] })
})

test('without sessions every fetch names everything', async () => {
  const { cluster, log } = withLog()
  append(log, ['a'])
  const consumer = cluster.client().consumer({ fetchSessions: false })
  consumer.assign([{ topic: 't', partition: 0, from: 0 }])
  await readAll(cluster, consumer, 1)
  await cluster.until(consumer.poll(1200))
  expect(cluster.fetches.seen.every(({ epoch, named }) => epoch === -1 && named.length === 1)).toBe(true)
})

test('a broker that has forgotten the session costs no records', async () => {
  const { cluster, log } = withLog()
  append(log, ['a'])
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  await readAll(cluster, consumer, 1)
  await cluster.until(consumer.poll(700))
  cluster.fetches.forgetSessions()
  append(log, ['b'])
  append(log, ['c'])
  expect(await readAll(cluster, consumer, 2)).toEqual(['b', 'c'])
})

test('a lost answer costs no records and repeats none', async () => {
  const { cluster, log } = withLog()
  append(log, ['a', 'b'])
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  cluster.fetches.scripts.push('lose')
  expect(await readAll(cluster, consumer, 2)).toEqual(['a', 'b'])
  cluster.fetches.scripts.push('lose', errorCode.INVALID_FETCH_SESSION_EPOCH)
  append(log, ['c'])
  expect(await readAll(cluster, consumer, 1)).toEqual(['c'])
})

test('a broker that tells no topic ids is fetched from by name', async () => {
  const { cluster, log } = withLog()
  cluster.versionMax.set(apis.metadata.key, 9)
  append(log, ['a'])
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  expect(await readAll(cluster, consumer, 1)).toEqual(['a'])
  expect(cluster.fetches.seen[0]!.version).toBe(12)
})

test('an old broker without sessions and epochs is read as well', async () => {
  const { cluster, log } = withLog()
  cluster.versionMax.set(apis.fetch.key, 4)
  append(log, ['a', 'b'])
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  expect(await readAll(cluster, consumer, 2)).toEqual(['a', 'b'])
  append(log, ['c'])
  expect(await readAll(cluster, consumer, 1)).toEqual(['c'])
})

test('a leader that moved is followed', async () => {
  const cluster = new ScriptedCluster(2)
  const [log] = cluster.addTopic('t', 1)
  append(log!, ['a'])
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  await readAll(cluster, consumer, 1)
  log!.leader = 2
  log!.leaderEpoch = 1
  append(log!, ['b'])
  expect(await readAll(cluster, consumer, 1)).toEqual(['b'])
})

test('a position before the log is reported, and stays, under the policy error', async () => {
  const { cluster, log } = withLog()
  append(log, ['a', 'b', 'c'])
  log.startOffset = 2
  const consumer = cluster.client().consumer()
  consumer.assign([{ topic: 't', partition: 0, from: 0 }])
  for (const _ of [1, 2]) {
    const outcome = await cluster.until(consumer.poll(1000))
    expect(outcome).toMatchObject({ kind: 'failed', error: 'OFFSET_OUT_OF_RANGE' })
  }
  expect(consumer.position('t', 0)).toBe(0)
})

test.each([
  ['earliest', ['c', 'd']],
  ['latest', ['d']],
] as const)('a position outside the log goes to the %s under that policy', async (autoOffsetReset, expected) => {
  const { cluster, log } = withLog()
  for (const value of ['a', 'b', 'c']) append(log, [value])
  log.startOffset = 2
  const consumer = cluster.client().consumer({ autoOffsetReset })
  consumer.assign([{ topic: 't', partition: 0, from: 99 }])
  const polled = consumer.poll(2000)
  await cluster.pass(1000)
  append(log, ['d'])
  const first = texts(await cluster.until(polled))
  expect([...first, ...(await readAll(cluster, consumer, expected.length - first.length))]).toEqual(expected)
})

test('a batch with a wrong checksum is reported after the good records before it', async () => {
  const { cluster, log } = withLog()
  append(log, ['a'])
  append(log, ['bad'])
  const bad = log.batches[1]!
  bad[bad.length - 3] = bad[bad.length - 3]! ^ 1
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  expect(texts(await cluster.until(consumer.poll(1000)))).toEqual(['a'])
  expect(await cluster.until(consumer.poll(1000))).toMatchObject({ kind: 'failed', error: 'CORRUPT_MESSAGE' })
  expect(consumer.position('t', 0)).toBe(1)
})

test('checksums are not looked at where the reader does not want it', async () => {
  const { cluster, log } = withLog()
  append(log, ['bad'])
  const bad = log.batches[0]!
  bad[bad.length - 2] = 0x64
  bad[17] = 0
  const consumer = cluster.client().consumer({ checkCrcs: false })
  consumer.assign([{ topic: 't', partition: 0, from: 0 }])
  expect(await readAll(cluster, consumer, 1)).toHaveLength(1)
})

test('a log that was truncated below what was read is reported, and reading goes on from there', async () => {
  const { cluster, log } = withLog()
  append(log, ['a'])
  append(log, ['gone'])
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  await readAll(cluster, consumer, 2)
  cluster.fetches.diverging.set(log, { epoch: 0, endOffset: 1 })
  const outcome = await cluster.until(consumer.poll(1000))
  expect(outcome).toMatchObject({ kind: 'failed', error: 'LOG_TRUNCATED' })
  expect(consumer.position('t', 0)).toBe(1)
  expect(await readAll(cluster, consumer, 1)).toEqual(['gone'])
})

test('an error that passes is not reported', async () => {
  const { cluster, log } = withLog()
  append(log, ['a'])
  cluster.fetches.errors.set(log, [errorCode.OFFSET_NOT_AVAILABLE, errorCode.UNKNOWN_SERVER_ERROR])
  const consumer = cluster.client().consumer()
  consumer.assign([{ topic: 't', partition: 0, from: 0 }])
  expect(await readAll(cluster, consumer, 1)).toEqual(['a'])
})

test('an error that does not pass is reported', async () => {
  const { cluster, log } = withLog()
  cluster.fetches.errors.set(log, [errorCode.TOPIC_AUTHORIZATION_FAILED])
  const consumer = cluster.client().consumer()
  consumer.assign([{ topic: 't', partition: 0, from: 0 }])
  expect(await cluster.until(consumer.poll(1000))).toMatchObject({ error: 'TOPIC_AUTHORIZATION_FAILED' })
})

test('another assignment replaces the first, also for a fetch under way', async () => {
  const { cluster, log, logs } = withLog(2)
  append(log, ['a', 'b'])
  const consumer = cluster.client().consumer({ maxPollRecords: 1 })
  consumer.assign([fromStart])
  expect(texts(await cluster.until(consumer.poll(1000)))).toEqual(['a'])
  append(logs[1]!, ['x'])
  consumer.assign([{ topic: 't', partition: 1, from: 'earliest' }, fromStart])
  const read = await readAll(cluster, consumer, 3)
  expect(read.sort()).toEqual(['a', 'b', 'x'])
})

test('the ends of partitions are told in the order asked for, assigned or not', async () => {
  const { cluster, logs } = withLog(2)
  append(logs[1]!, ['a', 'b'])
  const consumer = cluster.client().consumer()
  const asked = [
    { topic: 't', partition: 1 },
    { topic: 't', partition: 0 },
  ]
  expect(await cluster.until(consumer.endOffsets(asked))).toEqual({
    kind: 'ok',
    value: [
      { topic: 't', partition: 1, offset: 2 },
      { topic: 't', partition: 0, offset: 0 },
    ],
  })
  expect(await cluster.until(consumer.endOffsets([]))).toEqual({ kind: 'ok', value: [] })
})

test('the end of a topic that does not exist is not waited for for ever', async () => {
  const { cluster } = withLog()
  const consumer = cluster.client({ defaultApiTimeoutMs: 5000 }).consumer()
  const outcome = await cluster.until(consumer.endOffsets([{ topic: 'absent', partition: 0 }]))
  expect(outcome).toMatchObject({ kind: 'failed', error: 'API_TIMED_OUT' })
  expect(cluster.nowMs).toBeLessThan(6000)
})

test('closing ends a poll under way', async () => {
  const { cluster } = withLog()
  const consumer = cluster.client().consumer()
  consumer.assign([fromStart])
  const polled = consumer.poll(60_000)
  await cluster.pass(1000)
  consumer.close()
  expect(await cluster.until(polled)).toMatchObject({ kind: 'failed', error: 'CLOSED' })
  expect(await cluster.until(consumer.poll(10))).toMatchObject({ error: 'CLOSED' })
})
