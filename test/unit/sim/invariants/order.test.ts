import { describe, expect, test } from 'vitest'
import { apis } from '../../../../src/protocol/apis.ts'
import { errorCode } from '../../../../src/protocol/errors.ts'
import { batch, concatenated, Judge, orders, safe } from './judge.ts'

const METADATA = '__cluster_metadata-0'

describe('S5: what a consumer is shown', () => {
  const first = batch({ at: 0, count: 2 })
  const second = batch({ at: 2 })
  const shown = (bytes: Uint8Array) => {
    const judge = new Judge()
    judge.append(first)
    judge.append(second)
    judge.fetched(bytes, 0)
    return judge
  }

  test('is what was appended there, one batch after the other', () => {
    const judge = shown(concatenated(first, second))
    expect([judge.broken, judge.ghost.partition(orders).answeredEnd]).toEqual([[], 3])
    expect(shown(new Uint8Array(0)).broken).toEqual([])
  })

  test('is nothing else: not other bytes, nor a batch that nobody appended', () => {
    expect(shown(batch({ at: 2, value: 'x' })).broken).toEqual([
      'S5 consistent read: orders-0 served offsets 2 to 2, where something else was appended',
    ])
    const judge = shown(concatenated(second, batch({ at: 7 })))
    expect(judge.broken[0]).toBe('S5 consistent read: orders-0 served offsets 7 to 7, where nothing was appended')
  })

  test('is whole: not torn, nor cut short', () => {
    const torn = second.slice()
    torn[torn.length - 1]! ^= 1
    expect(shown(torn).broken).toEqual([
      expect.stringMatching(/^S5 consistent read: orders-0 served a batch that is not/),
    ])
    expect(shown(second.subarray(0, second.length - 1)).broken[0]).toMatch(/^S5 .* not whole/)
    expect(shown(second.subarray(0, 30)).broken[0]).toMatch(/^S5 .* it is cut short/)
  })
})

describe('S8: epochs', () => {
  test('of leaders never fall in a log', () => {
    const judge = new Judge()
    for (const [at, leaderEpoch] of [0, 0, 4].entries()) judge.append(batch({ at, leaderEpoch }))
    expect(judge.broken).toEqual([])
    judge.append(batch({ at: 3, leaderEpoch: 3 }))
    expect(judge.broken).toEqual(['S8 monotone epochs: orders-0 got leader epoch 3 behind 4'])
  })

  test('of the metadata log rise with every life that writes to it', () => {
    const judge = new Judge()
    judge.event({ type: 'BrokerStarting', clean: false })
    for (const at of [0, 1]) judge.append(batch({ at, leaderEpoch: 1 }), METADATA)
    judge.restart('process-kill')
    judge.loaded(2, { partition: METADATA })
    judge.append(batch({ at: 2, leaderEpoch: 2 }), METADATA)
    expect(judge.broken).toEqual([])
    judge.restart('power-loss')
    judge.loaded(2, { partition: METADATA })
    judge.append(batch({ at: 2, leaderEpoch: 2, value: 'again' }), METADATA)
    expect(judge.broken).toContain(
      'S8 monotone epochs: a new life leads the metadata log at epoch 2, and 2 was used before',
    )
  })

  test('of a producer never fall in a partition; in another they may', () => {
    const judge = new Judge()
    judge.append(batch({ at: 0, producer: 4, producerEpoch: 2 }))
    judge.append(batch({ at: 0, producer: 4, producerEpoch: 1 }), 'clicks-0')
    expect(judge.broken).toEqual([])
    judge.append(batch({ at: 1, producer: 4, producerEpoch: 1 }))
    expect(judge.broken).toEqual(['S8 monotone epochs: orders-0 took epoch 1 of producer 4 after 2'])
  })

  test('of a producer may fall where all that it had sent lay below the start of a log that was loaded', () => {
    const judge = new Judge()
    judge.append(batch({ at: 0, producer: 4, producerEpoch: 2 }))
    judge.append(batch({ at: 1 }))
    judge.restart('process-kill')
    judge.loaded(2, { startOffset: 1 })
    judge.broken.length = 0
    judge.append(batch({ at: 2, producer: 4, producerEpoch: 1 }))
    expect(judge.broken).toEqual([])
  })
})

describe('S9: the high watermark', () => {
  const moved = (judge: Judge, highWatermark: number, partition = orders) =>
    judge.event({ type: 'HighWatermarkMoved', partition, highWatermark })
  const written = (partition = orders) => {
    const judge = new Judge()
    for (const at of [0, 1, 2]) judge.append(batch({ at }), partition)
    judge.flushed(1, partition)
    return judge
  }

  test('rises up to the end of the log', () => {
    const judge = written()
    for (const highWatermark of [0, 2, 2, 3]) moved(judge, highWatermark)
    expect(judge.broken).toEqual([])
    moved(judge, 4)
    expect(judge.broken).toEqual(['S9 watermarks: the high watermark of orders-0 moved from 3 to 4, above its end 3'])
  })

  test('never falls within a life; a new life may begin lower', () => {
    const judge = written()
    moved(judge, 3)
    judge.restart('power-loss')
    judge.loaded(1)
    moved(judge, 1)
    expect(judge.broken).toEqual([])
    moved(judge, 0)
    expect(judge.broken).toEqual(['S9 watermarks: the high watermark of orders-0 moved from 1 to 0'])
  })

  test('stays at or below what is flushed where only that is answered', () => {
    const judge = written(safe)
    moved(judge, 1, safe)
    expect(judge.broken).toEqual([])
    moved(judge, 2, safe)
    expect(judge.broken).toEqual([
      'S9 watermarks: the high watermark of safe-0 moved from 1 to 2, above its flushed end 1',
    ])
  })

  test('and records above the bound are not shown, told of, or looked up', () => {
    const judge = written(safe)
    judge.fetched(batch({ at: 0 }), 1, safe)
    const listed = (offset: number, code = 0) =>
      judge.said(
        apis.listOffsets,
        { topics: [] },
        { topics: [{ name: 'safe', partitions: [{ partitionIndex: 0, errorCode: code, offset }] }] },
      )
    listed(1)
    listed(9, errorCode.OFFSET_OUT_OF_RANGE)
    expect(judge.broken).toEqual([])
    judge.fetched(batch({ at: 1 }), 1, safe)
    judge.fetched(null, 2, safe)
    listed(2)
    expect(judge.broken).toEqual([
      'S9 watermarks: a consumer of safe-0 was shown records up to 2, above 1',
      'S9 watermarks: a consumer of safe-0 was told of a high watermark of 2, above 1',
      'S9 watermarks: a consumer of safe-0 was told of offset 2, above 1',
    ])
  })
})

