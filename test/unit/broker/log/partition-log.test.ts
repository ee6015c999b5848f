import { beforeEach, describe, expect, it } from 'vitest'
import type { PartitionLog } from '../../../../src/broker/log/partition-log.ts'
import { batchBytes, readBatchHeader } from '../../../../src/protocol/record-batch.ts'
import { decodeRecords } from '../../../../src/protocol/records.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import {
  appendAll,
  batchOf,
  createLog,
  DIRECTORY,
  find,
  flush,
  indexFile,
  killAndLoad,
  logFile,
  read,
  timeIndexFile,
  valuesOf,
} from './log-fixture.ts'

/** Of a batch with one value of 100 bytes. */
const BATCH_BYTES = 170
const value = (offset: number): string => String(offset).padEnd(100, '.')

let machine: SimulatedMachine

beforeEach(() => {
  machine = new SimulatedMachine()
})

function logOf(count: number, settings: Readonly<Record<string, string>> = {}): PartitionLog {
  const log = createLog(machine, settings)
  for (let offset = 0; offset < count; offset++) appendAll(log, [{ values: [value(offset)], timestamp: 1000 + offset }])
  return log
}

const bases = (log: PartitionLog): number[] => log.segments.map(({ baseOffset }) => baseOffset)

describe('an append', () => {
  it('gives a batch its offsets and its leader epoch, in place', () => {
    const log = logOf(3)
    const batch = batchOf({ values: ['a', 'b'] })
    expect(log.append(batch, 6)).toEqual({ kind: 'appended', baseOffset: 3, endOffset: 5, timestamp: -1 })
    expect(readBatchHeader(batch, 0)).toMatchObject({ baseOffset: 3, lastOffset: 4, leaderEpoch: 6 })
    expect(log.epochs.entries).toEqual([
      { epoch: 0, startOffset: 0 },
      { epoch: 6, startOffset: 3 },
    ])
  })

  it('gives records the time of the append where the topic says so', () => {
    const log = logOf(0, { 'message.timestamp.type': 'LogAppendTime' })
    const batch = batchOf({ values: ['a', 'b'] })
    const nowMs = machine.world.clock.wallMs()
    expect(log.append(batch, 0)).toMatchObject({ kind: 'appended', timestamp: nowMs })
    expect(decodeRecords(batch, 0).map(({ timestamp }) => timestamp)).toEqual([nowMs, nowMs])
  })

  it('that does not fit on the disk fails, and the log goes on once there is space', async () => {
    const log = logOf(2)
    machine.node.disk.capacityBytes = machine.node.disk.usedBytes + 100
    expect(log.append(batchOf({ values: [value(2)] }), 0)).toMatchObject({ kind: 'failed', error: { code: 'FULL' } })
    expect(log.endOffset).toBe(2)
    machine.node.disk.mend()
    appendAll(log, [{ values: [value(2)] }])
    expect(await valuesOf(machine, log)).toEqual([value(0), value(1), value(2)])
    expect(machine.halts).toEqual([])
  })

  it('that breaks off part-way ends this life, and the next cuts the half of it off', async () => {
    const log = logOf(2)
    machine.node.disk.judge = ({ kind }) => (kind === 'append' ? { kind: 'torn' } : undefined)
    expect(log.append(batchOf({ values: [value(2)] }), 0).kind).toBe('failed')
    expect(log.append(batchOf({ values: [value(2)] }), 0).kind).toBe('failed')
    expect(machine.halts).toMatchObject([{ code: 'IO', torn: true }])
    machine.node.disk.judge = undefined
    expect((await killAndLoad(machine)).endOffset).toBe(2)
  })
})

describe('a roll', () => {
  it('happens before a batch that would make the segment larger than segment.bytes', () => {
    expect(bases(logOf(5, { 'segment.bytes': String(2 * BATCH_BYTES) }))).toEqual([0, 2, 4])
    machine = new SimulatedMachine()
    expect(bases(logOf(5, { 'segment.bytes': String(2 * BATCH_BYTES - 1) }))).toEqual([0, 1, 2, 3, 4])
  })

  it('happens where an index is full', () => {
    const settings = { 'index.interval.bytes': '0', 'segment.index.bytes': '30' }
    // An entry for each batch but the first; two entries of the time index are 24 bytes.
    expect(bases(logOf(9, settings))).toEqual([0, 3, 6])
  })

  it('happens where records are segment.ms younger than those the segment begins with', () => {
    const log = createLog(machine, { 'segment.ms': '500' })
    appendAll(log, [{ timestamp: 1000 }, { timestamp: 900 }, { timestamp: 1500 }, { timestamp: 1501 }])
    expect(bases(log)).toEqual([0, 3])
  })

  it('does not happen for records without a timestamp, unless the segment has been open for segment.ms', async () => {
    const log = createLog(machine, { 'segment.ms': '500' })
    appendAll(log, [{ timestamp: -1 }, { timestamp: -1 }, { timestamp: 9000 }, { timestamp: -1 }])
    expect(bases(log)).toEqual([0])
    machine.node.clock.jump(501)
    appendAll(log, [{ timestamp: -1 }])
    expect(bases(log)).toEqual([0, 4])
  })

  it('puts the largest timestamp of the segment on record, and a snapshot of its producers', () => {
    const log = createLog(machine, { 'segment.bytes': '150' })
    appendAll(log, [{ timestamp: 3000 }, { timestamp: 2000 }, { timestamp: 1000 }])
    expect(bases(log)).toEqual([0, 2])
    const view = new DataView(machine.peek(timeIndexFile(0)).buffer)
    expect([view.getBigInt64(0), view.getInt32(8)]).toEqual([3000n, 0])
    expect(machine.names(DIRECTORY)).toContain('00000000000000000002.snapshot')
  })
})

