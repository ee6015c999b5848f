import { beforeEach, describe, expect, it } from 'vitest'
import type { PartitionLog } from '../../../../src/broker/log/partition-log.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { batchOf, createLog, DIRECTORY, flush, load } from './log-fixture.ts'

let machine: SimulatedMachine
let log: PartitionLog

beforeEach(() => {
  machine = new SimulatedMachine()
  // Each batch fills a segment.
  log = createLog(machine, { 'segment.bytes': '80' })
})

/** Appends so many batches of one record, of a producer. */
function append(count: number, from = log.endOffset): void {
  for (let index = 0; index < count; index++) {
    const values = ['a record that is about as long as a segment may be']
    const batch = batchOf({ values, producerId: 7, producerEpoch: 0, baseSequence: from + index })
    expect(log.append(batch, 0).kind).toBe('appended')
  }
}

const path = (base: number) => `${DIRECTORY}/${String(base).padStart(20, '0')}.log`
const bases = () => log.segments.map(({ baseOffset }) => baseOffset)
const names = (suffix: string) =>
  machine
    .names(DIRECTORY)
    .filter((name) => name.endsWith(suffix))
    .map((name) => Number(name.split('.')[0]))

describe('the segments of a log', () => {
  it('follow one another without a gap, the last one being written to', () => {
    append(4)
    expect(bases()).toEqual([0, 1, 2, 3])
    for (const [index, segment] of log.segments.entries()) {
      expect(segment.endOffset).toBe(log.segments[index + 1]?.baseOffset ?? log.endOffset)
    }
    expect(machine.events.filter(({ type }) => type === 'SegmentRolled')).toEqual(
      [1, 2, 3].map((baseOffset) => ({ type: 'SegmentRolled', partition: DIRECTORY, baseOffset })),
    )
  })

  it('are flushed as they are closed, with what is remembered of producers at each beginning', async () => {
    append(3)
    await machine.runAll()
    expect([log.flushedEnd, names('.snapshot')]).toEqual([2, [1, 2]])
    machine.crash('powerLoss')
    machine.startLife()
    expect(names('.log').slice(0, 2)).toEqual([0, 1])
    expect(names('.snapshot')).toEqual([1, 2])
  })

  it('go on where the disk has no room for what is remembered of producers, which is said', () => {
    machine.node.disk.judge = ({ kind, path }) =>
      kind === 'append' && path.includes('.snapshot') ? { kind: 'full' } : undefined
    append(2)
    expect([bases(), machine.halts]).toEqual([[0, 1], []])
  })

  it('leave oldest first, files and all, when they lie wholly below an offset', () => {
    append(5)
    log.moveStart(3)
    log.removeBelow(3)
    expect([bases(), names('.log'), names('.index'), names('.timeindex')]).toEqual([
      [3, 4],
      [3, 4],
      [3, 4],
      [3, 4],
    ])
    expect(names('.snapshot')).toEqual([3, 4])
    const deleted = machine.events.filter(({ type }) => type === 'SegmentDeleted')
    expect(deleted.map((event) => (event as { baseOffset?: number }).baseOffset)).toEqual([0, 1, 2])
  })

  it('stay where any of what they hold lies at or above the offset', () => {
    append(2)
    log.append(batchOf({ values: ['x', 'y', 'z'] }), 0)
    const [, second] = bases()
    log.moveStart(second!)
    const before = bases()
    log.removeBelow(second!)
    log.removeBelow(second!)
    expect(bases()).toEqual(before.slice(1))
    // The one that is written to never goes.
    log.moveStart(log.endOffset)
    log.removeBelow(log.endOffset)
    expect(bases()).toEqual([log.endOffset])
  })

  it.each([
    ['the older', [0]],
    ['the younger', [1]],
    ['both', [0, 1]],
  ] as const)(
    'of which two were removed and %s came back go again, for the start is on record',
    async (_which, back) => {
      append(4)
      await flush(machine, log)
      const files = new Map(back.map((base) => [path(base), machine.peek(path(base)).slice()]))
      log.moveStart(2)
      log.removeBelow(2)
      machine.crash('kill')
      machine.startLife()
      for (const [name, bytes] of files) await machine.place(name, bytes)
      const loaded = await load(machine, { startOffset: 2, settings: { 'segment.bytes': '80' } })
      expect([loaded.startOffset, loaded.endOffset, names('.log')]).toEqual([2, 4, [2, 3]])
    },
  )
})
