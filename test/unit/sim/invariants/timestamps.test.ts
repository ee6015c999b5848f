import { describe, expect, test } from 'vitest'
import { apis } from '../../../../src/protocol/apis.ts'
import { crc32c } from '../../../../src/protocol/crc32c.ts'
import { compressBatch } from '../../../../src/protocol/record-batch-compression.ts'
import { encodeBatch } from '../../../../src/protocol/record-batch-encode.ts'
import { setLogAppendTime } from '../../../../src/protocol/record-batch-patch.ts'
import { simCodecs } from '../../../../src/sim/devices/sim-codecs.ts'
import { TimestampTypes } from '../../../../src/sim/invariants/timestamp-types.ts'
import { generatePlan } from '../../../../src/sim/plan/generate.ts'
import { logConfigsOf } from '../../../../src/sim/plan/topic-durability.ts'
import { type BatchOfTest, batch, Judge } from './judge.ts'

/** A batch to which the broker gave that time. */
function stamped(of: BatchOfTest, timeMs: number): Uint8Array {
  const bytes = batch(of)
  setLogAppendTime(bytes, 0, timeMs, crc32c)
  return bytes
}

describe('S5: whose time a record has', () => {
  test("is the broker's at the append where the topic says so, and the producer is told it", () => {
    const judge = new Judge()
    judge.timestampType = 'LogAppendTime'
    judge.append(stamped({ at: 0 }, judge.nowMs))
    judge.produced(batch({ at: 0 }), { baseOffset: 0, logAppendTimeMs: judge.nowMs })
    expect(judge.broken).toEqual([])
    judge.produced(batch({ at: 0 }), { baseOffset: 0, connection: 2 })
    expect(judge.broken).toEqual([
      'S5 timestamps: the producer of the batch at 0 of orders-0 was told the append time -1, and it has LogAppendTime 1000000',
    ])
  })

  test("is not the producer's there, nor one of another moment", () => {
    const judge = new Judge()
    judge.timestampType = 'LogAppendTime'
    judge.append(batch({ at: 0 }))
    judge.append(stamped({ at: 1 }, judge.nowMs - 5))
    expect(judge.broken).toEqual([
      'S5 timestamps: orders-0 has LogAppendTime, and a batch with CreateTime was appended at 0',
      'S5 timestamps: orders-0 gave the batch at 1 the append time 999995 at 1000000',
    ])
  })

  test("is the producer's elsewhere, and either while somebody changes it", () => {
    const judge = new Judge()
    judge.append(batch({ at: 0 }))
    judge.append(stamped({ at: 1 }, judge.nowMs))
    expect(judge.broken).toEqual([
      'S5 timestamps: orders-0 has CreateTime, and a batch with LogAppendTime was appended at 1',
    ])
    judge.timestampType = undefined
    judge.append(batch({ at: 2 }))
    judge.append(stamped({ at: 3 }, judge.nowMs))
    expect(judge.broken).toHaveLength(1)
  })

  test('is told of a repetition whatever its kind, as Kafka does', () => {
    const judge = new Judge()
    judge.append(batch({ at: 0, timestamp: 500 }))
    judge.produced(batch({ at: 0, timestamp: 500 }), { baseOffset: 0, logAppendTimeMs: 500 })
    expect(judge.broken).toEqual([])
    judge.produced(batch({ at: 0, timestamp: 500 }), { baseOffset: 0, logAppendTimeMs: 501 })
    expect(judge.broken[0]).toMatch(/^S5 timestamps: the producer of the batch at 0 .* told the append time 501/)
  })
})

