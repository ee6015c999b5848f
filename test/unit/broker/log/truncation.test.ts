import { beforeEach, describe, expect, it } from 'vitest'
import type { PartitionLog } from '../../../../src/broker/log/partition-log.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import {
  appendAll,
  batchOf,
  bytesOfLog,
  createLog,
  DIRECTORY,
  file,
  find,
  flush,
  killAndLoad,
  load,
  logFile,
  text,
  valuesOf,
} from './log-fixture.ts'

const settings = { 'segment.bytes': '600', 'index.interval.bytes': '0' }
const value = (offset: number): string => String(offset).padEnd(100, '.')
const values = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => value(from + index))

let machine: SimulatedMachine
let log: PartitionLog

/** A log of ten records, one a batch, in segments that begin at 0, 3, 6 and 9; a new leader at 5. */
beforeEach(async () => {
  machine = new SimulatedMachine()
  log = createLog(machine, settings)
  for (let offset = 0; offset < 10; offset++) {
    const sent = { values: [value(offset)], timestamp: 1000 + offset, producerId: 7, producerEpoch: 0 }
    appendAll(log, [{ ...sent, baseSequence: offset }], offset < 5 ? 0 : 1)
  }
  await machine.syncDirectory('')
})

const bases = (): number[] => log.segments.map(({ baseOffset }) => baseOffset)

describe('a truncation', () => {
  it.each([
    [10, [0, 3, 6, 9]],
    [9, [0, 3, 6, 9]],
    [8, [0, 3, 6]],
    [6, [0, 3, 6]],
    [5, [0, 3]],
    [0, [0]],
  ])('to %i keeps the segments %j', async (endOffset, segments) => {
    await machine.run(log.truncate(endOffset))
    expect(log.endOffset).toBe(endOffset)
    expect(log.flushedEnd).toBeLessThanOrEqual(endOffset)
    expect(bases()).toEqual(segments)
    expect(await valuesOf(machine, log)).toEqual(values(endOffset))
  })

  it('forgets producers, epochs and timestamps of what is gone', async () => {
    await machine.run(log.truncate(5))
    expect(log.epochs.entries).toEqual([{ epoch: 0, startOffset: 0 }])
    expect(log.producers.entries()[0]!.batches.at(-1)).toMatchObject({ lastSequence: 4, lastOffset: 4 })
    expect(await find(machine, log, -1)).toEqual({ offset: 4, timestamp: 1004 })
    expect(await find(machine, log, 1005)).toBeUndefined()
    expect(machine.names(DIRECTORY).filter((name) => name.endsWith('.snapshot'))).toEqual([
      '00000000000000000003.snapshot',
    ])
    expect(text(machine.peek(file('leader-epoch-checkpoint')))).toBe('0\n1\n0 0\n')
  })

  it('ends before a batch that reaches past the end asked for', async () => {
    appendAll(log, [{ values: ['a', 'b', 'c', 'd'] }], 1)
    await machine.run(log.truncate(12))
    expect(log.endOffset).toBe(10)
  })

  it('leaves an empty log at the start where the start lies within the batch that has to go', async () => {
    machine = new SimulatedMachine()
    log = createLog(machine, settings)
    appendAll(log, [{ values: ['a', 'b', 'c', 'd', 'e'] }, { values: ['f'] }])
    log.moveStart(2)
    await machine.run(log.truncate(4))
    expect([log.startOffset, log.endOffset]).toEqual([2, 2])
    expect(bases()).toEqual([2])
    appendAll(log, [{ values: ['x'] }])
    expect(await valuesOf(machine, log)).toEqual(['x'])
  })

  it('is told once it is durable', async () => {
    const truncated = log.truncate(4)
    const isTold = () => machine.events.some(({ type }) => type === 'LogTruncated')
    expect(isTold()).toBe(false)
    await machine.run(truncated)
    expect(machine.events.at(-1)).toEqual({ type: 'LogTruncated', partition: DIRECTORY, endOffset: 4 })
  })

  it('to the end does nothing', async () => {
    await machine.run(log.truncate(10))
    expect(machine.events.some(({ type }) => type === 'LogTruncated')).toBe(false)
  })

  it('lets the log grow again, from its new end', async () => {
    await machine.run(log.truncate(4))
    appendAll(log, [{ values: ['again'], timestamp: 5000 }], 2)
    await flush(machine, log)
    expect(log.flushedEnd).toBe(5)
    expect(log.epochs.entries.at(-1)).toEqual({ epoch: 2, startOffset: 4 })
    const loaded = await killAndLoad(machine, { settings })
    expect(await valuesOf(machine, loaded)).toEqual([...values(4), 'again'])
  })

  it('is not undone by a power loss', async () => {
    await flush(machine, log)
    await machine.run(log.truncate(4))
    machine.crash('powerLoss')
    machine.startLife()
    const loaded = await load(machine, { settings, recoveryPoint: 4 })
    expect(await valuesOf(machine, loaded)).toEqual(values(4))
    expect(loaded.epochs.entries).toEqual([{ epoch: 0, startOffset: 0 }])
  })

  it('puts the recovery point on record below the new end before anything is cut', async () => {
    const machine = new SimulatedMachine()
    const points: number[] = []
    const bytes: number[] = []
    const log = createLog(machine, settings, (of, done) => {
      points.push(of.recoveryPoint)
      bytes.push(bytesOfLog(of))
      done(undefined)
    })
    appendAll(
      log,
      Array.from({ length: 8 }, (_, index) => ({ values: [value(index)] })),
    )
    const before = bytesOfLog(log)
    await machine.run(log.truncate(4))
    expect(points).toEqual([4])
    expect(bytes).toEqual([before])
  })

  it('waits for a flush under way, and answers flushes that were asked for meanwhile', async () => {
    let flushes = 0
    log.flush(() => flushes++)
    const truncated = log.truncate(4)
    await machine.runEvents(2)
    log.flush(() => flushes++)
    await machine.run(truncated)
    await machine.runAll()
    expect(flushes).toBe(2)
    expect(log.flushedEnd).toBe(4)
  })

  it('admits no append and no second truncation meanwhile, and holds retention off', async () => {
    const truncated = log.truncate(4)
    expect(() => log.append(batchOf(), 1)).toThrow('nothing is appended to a log while it is truncated or removed')
    await expect(log.truncate(3)).rejects.toThrow('one truncation is under way at a time')
    expect(log.retainedStart(2 ** 50, 10)).toBe(0)
    await machine.run(truncated)
    appendAll(log, [{}], 1)
  })

  it('beyond the log is a bug', async () => {
    await expect(log.truncate(11)).rejects.toThrow('a truncation ends within the log')
  })
})

