import { describe, expect, test } from 'vitest'
import { crc32c } from '../../../../src/protocol/crc32c.ts'
import { batch, concatenated, Judge, logName, orders, positionsOf } from './judge.ts'

const S20 = 'S20 storage refinement'

/** Two segments: batches at [0, 2) and [2, 3); then at 3 and 4. Two producers. */
function written(): Judge {
  const judge = new Judge()
  judge.append(batch({ at: 0, count: 2, producer: 4, sequence: 0 }))
  judge.append(batch({ at: 2, producer: 5, sequence: 0 }))
  judge.event({ type: 'SegmentRolled', partition: orders, baseOffset: 3 })
  judge.files.set(logName(orders, 3), new Uint8Array(0))
  judge.append(batch({ at: 3, producer: 4, sequence: 2, leaderEpoch: 2 }))
  judge.append(batch({ at: 4, leaderEpoch: 2 }))
  return judge
}

/** What is found wrong once a file holds something else; `from` gets what it held. */
function foundWith(path: string, change: (from: Uint8Array) => Uint8Array | undefined): readonly string[] {
  const judge = written()
  const changed = change(judge.files.get(path) ?? new Uint8Array(0))
  if (changed === undefined) judge.files.delete(path)
  else judge.files.set(path, changed)
  judge.recomputeAll()
  return judge.broken
}

const firstLog = logName(orders, 0)
const lastLog = logName(orders, 3)
const [, secondAt] = positionsOf(written().files.get(firstLog)!) as [number, number]

describe('S20: the segments on the disk', () => {
  test('hold what was appended, batch after batch', () => {
    expect(foundWith(firstLog, (same) => same)).toEqual([])
  })

  test('have no bytes behind their batches that are no batch', () => {
    expect(foundWith(firstLog, (log) => concatenated(log, new Uint8Array(9)))).toEqual([
      `${S20}: orders-0: 9 bytes behind offset 3 are no whole batch`,
    ])
  })

  test('miss nothing: no batch at the end, none in the middle, no segment', () => {
    expect(foundWith(lastLog, (log) => log.subarray(0, positionsOf(log)[1]))).toEqual([
      `${S20}: orders-0: the log ends at 4 on the disk, and 5 was appended`,
    ])
    expect(foundWith(firstLog, (log) => log.subarray(secondAt))).toEqual([`${S20}: orders-0: offset 0 is missing`])
    expect(foundWith(firstLog, (log) => log.subarray(0, secondAt))).toEqual([
      `${S20}: orders-0: a segment begins at 3 and the one before ends at 2`,
    ])
    expect(foundWith(firstLog, () => undefined)).toEqual([
      `${S20}: orders-0: the log begins at 3 on the disk, and has records from 0 on`,
    ])
    expect(foundWith(lastLog, () => undefined)).toEqual([
      `${S20}: orders-0: the log ends at 3 on the disk, and 5 was appended`,
    ])
  })

  test('are looked at again where a truncation goes back behind what was looked at before', () => {
    const judge = written()
    judge.recomputeAll()
    judge.files.delete(lastLog)
    judge.files.set(firstLog, judge.files.get(firstLog)!.slice(0, secondAt))
    judge.event({ type: 'LogTruncated', partition: orders, endOffset: 2 })
    judge.append(batch({ at: 2, leaderEpoch: 3 }))
    judge.event({ type: 'SegmentRolled', partition: orders, baseOffset: 3 })
    judge.files.set(lastLog, new Uint8Array(0))
    judge.append(batch({ at: 3, leaderEpoch: 3 }))
    judge.recomputeAll()
    expect(judge.broken).toEqual([])
  })

  test('hold nothing that was never appended, nor anything otherwise than it was', () => {
    expect(foundWith(lastLog, (log) => concatenated(log, batch({ at: 5 })))).toEqual([
      `${S20}: orders-0: offset 5 was never appended`,
    ])
    const other = batch({ at: 2, producer: 5, sequence: 0, value: 'x' })
    expect(foundWith(firstLog, (log) => concatenated(log.subarray(0, secondAt), other))).toEqual([
      `${S20}: orders-0: offset 2 is not as it was appended`,
    ])
  })

  test('may begin where retention left them', () => {
    const judge = written()
    judge.retention = { retentionMs: 0, retentionBytes: -1 }
    judge.event({ type: 'HighWatermarkMoved', partition: orders, highWatermark: 5 })
    judge.event({ type: 'LogStartMoved', partition: orders, startOffset: 3 })
    judge.event({ type: 'SegmentDeleted', partition: orders, baseOffset: 0 })
    judge.files.delete(firstLog)
    judge.recomputeAll()
    expect(judge.broken).toEqual([])
  })
})

