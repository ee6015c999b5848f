import { beforeEach, describe, expect, test } from 'vitest'
import { apis } from '../../../../src/protocol/apis.ts'
import { batch, Judge, orders } from './judge.ts'

const LAST = 'S1 deletions last'
const ALLOWED = 'S1 retention deletes what it may'

let judge: Judge

/** Six records in three batches, all of them shown; without any limit to what is kept. */
beforeEach(() => {
  judge = new Judge()
  judge.append(batch({ at: 0, count: 2 }))
  judge.append(batch({ at: 2 }))
  judge.append(batch({ at: 3, count: 3 }))
  judge.event({ type: 'HighWatermarkMoved', partition: orders, highWatermark: 6 })
})

/** A deletion is asked for, and answered once the start has moved. */
function deleted(asked: number, movedTo: number, answered = movedTo, errorCode = 0): void {
  const place = { name: 'orders' }
  const request = { topics: [{ ...place, partitions: [{ partitionIndex: 0, offset: asked }] }] }
  judge.said(apis.deleteRecords, request, { topics: [] })
  judge.event({ type: 'LogStartMoved', partition: orders, startOffset: movedTo })
  const partitions = [{ partitionIndex: 0, errorCode, lowWatermark: answered }]
  judge.said(apis.deleteRecords, request, { topics: [{ ...place, partitions }] })
}

describe('S1: a deletion of records', () => {
  test('goes as far as it was asked to, and no further', () => {
    deleted(3, 3)
    expect(judge.broken).toEqual([])
    judge.event({ type: 'LogStartMoved', partition: orders, startOffset: 4 })
    expect(judge.broken).toEqual([`${ALLOWED}: orders-0 deleted records up to 4 that it must keep`])
  })

  test('may be asked for up to the high watermark', () => {
    deleted(-1, 6)
    expect(judge.broken).toEqual([])
  })

  test('is not answered with another start than the log has, nor with less than was asked for', () => {
    deleted(3, 2, 3)
    expect(judge.broken).toEqual([
      `${LAST}: a deletion of records of orders-0 was answered with its start at 3, and it begins at 2`,
    ])
    judge.broken.length = 0
    deleted(5, 4, 4)
    expect(judge.broken).toEqual([
      `${LAST}: a deletion of records of orders-0 was answered with its start at 4, and was asked for up to 5`,
    ])
  })

  test.each(['clean', 'process-kill', 'power-loss'] as const)('that was answered is for good (%s)', (how) => {
    deleted(3, 3)
    judge.flushed(6)
    judge.restart(how)
    judge.loaded(6, { startOffset: 3 })
    expect(judge.broken).toEqual([])
    judge.restart('power-loss')
    judge.loaded(6, { startOffset: 2 })
    expect(judge.broken).toContain(
      `${LAST}: orders-0 was loaded with its start at 2, though its records below 3 were answered to be deleted`,
    )
  })

  test('that failed may be undone by a crash', () => {
    deleted(3, 3, -1, 56)
    judge.restart('process-kill')
    judge.loaded(6)
    expect(judge.broken).toEqual([])
  })
})
