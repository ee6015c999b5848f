import { describe, expect, it } from 'vitest'
import { SimulatedMachine } from '../simulated-machine.ts'
import { appendAll, bytesOfLog, createLog, type Sent } from './log-fixture.ts'

/** A log with a batch of 170 bytes in each segment. */
function logOf(settings: Readonly<Record<string, string>>, batches: readonly Sent[]) {
  const machine = new SimulatedMachine()
  const log = createLog(machine, { 'segment.bytes': '200', ...settings })
  appendAll(
    log,
    batches.map((sent) => ({ values: ['x'.repeat(100)], ...sent })),
  )
  return { machine, log }
}

const aged = [{ timestamp: 1000 }, { timestamp: 2000 }, { timestamp: 1500 }, { timestamp: 3000 }]

describe('retention by time', () => {
  const settings = { 'retention.ms': '500' }

  it('takes segments whose newest record is older than the limit', () => {
    const { log } = logOf(settings, aged)
    expect(log.segments.map(({ baseOffset }) => baseOffset)).toEqual([0, 1, 2, 3])
    expect(log.retainedStart(1500, 4)).toBe(0)
    expect(log.retainedStart(1501, 4)).toBe(1)
    expect(log.retainedStart(2500, 4)).toBe(1)
  })

  it('takes them in order: an old segment behind a young one stays', () => {
    const { log } = logOf(settings, aged)
    expect(log.retainedStart(2100, 4)).toBe(1)
    expect(log.retainedStart(2501, 4)).toBe(3)
  })

  it('takes the last one too, once it is old', () => {
    const { log } = logOf(settings, aged)
    expect(log.retainedStart(3501, 4)).toBe(4)
  })

  it('never goes beyond the high watermark', () => {
    const { log } = logOf(settings, aged)
    expect(log.retainedStart(9999, 2)).toBe(2)
    expect(log.retainedStart(9999, 0)).toBe(0)
  })

  it('keeps an empty segment', () => {
    const { log } = logOf(settings, [])
    expect(log.retainedStart(9999, 0)).toBe(0)
  })

  it('counts from the last append where no record has a timestamp', () => {
    const { machine, log } = logOf(settings, [{ timestamp: -1 }])
    const nowMs = machine.world.clock.wallMs()
    expect(log.retainedStart(nowMs + 500, 1)).toBe(0)
    expect(log.retainedStart(nowMs + 501, 1)).toBe(1)
  })

  it('takes nothing where nothing is to be cleaned up', () => {
    const { log } = logOf({ 'retention.ms': '500', 'retention.bytes': '1', 'cleanup.policy': '' }, aged)
    expect(log.retainedStart(9999, 4)).toBe(0)
  })

  it('takes nothing without a limit', () => {
    const { log } = logOf({ 'retention.ms': '-1' }, aged)
    expect(log.retainedStart(2 ** 50, 4)).toBe(0)
  })
})

describe('retention by size and by time', () => {
  it('takes by time what is old once the younger segments before it went for their size', () => {
    const { log } = logOf({ 'retention.bytes': '510', 'retention.ms': '500' }, [
      { timestamp: 3000 },
      ...aged.slice(0, 3),
    ])
    expect(log.retainedStart(2100, 4)).toBe(2)
    expect(log.retainedStart(9999, 4)).toBe(4)
    expect(log.retainedStart(9999, 1)).toBe(1)
  })
})

describe('retention by size', () => {
  it('takes whole segments as long as what remains has at least that size', () => {
    const bytes = 170
    for (const [limit, start] of [
      [4 * bytes, 0],
      [3 * bytes + 1, 0],
      [3 * bytes, 1],
      [2 * bytes, 2],
      [1, 3],
      [0, 4],
    ] as const) {
      const { log } = logOf({ 'retention.ms': '-1', 'retention.bytes': String(limit) }, aged)
      expect(bytesOfLog(log)).toBe(4 * bytes)
      expect(log.retainedStart(1000, 4), `limit ${limit}`).toBe(start)
    }
  })

  it('takes what time asks for where that is more', () => {
    const { log } = logOf({ 'retention.ms': '500', 'retention.bytes': '510' }, aged)
    expect(log.retainedStart(1000, 4)).toBe(1)
    expect(log.retainedStart(2501, 4)).toBe(3)
  })
})

it('a log of which nothing is to be kept rolls, and begins at its end', () => {
  const { machine, log } = logOf({ 'retention.ms': '-1', 'retention.bytes': '0' }, aged)
  expect(log.retainedStart(1000, 3)).toBe(3)
  log.moveStart(log.retainedStart(1000, 4))
  log.removeBelow(log.startOffset)
  expect([log.startOffset, log.endOffset, bytesOfLog(log)]).toEqual([4, 4, 0])
  expect(machine.names('orders-0').filter((name) => name.endsWith('.log'))).toEqual(['00000000000000000004.log'])
  expect(log.retainedStart(1000, 4)).toBe(4)
  appendAll(log, [{}])
  expect([log.startOffset, log.endOffset]).toEqual([4, 5])
})

it('a deleted segment goes with its files, once the new start is on record', () => {
  const { machine, log } = logOf({ 'retention.ms': '500' }, aged)
  log.moveStart(2)
  expect(log.startOffset).toBe(2)
  expect(log.segments.length).toBe(4)
  log.removeBelow(log.startOffset)
  expect(log.segments.map(({ baseOffset }) => baseOffset)).toEqual([2, 3])
  expect(machine.names('orders-0').filter((name) => name.endsWith('.log'))).toEqual([
    '00000000000000000002.log',
    '00000000000000000003.log',
  ])
  expect(machine.names('orders-0').filter((name) => name.endsWith('.snapshot'))).toEqual([
    '00000000000000000002.snapshot',
    '00000000000000000003.snapshot',
  ])
})
