import { describe, expect, test } from 'vitest'
import { batch, Judge, logName, orders, safe } from './judge.ts'

const metadata = '__cluster_metadata-0'

/** Three batches in each of two logs, all of them flushed. */
function written(): Judge {
  const judge = new Judge()
  for (const partition of [orders, safe]) {
    for (const at of [0, 1, 2]) judge.append(batch({ at, value: `${partition} ${at}` }), partition)
    judge.flushed(3, partition)
  }
  return judge
}

/** A byte of what lies on the disk of a partition is another. */
function spoil(judge: Judge, partition: string): void {
  const log = judge.files.get(logName(partition, 0))!
  log[70] = log[70]! ^ 1
}

function load(judge: Judge, partition: string, endOffset: number, truncatedBytes: number): void {
  judge.event({ type: 'LogLoaded', partition, startOffset: 0, endOffset, recovered: true, truncatedBytes })
}

describe('rot', () => {
  test('excuses what is found wrong with the partition it struck, and with no other', () => {
    const judge = written()
    judge.ghost.damage.rotted(logName(orders, 0))
    spoil(judge, orders)
    judge.recomputeAll()
    expect(judge.broken).toEqual([])
    spoil(judge, safe)
    judge.recomputeAll()
    expect(judge.broken).toEqual([expect.stringContaining('S20 storage refinement: safe-0')])
  })

  test('of the metadata log excuses what hangs on it: everything', () => {
    const judge = written()
    judge.ghost.damage.rotted(`${metadata}/00000000000000000000.log`)
    spoil(judge, safe)
    judge.recomputeAll()
    judge.produced(batch({ at: 0 }), { baseOffset: 7 })
    expect(judge.broken).toEqual([])
  })

  test('of a file that belongs to no partition excuses nothing', () => {
    const judge = written()
    judge.ghost.damage.rotted('meta.properties')
    expect([judge.ghost.damage.hasStruck, judge.ghost.damage.excuses(orders)]).toEqual([true, false])
  })

  test('harms the quorum where it may make a voter forget, which only its metadata log and its vote can', () => {
    const harmed = [logName(orders, 0), 'meta.properties', `${metadata}/quorum-state`].map((path) => {
      const { damage } = new Judge().ghost
      damage.rotted(path)
      return damage.harmsQuorum
    })
    expect(harmed).toEqual([false, false, true])
  })

  test('may cost a log what was durable, if the log says that it was cut', () => {
    const judge = written()
    judge.ghost.damage.rotted(logName(orders, 0))
    judge.restart('process-kill')
    load(judge, orders, 1, 140)
    expect(judge.broken).toEqual([])
  })

  test('does not excuse a loss of which nothing is said', () => {
    const judge = written()
    judge.ghost.damage.rotted(logName(orders, 0))
    judge.restart('process-kill')
    load(judge, orders, 1, 0)
    expect(judge.broken).toEqual([
      'S1 loss is noticed: orders-0 had [0, 3) for good and was loaded with [0, 1), and nothing says that bytes were cut off',
    ])
  })

  test('is not judged for silence where a recovery before was cut short, which may have cut the log', () => {
    const judge = written()
    judge.ghost.damage.rotted(logName(orders, 0))
    judge.restart('process-kill')
    judge.restart('process-kill')
    load(judge, orders, 1, 0)
    expect(judge.broken).toEqual([])
  })

  test('does not ask a log to speak of what a power loss may take anyway', () => {
    const judge = written()
    judge.append(batch({ at: 3 }))
    judge.ghost.damage.rotted(logName(orders, 0))
    judge.restart('power-loss')
    load(judge, orders, 3, 0)
    expect(judge.broken).toEqual([])
  })
})

describe('a disk that was replaced by an empty one', () => {
  test('harms the quorum: who votes on it has forgotten how it voted', () => {
    const judge = written()
    judge.diskWiped()
    expect(judge.ghost.damage.harmsQuorum).toBe(true)
  })

  test('holds a new broker, of which nothing of the old one is expected', () => {
    const judge = written()
    judge.restart('power-loss')
    judge.diskWiped()
    judge.append(batch({ at: 0, leaderEpoch: 1 }), metadata)
    judge.append(batch({ at: 0 }))
    judge.ready()
    expect(judge.broken).toEqual([])
  })

  test('excuses nothing of what the new broker does, though the old disk was rotten', () => {
    const judge = written()
    judge.ghost.damage.rotted(logName(orders, 0))
    judge.diskWiped()
    judge.append(batch({ at: 0, value: 'of the new broker' }))
    spoil(judge, orders)
    judge.recomputeAll()
    expect(judge.broken).toEqual([expect.stringContaining('S20 storage refinement: orders-0')])
  })

  test('and on which a start was cut short by a power loss begins again', () => {
    const judge = written()
    judge.diskWiped()
    judge.restart('power-loss')
    judge.append(batch({ at: 0, leaderEpoch: 1 }), metadata)
    judge.ready()
    expect(judge.broken).toEqual([])
  })
})