describe('indexes', () => {
  it('have an entry for a batch once more than index.interval.bytes lie behind the one before', () => {
    logOf(6, { 'index.interval.bytes': String(2 * BATCH_BYTES - 1) })
    const view = new DataView(machine.peek(indexFile(0)).buffer)
    const entries = [0, 1].map((entry) => [view.getInt32(8 * entry), view.getInt32(8 * entry + 4)])
    expect(entries).toEqual([
      [2, 2 * BATCH_BYTES],
      [4, 4 * BATCH_BYTES],
    ])
    expect(machine.peek(indexFile(0)).length).toBe(16)
  })
})

describe('a read', () => {
  const all = { upTo: 1000, maxBytes: 10_000, atLeastOne: true }
  const offsets = (bytes: Uint8Array): number[] => {
    const found: number[] = []
    for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) found.push(readBatchHeader(bytes, at).baseOffset)
    return found
  }

  it.each(['0', '4096'])(
    'gives whole batches from the one that holds the offset (index interval %s)',
    async (interval) => {
      const log = createLog(machine, { 'index.interval.bytes': interval })
      appendAll(log, [{ values: ['a', 'b', 'c'] }, { values: ['d'] }, { values: ['e', 'f'] }])
      expect(offsets(await read(machine, log, { offset: 0, ...all }))).toEqual([0, 3, 4])
      expect(offsets(await read(machine, log, { offset: 2, ...all }))).toEqual([0, 3, 4])
      expect(offsets(await read(machine, log, { offset: 3, ...all }))).toEqual([3, 4])
      expect(offsets(await read(machine, log, { offset: 5, ...all }))).toEqual([4])
      expect(offsets(await read(machine, log, { offset: 6, ...all }))).toEqual([])
    },
  )

  it('gives no batch that reaches past the offset it is limited to', async () => {
    const log = createLog(machine)
    appendAll(log, [{ values: ['a', 'b', 'c'] }, { values: ['d', 'e'] }])
    expect(offsets(await read(machine, log, { offset: 0, ...all, upTo: 4 }))).toEqual([0])
    expect(offsets(await read(machine, log, { offset: 0, ...all, upTo: 2 }))).toEqual([])
  })

  it('keeps to the limit of bytes, but for a first batch that must be given', async () => {
    const log = logOf(5)
    const limited = (maxBytes: number, atLeastOne: boolean) =>
      read(machine, log, { offset: 1, upTo: 5, maxBytes, atLeastOne }).then(offsets)
    expect(await limited(2 * BATCH_BYTES, true)).toEqual([1, 2])
    expect(await limited(2 * BATCH_BYTES - 1, true)).toEqual([1])
    expect(await limited(1, true)).toEqual([1])
    expect(await limited(BATCH_BYTES - 1, false)).toEqual([])
    expect(await limited(BATCH_BYTES, false)).toEqual([1])
  })

  it('gives a batch that is far larger than the limit', async () => {
    const log = logOf(1)
    appendAll(log, [{ values: ['v'.repeat(300_000)] }])
    const bytes = await read(machine, log, { offset: 1, upTo: 2, maxBytes: 10, atLeastOne: true })
    expect(decodeRecords(bytes, 0)[0]!.value!.length).toBe(300_000)
  })

  it('stays within a segment', async () => {
    const log = logOf(5, { 'segment.bytes': String(2 * BATCH_BYTES) })
    expect(offsets(await read(machine, log, { offset: 1, ...all }))).toEqual([1])
    expect(offsets(await read(machine, log, { offset: 2, ...all }))).toEqual([2, 3])
  })

  it('of a place that has rotted gives nothing, and comes to an end', async () => {
    const log = logOf(3, { 'index.interval.bytes': '0' })
    // The size of the batch at offset 1 becomes absurd.
    machine.node.disk.rot(logFile(0), BATCH_BYTES + 8, 7)
    expect(offsets(await read(machine, log, { offset: 0, ...all }))).toEqual([0])
    expect(offsets(await read(machine, log, { offset: 1, ...all }))).toEqual([])
  })

  it('fails where the disk does', async () => {
    const log = logOf(3)
    machine.node.disk.breakReads(logFile(0), { from: 0, to: 10, once: true })
    await expect(read(machine, log, { offset: 0, ...all })).rejects.toMatchObject({ code: 'IO' })
    expect(offsets(await read(machine, log, { offset: 0, ...all }))).toEqual([0, 1, 2])
  })
})

