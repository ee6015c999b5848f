import { describe, expect, test } from 'vitest'
import { batch, Judge, logName, orders, safe } from './judge.ts'

/** Three batches at [0, 2), [2, 3), [3, 6), flushed to 2, the second answered. */
function written(): Judge {
  const judge = new Judge()
  judge.append(batch({ at: 0, count: 2, producer: 4, sequence: 0 }))
  judge.append(batch({ at: 2, producer: 4, sequence: 2 }))
  judge.append(batch({ at: 3, count: 3 }))
  judge.flushed(2)
  judge.ghost.answered(orders, 3)
  return judge
}

describe('the ghost of a log', () => {
  test('knows its batches, its ends, and the batch that holds an offset', () => {
    const { ghost } = written()
    expect(ghost.partition(orders)).toMatchObject({ endOffset: 6, knownEnd: 6, flushedEnd: 2, answeredEnd: 3 })
    const bases = [-1, 0, 1, 2, 3, 5, 6].map((offset) => ghost.batchAt(orders, offset)?.header.baseOffset)
    expect(bases).toEqual([undefined, 0, 0, 2, 3, 3, undefined])
    expect(ghost.batchAt('nowhere-0', 0)).toBeUndefined()
  })

  test('keeps batches as they were, whatever becomes of the buffer they were told in', () => {
    const judge = new Judge()
    const bytes = batch({ at: 0 })
    const before = bytes.slice()
    judge.append(bytes)
    bytes.fill(0xff)
    expect(judge.ghost.batchAt(orders, 0)!.bytes).toEqual(before)
  })

  test('that is loaded again with all it had has lost nothing', () => {
    const judge = written()
    judge.restart('process-kill')
    judge.loaded(6)
    expect(judge.ghost.losses).toEqual([])
    expect(judge.ghost.partition(orders)).toMatchObject({ endOffset: 6, flushedEnd: 6, answeredEnd: 3 })
  })

  test('that begins anew behind a snapshot has nothing, and goes on there', () => {
    const judge = written()
    judge.event({ type: 'LogBegunAnew', partition: orders, offset: 9 })
    const { batches, producers, ...ghost } = judge.ghost.partition(orders)
    expect([batches, producers.size]).toEqual([[], 0])
    expect(ghost).toMatchObject({ startOffset: 9, endOffset: 9, knownEnd: 9, flushedEnd: 9, answeredEnd: 3 })
    judge.files.clear()
    judge.files.set(logName(orders, 9), new Uint8Array(0))
    judge.append(batch({ at: 9 }))
    judge.recomputeAll()
    expect(judge.broken).toEqual([])
    expect(judge.ghost.batchAt(orders, 9)?.header.baseOffset).toBe(9)
  })

  test('that is loaded shorter has lost a suffix at the time of the power loss, which excuses the history', () => {
    const judge = written()
    judge.ghost.lifeEnded('power-loss', 4242)
    judge.loaded(3)
    expect(judge.ghost.losses).toEqual([{ partition: orders, fromOffset: 3, endOffset: 6, atUs: 4242 }])
    expect(judge.ghost.excuses()).toEqual([{ key: orders, fromOffset: 3, endOffset: 6, atTimeUs: 4242 }])
    const { batches, ...ghost } = judge.ghost.partition(orders)
    expect(batches.map(({ header }) => header.baseOffset)).toEqual([0, 2])
    expect(ghost).toMatchObject({ endOffset: 3, knownEnd: 3, flushedEnd: 3, answeredEnd: 3 })
    expect(judge.ghost.producers(orders).get(4)).toMatchObject({ lastSequence: 2, lastOffset: 2 })
  })

  test('that begins lower than it had begun has had a prefix restored, which excuses the history', () => {
    const judge = written()
    judge.retention = { retentionMs: 0, retentionBytes: -1 }
    judge.event({ type: 'LogStartMoved', partition: orders, startOffset: 3 })
    judge.restart('process-kill')
    judge.loaded(6, { startOffset: 2 })
    judge.restart('process-kill')
    judge.loaded(6, { startOffset: 2 })
    expect(judge.ghost.restored).toEqual([{ key: orders, fromOffset: 2, endOffset: 3 }])
  })

  test('does not say of its producers that they wrote in this life what a former life wrote', () => {
    const judge = written()
    const recent = () =>
      judge.ghost
        .producers(orders)
        .get(4)!
        .recent.map(({ isOfThisLife }) => isOfThisLife)
    expect(recent()).toEqual([true, true])
    judge.restart('process-kill')
    judge.loaded(6)
    judge.append(batch({ at: 6, producer: 4, sequence: 3 }))
    expect(recent()).toEqual([false, false, true])
  })

  test('takes in from the disk what a crash let into the log without the broker living to tell', () => {
    const judge = written()
    const untold = batch({ at: 6, count: 2, producer: 4, sequence: 3 })
    const told = judge.files.get('orders-0/00000000000000000000.log')!
    judge.files.set('orders-0/00000000000000000000.log', new Uint8Array([...told, ...untold]))
    judge.restart('process-kill')
    judge.loaded(8)
    expect(judge.ghost.partition(orders)).toMatchObject({ endOffset: 8, knownEnd: 8 })
    expect(judge.ghost.batchAt(orders, 7)!.bytes).toEqual(untold)
    expect(judge.ghost.producers(orders).get(4)!.lastSequence).toBe(4)
    expect(judge.broken).toEqual([])
  })

  test('of a partition whose records are answered flushed says so', () => {
    const { ghost } = new Judge()
    expect([safe, orders].map((name) => ghost.partition(name).isFlushedBeforeAnswer())).toEqual([true, false])
  })
})

describe('how the last life ended', () => {
  type End = Parameters<Judge['ghost']['lifeEnded']>[0]
  const lastEnd = (...ends: readonly End[]) => {
    const { ghost } = new Judge()
    for (const [at, end] of ends.entries()) ghost.lifeEnded(end, at)
    return ghost.lastEnd
  }

  test('is the worst end since the logs were last loaded', () => {
    expect(lastEnd()).toBe('none')
    expect(lastEnd('process-kill')).toBe('process-kill')
    expect(lastEnd('process-kill', 'power-loss')).toBe('power-loss')
    expect(lastEnd('power-loss', 'process-kill')).toBe('power-loss')
    expect(lastEnd('failed-sync', 'process-kill')).toBe('failed-sync')
    expect(lastEnd('failed-sync', 'power-loss')).toBe('power-loss')
    expect(lastEnd('power-loss', 'failed-sync')).toBe('power-loss')
    expect(lastEnd('clean', 'process-kill')).toBe('process-kill')
    expect(lastEnd('process-kill', 'clean')).toBe('process-kill')
  })

  test('counts no more once all logs are loaded', () => {
    const { ghost } = new Judge()
    ghost.lifeEnded('power-loss', 1)
    ghost.ready()
    expect(ghost.lastEnd).toBe('none')
    ghost.lifeEnded('clean', 2)
    expect(ghost.lastEnd).toBe('clean')
  })
})