describe('S20: the indexes', () => {
  const offsetIndex = (...entries: readonly (readonly [number, number])[]) => {
    const view = new DataView(new ArrayBuffer(entries.length * 8))
    for (const [at, [offset, position]] of entries.entries()) {
      view.setInt32(at * 8, offset)
      view.setInt32(at * 8 + 4, position)
    }
    return foundWith(logName(orders, 0, 'index'), () => new Uint8Array(view.buffer))
  }
  const timeIndex = (...entries: readonly (readonly [number, number])[]) => {
    const view = new DataView(new ArrayBuffer(entries.length * 12))
    for (const [at, [timestamp, offset]] of entries.entries()) {
      view.setBigInt64(at * 12, BigInt(timestamp))
      view.setInt32(at * 12 + 8, offset)
    }
    return foundWith(logName(orders, 0, 'timeindex'), () => new Uint8Array(view.buffer))
  }

  test('of offsets name the last offset of a batch and where it begins, rising', () => {
    expect([offsetIndex(), offsetIndex([1, 0], [2, secondAt]), offsetIndex([2, secondAt])]).toEqual([[], [], []])
    for (const wrong of [
      [[0, 0]],
      [[2, 0]],
      [[2, secondAt + 1]],
      [
        [2, secondAt],
        [2, secondAt],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]) {
      expect(offsetIndex(...(wrong as [number, number][]))).toEqual([
        expect.stringMatching(/^S20 .*: orders-0: the offset index of segment 0 says that offset \d ends the batch at/),
      ])
    }
  })

  test('of times name the batch that first reaches a largest timestamp, rising', () => {
    expect([timeIndex(), timeIndex([1000, 1], [1002, 2]), timeIndex([1002, 2])]).toEqual([[], [], []])
    for (const wrong of [
      [[1000, 2]],
      [[1002, 1]],
      [[0, 0]],
      [
        [1002, 2],
        [1000, 1],
      ],
    ]) {
      expect(timeIndex(...(wrong as [number, number][]))).toEqual([
        expect.stringMatching(/^S20 .*: orders-0: the time index of segment 0 says that \d+ is first reached at \d/),
      ])
    }
  })

  test('have whole entries', () => {
    const nine = () => new Uint8Array(9)
    expect(foundWith(logName(orders, 3, 'index'), nine)).toEqual([
      `${S20}: orders-0: the offset index of segment 3 has 9 bytes`,
    ])
    expect(foundWith(logName(orders, 3, 'timeindex'), nine)).toEqual([
      `${S20}: orders-0: the time index of segment 3 has 9 bytes`,
    ])
  })
})

describe('S20: a producer snapshot', () => {
  type Entry = readonly [producer: number, epoch: number, lastSequence: number, lastOffset: number]
  const four: Entry = [4, 0, 1, 1]
  const five: Entry = [5, 0, 0, 2]
  const snapshot = (...entries: readonly Entry[]) => {
    const bytes = new Uint8Array(10 + 46 * entries.length)
    const view = new DataView(bytes.buffer)
    view.setInt16(0, 1)
    view.setInt32(6, entries.length)
    for (const [index, [producer, epoch, lastSequence, lastOffset]] of entries.entries()) {
      const at = 10 + 46 * index
      view.setBigInt64(at, BigInt(producer))
      view.setInt16(at + 8, epoch)
      view.setInt32(at + 10, lastSequence)
      view.setBigInt64(at + 14, BigInt(lastOffset))
    }
    view.setUint32(2, crc32c(bytes, 6, bytes.length))
    return bytes
  }
  const found = (bytes: Uint8Array, offset = 3) => foundWith(logName(orders, offset, 'snapshot'), () => bytes)

  test('holds the last batch of each producer below it', () => {
    expect(found(snapshot(four, five))).toEqual([])
    expect(found(snapshot(five, four))).toEqual([])
    expect(found(snapshot(four), 2)).toEqual([])
    expect(found(snapshot(), 0)).toEqual([])
  })

  test('misses none, and says nothing else of any', () => {
    expect(found(snapshot(four))).toEqual([`${S20}: orders-0: the producer snapshot at 3 has nothing of producer 5`])
    for (const wrong of [
      [4, 1, 1, 1],
      [4, 0, 2, 1],
      [4, 0, 1, 3],
      [6, 0, 0, 0],
    ] as const) {
      expect(found(snapshot(wrong, five))[0]).toMatch(/the producer snapshot at 3 says epoch \d, sequence \d at \d/)
    }
  })

  test('is whole, and not above the end of the log', () => {
    const torn = snapshot(four, five)
    torn[20]! ^= 1
    for (const bad of [torn, new Uint8Array(0), new Uint8Array(9)]) {
      expect(found(bad)).toEqual([`${S20}: orders-0: the producer snapshot at 3 is not whole`])
    }
    expect(found(snapshot(four, five), 6)).toEqual([
      `${S20}: orders-0: the producer snapshot at 6 lies above the end 5`,
    ])
  })
})

describe('S20: the leader-epoch checkpoint', () => {
  const found = (...entries: readonly string[]) => {
    const text = ['0', String(entries.length), ...entries, ''].join('\n')
    return foundWith(`${orders}/leader-epoch-checkpoint`, () => new TextEncoder().encode(text))
  }

  test('names the first offset of each epoch', () => {
    expect([found(), found('0 0', '2 3')]).toEqual([[], []])
  })

  test('names no epoch that never was, none before it began, and none past the end', () => {
    for (const wrong of ['1 2', '2 2', '2 6']) {
      const [epoch, offset] = wrong.split(' ')
      expect(found(wrong)).toEqual([
        `${S20}: orders-0: the leader-epoch checkpoint says that epoch ${epoch} begins at ${offset}`,
      ])
    }
  })
})

describe('S20: the leader-epoch checkpoint of a log that is being cut', () => {
  const found = (more?: 'appended') => {
    const judge = written()
    judge.event({ type: 'LogTruncated', partition: orders, endOffset: 3 })
    judge.files.set(lastLog, new Uint8Array(0))
    if (more === 'appended') judge.append(batch({ at: 3, leaderEpoch: 4 }))
    judge.files.set(`${orders}/leader-epoch-checkpoint`, new TextEncoder().encode('0\n2\n0 0\n2 3\n'))
    judge.recomputeAll()
    return judge.broken
  }

  test('may name what was cut off, until something is appended there', () => {
    expect(found()).toEqual([])
    expect(found('appended')).toEqual([`${S20}: orders-0: the leader-epoch checkpoint says that epoch 2 begins at 3`])
  })
})

test('S20: the leader-epoch checkpoint of a log that begins anew may name what was there before', () => {
  const judge = written()
  judge.event({ type: 'LogBegunAnew', partition: orders, offset: 9 })
  for (const name of judge.files.keys()) judge.files.delete(name)
  judge.files.set(`${orders}/00000000000000000009.log`, new Uint8Array(0))
  judge.files.set(`${orders}/leader-epoch-checkpoint`, new TextEncoder().encode('0\n2\n0 0\n2 3\n'))
  judge.recomputeAll()
  expect(judge.broken).toEqual([])
})

describe('S20: the leader-epoch checkpoint of a log whose start moved', () => {
  /** What is found wrong of an entry for epoch 0, whose batches began at 0, once the log begins at 2. */
  const found = (startOffset: number) => {
    const judge = written()
    judge.retention = { retentionMs: 0, retentionBytes: -1 }
    judge.event({ type: 'HighWatermarkMoved', partition: orders, highWatermark: 5 })
    judge.event({ type: 'LogStartMoved', partition: orders, startOffset: 2 })
    const text = `0\n1\n0 ${startOffset}\n`
    judge.files.set(`${orders}/leader-epoch-checkpoint`, new TextEncoder().encode(text))
    judge.recomputeAll()
    return judge.broken
  }

  test('may lag behind the start, for it is written with the next flush', () => {
    expect([found(0), found(1), found(2)]).toEqual([[], [], []])
  })

  test('knows of the start once a flush that began behind the move is over, or a load', () => {
    const foundAfter = (startOffset: number, happen: (judge: Judge) => void) => {
      const judge = written()
      judge.retention = { retentionMs: 0, retentionBytes: -1 }
      judge.event({ type: 'HighWatermarkMoved', partition: orders, highWatermark: 5 })
      judge.event({ type: 'LogStartMoved', partition: orders, startOffset: 2 })
      happen(judge)
      const text = `0\n2\n0 ${startOffset}\n2 3\n`
      judge.files.set(`${orders}/leader-epoch-checkpoint`, new TextEncoder().encode(text))
      judge.recomputeAll()
      return judge.broken
    }
    const flushes = (count: number) => (judge: Judge) => {
      for (let flush = 1; flush <= count; flush++) judge.flushed(2 + flush)
    }
    const load = (judge: Judge) => {
      judge.restart('process-kill')
      judge.loaded(5, { startOffset: 2 })
      judge.ready()
    }
    expect([foundAfter(0, flushes(1)), foundAfter(2, flushes(2)), foundAfter(2, load)]).toEqual([[], [], []])
    const stale = `${S20}: orders-0: the leader-epoch checkpoint has epoch 0 from 0 on, and the log has begun at 2 for a whole flush`
    expect([foundAfter(0, flushes(2)), foundAfter(0, load)]).toEqual([[stale], [stale]])
  })

  test('names no offset above the start for an epoch that began before it', () => {
    expect(found(3)).toEqual([`${S20}: orders-0: the leader-epoch checkpoint says that epoch 0 begins at 3`])
  })
})

describe('S20: a start that takes the last stop for a clean one', () => {
  test('is right where nothing was appended since the stop began', () => {
    const judge = written()
    judge.restart('clean')
    judge.loaded(5)
    judge.ready()
    judge.restart('clean')
    expect(judge.broken).toEqual([])
  })

  test('is wrong where something was, and then the life ended otherwise', () => {
    const judge = written()
    judge.ghost.lifeEnded('process-kill', 1)
    judge.event({ type: 'BrokerStarting', clean: true })
    expect(judge.broken).toEqual([
      `${S20}: a start takes the last stop for a clean one, and records were appended since`,
    ])
  })
})

describe('when the disk is looked at', () => {
  const damage = (judge: Judge) => judge.files.set(lastLog, concatenated(judge.files.get(lastLog)!, new Uint8Array(5)))

  test('after a segment was rolled, between events, once the broker serves', () => {
    const judge = written()
    damage(judge)
    judge.isServing = false
    judge.afterEvents(3)
    expect(judge.looks).toEqual([])
    judge.isServing = true
    judge.afterEvents(1)
    expect(judge.broken).toHaveLength(1)
    judge.afterEvents(100)
    expect(judge.broken).toHaveLength(1)
  })

  test('every few thousand events at what was written since', () => {
    const judge = written()
    judge.afterEvents(1)
    judge.append(batch({ at: 5, leaderEpoch: 2 }))
    damage(judge)
    judge.afterEvents(4000)
    expect(judge.broken).toEqual([])
    judge.afterEvents(97)
    expect(judge.broken).toHaveLength(1)
  })

  test('a finished segment that was found right is not read again in that life', () => {
    const judge = written()
    judge.afterEvents(1)
    expect(judge.looks).toEqual([firstLog, lastLog])
    judge.recomputeAll()
    expect(judge.looks.slice(2)).toEqual([lastLog])
    judge.restart('process-kill')
    judge.loaded(5)
    judge.looks.length = 0
    judge.ready()
    expect(judge.looks).toEqual([firstLog, lastLog])
  })

  test("directories of no partition, and those set aside as stray, are nobody's concern", () => {
    const judge = written()
    judge.files.set('orders-0.0-stray/00000000000000000000.log', new Uint8Array(5))
    judge.files.set('notes/readme.txt', new Uint8Array(5))
    judge.recomputeAll()
    expect(judge.broken).toEqual([])
  })
})