describe('S10: the sequence numbers of a producer', () => {
  test('follow one another, also past the largest, and begin anew with its epoch', () => {
    const judge = new Judge()
    judge.append(batch({ at: 0, count: 3, producer: 4, sequence: 2 ** 31 - 2 }))
    judge.append(batch({ at: 3, count: 2, producer: 4, sequence: 1 }))
    judge.append(batch({ at: 5, producer: 4, producerEpoch: 1, sequence: 0 }))
    judge.append(batch({ at: 6, producer: 5, sequence: 9 }))
    judge.append(batch({ at: 7 }))
    judge.append(batch({ at: 8, producer: 4, producerEpoch: 1, sequence: 1 }))
    expect(judge.broken).toEqual([])
  })

  test.each([
    ['a gap', 3],
    ['a repeat', 0],
    ['an overlap', 1],
  ])('have no %s', (_what, sequence) => {
    const judge = new Judge()
    judge.append(batch({ at: 0, count: 2, producer: 4, sequence: 0 }))
    judge.append(batch({ at: 2, count: 2, producer: 4, sequence }))
    expect(judge.broken).toEqual([`S10 idempotence: orders-0 took sequence ${sequence} of producer 4 where 2 was next`])
  })
})

describe('S10: a retry', () => {
  const sent = (ordinal: number, count = 1) => batch({ at: 0, count, producer: 4, sequence: ordinal })
  const written = (count: number) => {
    const judge = new Judge()
    for (let at = 0; at < count; at++) judge.append(batch({ at, producer: 4, sequence: at }))
    return judge
  }
  const refused = (judge: Judge, ordinal: number, code: number = errorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, count = 1) => {
    judge.produced(sent(ordinal, count), { errorCode: code })
    return judge.broken
  }

  test('of one of the last five batches is never refused as out of order, nor as a duplicate', () => {
    expect(refused(written(6), 1)).toEqual([
      'S10 idempotence: a retry of the batch at offset 1 of orders-0 was answered OUT_OF_ORDER_SEQUENCE_NUMBER instead of that offset',
    ])
    expect(refused(written(6), 5, errorCode.DUPLICATE_SEQUENCE_NUMBER)).toHaveLength(1)
  })

  test('may be refused where the batch is older, was another, or failed for another reason', () => {
    expect(refused(written(6), 0)).toEqual([])
    expect(refused(written(6), 7)).toEqual([])
    expect(refused(written(6), 4, errorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, 2)).toEqual([])
    expect(refused(written(6), 5, errorCode.NOT_LEADER_OR_FOLLOWER)).toEqual([])
  })

  test('after a restart is known for certain of the last batch only', () => {
    const judge = written(6)
    judge.restart('process-kill')
    judge.loaded(6)
    expect(refused(judge, 4)).toEqual([])
    expect(refused(judge, 5)).toHaveLength(1)
  })
})

describe('S11: requests of one connection', () => {
  const sent = batch({ at: 0 })
  const written = () => {
    const judge = new Judge()
    for (const at of [0, 1, 2]) judge.append(batch({ at, value: '0' }))
    return judge
  }
  const acknowledged = (judge: Judge, baseOffset: number, connection = 1) =>
    judge.produced(sent, { baseOffset, connection })

  test('are appended in the order in which they were sent', () => {
    const judge = written()
    for (const offset of [0, 1, 2]) acknowledged(judge, offset)
    expect(judge.broken).toEqual([])
    acknowledged(judge, 1)
    expect(judge.broken).toEqual([
      'S11 per-producer order: a later request of one connection was appended to orders-0 at 1, an earlier one at 2',
    ])
  })

  test('of different connections, or of different lives of the broker, have no order', () => {
    const judge = written()
    acknowledged(judge, 2)
    acknowledged(judge, 1, 2)
    judge.restart('power-loss')
    judge.loaded(1)
    acknowledged(judge, 0)
    expect(judge.broken).toEqual([])
  })

  test('of an idempotent producer may be retries, which name the offset of what they repeat', () => {
    const judge = new Judge()
    for (const at of [0, 1]) judge.append(batch({ at, producer: 4, sequence: at, value: '0' }))
    judge.produced(batch({ at: 0, producer: 4, sequence: 1, value: '0' }), { baseOffset: 1 })
    judge.produced(batch({ at: 0, producer: 4, sequence: 0, value: '0' }), { baseOffset: 0 })
    expect(judge.broken).toEqual([])
  })
})
