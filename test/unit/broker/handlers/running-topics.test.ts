/** What a topic is set to holds from the moment at which it is changed: sizes, timestamps, and how much a fetch gets. */

import { beforeEach, describe, expect, it } from 'vitest'
import { apis } from '../../../../src/protocol/apis.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import { batchBytes, batchMaxTimestamp, batchTimestampType } from '../../../../src/protocol/record-batch.ts'
import { ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { batchOf, type Sent } from '../log/log-fixture.ts'
import { topicIdOf } from '../metadata/records.ts'
import { PartitionFixture } from './partition-fixture.ts'

let broker: PartitionFixture
let nowMs: number

beforeEach(async () => {
  broker = await PartitionFixture.start()
  nowMs = broker.machine.world.clock.wallMs()
})

async function produce(sent: Sent): Promise<{ error: string; logAppendTimeMs: number }> {
  const partitionData = [{ index: 0, records: batchOf(sent) }]
  const request = { transactionalId: null, acks: 1, timeoutMs: 1000, topicData: [{ name: 'orders', partitionData }] }
  const { responses } = await broker.ask(apis.produce, 11, request)
  const { errorCode, logAppendTimeMs } = responses[0]!.partitionResponses[0]!
  return { error: errorName(errorCode), logAppendTimeMs }
}

interface Asked {
  readonly version?: number
  readonly offset?: number
  readonly maxBytes?: number
  readonly partitionMaxBytes?: number
  readonly minBytes?: number
  readonly maxWaitMs?: number
}

async function fetch(asked: Asked = {}) {
  const { version = 12, offset = 0, maxBytes = 1_000_000, partitionMaxBytes = 1_000_000 } = asked
  const { minBytes = 0, maxWaitMs = 0 } = asked
  const named = version >= 13 ? { topicId: topicIdOf(1) } : { topic: 'orders' }
  const partition = { partition: 0, fetchOffset: offset, partitionMaxBytes }
  const topics = [{ ...named, partitions: [partition] }]
  const request = { ...(version < 15 ? { replicaId: -1 } : {}), maxWaitMs, minBytes, maxBytes, topics }
  const { responses } = await broker.ask(apis.fetch, version, request)
  const { errorCode, records } = responses[0]!.partitions[0]!
  return { error: errorName(errorCode), records: records! }
}

describe('max.message.bytes', () => {
  it('bounds the batches of the next request', async () => {
    const values = ['x'.repeat(500)]
    expect((await produce({ values, timestamp: nowMs })).error).toBe('NONE')
    broker.configure({ 'max.message.bytes': '400' })
    expect((await produce({ values, timestamp: nowMs })).error).toBe('MESSAGE_TOO_LARGE')
    broker.configure({ 'max.message.bytes': '4000' })
    expect((await produce({ values, timestamp: nowMs })).error).toBe('NONE')
  })
})

describe('message.timestamp.type', () => {
  it('LogAppendTime puts the time of the append in place of the producer’s, and tells it', async () => {
    expect(await produce({ timestamp: nowMs - 5000 })).toEqual({ error: 'NONE', logAppendTimeMs: -1 })
    broker.configure({ 'message.timestamp.type': 'LogAppendTime' })
    await broker.pass(100)
    const { logAppendTimeMs } = await produce({ timestamp: nowMs - 5000 })
    expect(logAppendTimeMs).toBeGreaterThanOrEqual(nowMs + 100)
    const { records } = await fetch({ offset: 1 })
    expect([batchTimestampType(records, 0), batchMaxTimestamp(records, 0)]).toEqual(['LogAppendTime', logAppendTimeMs])
  })
})

describe('message.timestamp.before.max.ms and after.max.ms', () => {
  const outside = [-2001, 1001]
  const inside = [-1500, 0, 500]

  it('bound what a producer may say, where that is what is kept', async () => {
    broker.configure({ 'message.timestamp.before.max.ms': '2000', 'message.timestamp.after.max.ms': '1000' })
    const errors = async (offsets: readonly number[]) => {
      const told: string[] = []
      for (const offset of offsets) told.push((await produce({ timestamp: nowMs + offset })).error)
      return told
    }
    expect(await errors(inside)).toEqual(inside.map(() => 'NONE'))
    expect(await errors(outside)).toEqual(outside.map(() => 'INVALID_TIMESTAMP'))
    broker.configure({ 'message.timestamp.type': 'LogAppendTime' })
    expect(await errors(outside)).toEqual(outside.map(() => 'NONE'))
  })

  it('let a record be an hour ahead where nobody has said otherwise, and as old as it likes', async () => {
    expect((await produce({ timestamp: nowMs + 3_590_000 })).error).toBe('NONE')
    expect((await produce({ timestamp: nowMs + 3_700_000 })).error).toBe('INVALID_TIMESTAMP')
    expect((await produce({ timestamp: 0 })).error).toBe('NONE')
  })
})

describe('a fetch', () => {
  const three = Array.from({ length: 3 }, () => ({ values: ['x'.repeat(100)] }))

  it('gets whole batches within its limits, and the first one even where it is larger', async () => {
    broker.append(...three)
    const all = (await fetch()).records
    const size = batchBytes(all, 0)
    expect(all.length).toBe(3 * size)
    const sizes = async (asked: Asked) => (await fetch(asked)).records.length / size
    expect(await sizes({ maxBytes: 2 * size + 1 })).toBe(2)
    expect(await sizes({ partitionMaxBytes: size + 1 })).toBe(1)
    expect(await sizes({ partitionMaxBytes: 1, maxBytes: 1 })).toBe(1)
    expect(await sizes({ partitionMaxBytes: 0 })).toBe(1)
  })

  it.each([4, 12, 13, 18])('names its topic by its id from version 13 on (version %i)', async (version) => {
    broker.append(...three)
    expect((await fetch({ version })).records.length).toBeGreaterThan(300)
  })

  it('that names an id nobody has is told so', async () => {
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 }]
    const request = { maxWaitMs: 0, minBytes: 0, maxBytes: 1, topics: [{ topicId: topicIdOf(9), partitions }] }
    const { responses } = await broker.ask(apis.fetch, 16, request)
    expect(responses.map(({ topicId, partitions: told }) => [topicId, errorName(told[0]!.errorCode)])).toEqual([
      [topicIdOf(9), 'UNKNOWN_TOPIC_ID'],
    ])
    expect(topicIdOf(9)).not.toBe(ZERO_UUID)
  })

  it('waits for as many bytes as it wants at least, and no longer than it may', async () => {
    broker.append(three[0]!)
    const { clock } = broker.machine.world
    const startUs = clock.monotonicUs()
    expect((await fetch({ minBytes: 100_000, maxWaitMs: 500 })).records.length).toBeGreaterThan(100)
    expect(clock.monotonicUs() - startUs).toBeGreaterThanOrEqual(500_000)
    const waiting = fetch({ offset: 1, minBytes: 1, maxWaitMs: 60_000 })
    const since = clock.monotonicUs()
    clock.setTimer(10_000, () => broker.append(three[1]!))
    expect((await waiting).records.length).toBeGreaterThan(100)
    expect(clock.monotonicUs() - since).toBeLessThan(1_000_000)
  })
})