describe('a truncation that the disk does not carry out', () => {
  it('leaves the log as it was where the recovery point cannot be put on record', async () => {
    const machine = new SimulatedMachine()
    const log = createLog(machine, settings, (_of, done) => {
      machine.node.disk.capacityBytes = 1
      try {
        machine.world.disk.open('full', { create: true }).append([new Uint8Array(9)])
      } catch (error) {
        done(error as Parameters<typeof done>[0])
      }
    })
    appendAll(
      log,
      Array.from({ length: 8 }, (_, index) => ({ values: [value(index)] })),
    )
    await expect(machine.run(log.truncate(4))).rejects.toMatchObject({ code: 'FULL' })
    expect(log.endOffset).toBe(8)
    expect(await valuesOf(machine, log)).toEqual(values(8))
    machine.node.disk.mend()
    appendAll(log, [{}])
    await flush(machine, log)
    expect([log.flushedEnd, log.recoveryPoint]).toEqual([9, 9])
    expect(machine.halts).toEqual([])
  })

  it('ends this life where the cut is not durable', async () => {
    await flush(machine, log)
    machine.node.disk.judge = ({ kind, path }) =>
      kind === 'sync' && path === logFile(3) ? { kind: 'error' } : undefined
    log.truncate(4).catch(() => undefined)
    await machine.runAll()
    expect(machine.halts).toMatchObject([{ code: 'IO' }])
  })
})