describe('S5: the offset for a time', () => {
  const records = [1000, 3000, 2000].map((timestamp) => ({ timestamp, key: null, value: new Uint8Array(20) }))
  const packed = compressBatch(encodeBatch({ baseOffset: 0, leaderEpoch: 4, records }, crc32c), simCodecs, 'gzip')

  /** What the judge says of an answer, with a compressed batch at 0…2 and one with the broker's time, 5000, at 3…4. */
  const told = (soughtMs: number, offset: number, timestamp: number, leaderEpoch = -1, startOffset = 0) => {
    const judge = new Judge()
    judge.append(packed.slice())
    judge.timestampType = undefined
    judge.nowMs = 5000
    judge.append(stamped({ at: 3, count: 2, timestamp: 10, leaderEpoch: 6 }, 5000))
    if (startOffset > 0) judge.event({ type: 'LogStartMoved', partition: 'orders-0', startOffset })
    judge.ghost.partition('orders-0').flushedEnd = 5
    judge.broken.length = 0
    const answer = { partitionIndex: 0, errorCode: 0, offset, timestamp, leaderEpoch }
    judge.said(
      apis.listOffsets,
      { topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: soughtMs }] }] },
      { topics: [{ name: 'orders', partitions: [answer] }] },
    )
    return judge.broken
  }

  test.each([
    { soughtMs: 0, offset: 0, timestamp: 1000, epoch: 4 },
    { soughtMs: 1001, offset: 1, timestamp: 3000, epoch: 4 },
    { soughtMs: 3001, offset: 3, timestamp: 5000, epoch: 6 },
  ])('is the first record of $soughtMs or later: $offset', ({ soughtMs, offset, timestamp, epoch }) => {
    expect(told(soughtMs, offset, timestamp, epoch)).toEqual([])
    expect(told(soughtMs, offset + 1, timestamp)).toHaveLength(1)
    expect(told(soughtMs, offset, timestamp - 1)).toHaveLength(1)
    expect(told(soughtMs, offset, timestamp, epoch + 1)).toEqual([
      expect.stringMatching(new RegExp(`^S5 offsets for times: .* and the epoch there is ${epoch}$`)),
    ])
  })

  test('is none below the start of the log, and an answer that was overtaken by a deletion passes', () => {
    expect(told(0, 2, 2000, -1, 2)).toEqual([])
    expect(told(0, 4, 5000, -1, 4)).toEqual([])
    expect(told(0, 0, 1000, -1, 2)).toEqual([])
    expect(told(0, 3, 5000, -1, 2)).toHaveLength(1)
  })

  test("is no record's where none is as late", () => {
    expect(told(6000, 3, 5000)[0]).toMatch(/no record is of that time/)
  })
})

describe('whose time a topic has', () => {
  const plan = { ...generatePlan(1), topics: [{ name: 'orders', partitions: 1, settings: {} }] }
  const request = (value: string) => {
    const configs = [{ name: 'message.timestamp.type', configOperation: 0, value }]
    const body = { resources: [{ resourceType: 2, resourceName: 'orders', configs }], validateOnly: false }
    const seen = { connection: 1, client: 10, server: 1, version: 1, correlationId: 1, atUs: 0 }
    return { ...seen, api: apis.incrementalAlterConfigs, body }
  }
  const answer = (to: ReturnType<typeof request>, errorCode = 0) => ({
    request: to,
    body: { responses: [{ errorCode, errorMessage: null, resourceType: 2, resourceName: 'orders' }] },
  })

  test('is as planned, then unknown while a change is under way, then as changed', () => {
    const types = new TimestampTypes(logConfigsOf(plan), false)
    expect(types.of('orders-0')).toBe('CreateTime')
    for (const value of ['LogAppendTime', 'CreateTime']) {
      const asked = request(value)
      types.onRequest(asked)
      expect(types.of('orders-0')).toBeUndefined()
      types.onResponse(answer(asked))
      expect(types.of('orders-0')).toBe(value)
    }
    expect(types.of('payments-0')).toBe('CreateTime')
  })

  test('stays unknown where a change failed, where two overlapped, and in a cluster', () => {
    const failed = new TimestampTypes(logConfigsOf(plan), false)
    const one = request('LogAppendTime')
    failed.onRequest(one)
    failed.onResponse(answer(one, 41))
    expect(failed.of('orders-0')).toBeUndefined()
    const two = request('CreateTime')
    failed.onRequest(two)
    failed.onResponse(answer(two))
    expect(failed.of('orders-0')).toBeUndefined()
    const cluster = new TimestampTypes(logConfigsOf(plan), true)
    cluster.onRequest(one)
    cluster.onResponse(answer(one))
    expect(cluster.of('orders-0')).toBeUndefined()
  })
})