describe('a look-up by time', () => {
  it('finds the first record that is as young, in the order of offsets', async () => {
    const log = createLog(machine, { 'index.interval.bytes': '0', 'segment.bytes': '250' })
    const timestamps = [1000, 3000, 2000, 2500, 4000, 3500]
    appendAll(
      log,
      timestamps.map((timestamp) => ({ timestamp })),
    )
    for (const timestamp of [0, 1000, 1001, 2999, 3000, 3001, 3999, 4000, 4001]) {
      const offset = timestamps.findIndex((each) => each >= timestamp)
      const expected = offset < 0 ? undefined : { offset, timestamp: timestamps[offset] }
      expect(await find(machine, log, timestamp), `at ${timestamp}`).toEqual(expected)
    }
    expect(await find(machine, log, -1)).toEqual({ offset: 4, timestamp: 4000 })
  })

  it('passes over segments that are deleted and not removed yet', async () => {
    const log = createLog(machine, { 'segment.bytes': '80' })
    appendAll(log, [{ timestamp: 5000 }, { timestamp: 2000 }, { timestamp: 3000 }])
    log.moveStart(1)
    expect(await find(machine, log, 1000)).toEqual({ offset: 1, timestamp: 2000 })
    expect(await find(machine, log, 4000)).toBeUndefined()
    expect(await find(machine, log, -1)).toEqual({ offset: 2, timestamp: 3000 })
  })

  it('of an empty log finds nothing', async () => {
    const log = createLog(machine)
    expect(await find(machine, log, 0)).toBeUndefined()
    expect(await find(machine, log, -1)).toBeUndefined()
  })

  it('of records that cannot be read gives the batch that has the record', async () => {
    const log = createLog(machine)
    const compressed = batchOf({ values: ['a', 'b'], timestamp: 2000 })
    compressed[22] = 1
    appendAll(log, [{ timestamp: 1000 }])
    expect(log.append(compressed, 0).kind).toBe('appended')
    expect(await find(machine, log, 1500)).toEqual({ offset: 1, timestamp: 2000 })
  })
})

describe('a flush', () => {
  it('moves the flushed end to what was appended before it', async () => {
    const log = logOf(3)
    let flushed = -1
    log.flush(() => {
      flushed = log.flushedEnd
    })
    appendAll(log, [{}])
    await machine.runAll()
    expect(flushed).toBe(3)
    await flush(machine, log)
    expect(log.flushedEnd).toBe(4)
  })

  it('serves requests that overlap as one', async () => {
    const log = logOf(3)
    let syncs = 0
    machine.node.disk.judge = ({ kind, path }) => {
      if (kind === 'sync' && path === logFile(0)) syncs++
      return undefined
    }
    const done: number[] = []
    for (let index = 0; index < 5; index++) {
      log.flush(() => done.push(index))
      appendAll(log, [{}])
    }
    await machine.runAll()
    expect(done).toEqual([0, 1, 2, 3, 4])
    expect(syncs).toBe(2)
    expect(log.flushedEnd).toBe(7)
  })

  it('is asked for by flush.messages and by flush.ms', async () => {
    const byCount = logOf(1, { 'flush.messages': '2' })
    await machine.runAll()
    expect(byCount.flushedEnd).toBe(0)
    appendAll(byCount, [{}])
    await machine.runAll()
    expect(byCount.flushedEnd).toBe(2)
    machine = new SimulatedMachine()
    const byTime = logOf(1, { 'flush.ms': '50' })
    await machine.runAll()
    expect(byTime.flushedEnd).toBe(1)
    expect(machine.machines.loop.nowUs).toBeGreaterThanOrEqual(50_000)
  })

  it('that fails is not tried again: the life ends', async () => {
    const log = logOf(3)
    machine.node.disk.judge = ({ kind }) => (kind === 'sync' ? { kind: 'error' } : undefined)
    let isDone = false
    log.flush(() => {
      isDone = true
    })
    await machine.runAll()
    expect(isDone).toBe(false)
    expect(log.flushedEnd).toBe(0)
    expect(machine.halts).toMatchObject([{ code: 'IO' }])
  })
})

it('a new start hides what lies below, also within a batch', async () => {
  const log = createLog(machine)
  appendAll(log, [{ values: ['a', 'b', 'c'] }, { values: ['d'] }])
  log.moveStart(2)
  expect(await valuesOf(machine, log)).toEqual(['c', 'd'])
  expect(log.epochs.entries).toEqual([{ epoch: 0, startOffset: 2 }])
  expect(() => log.read({ offset: 1, upTo: 4, maxBytes: 1, atLeastOne: true }, () => undefined)).toThrow(
    'reads lie within the log',
  )
})
