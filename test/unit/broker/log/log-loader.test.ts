import { beforeEach, describe, expect, it } from 'vitest'
import type { PartitionLog } from '../../../../src/broker/log/partition-log.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import {
  appendAll,
  bytesOf,
  createLog,
  DIRECTORY,
  file,
  find,
  flush,
  indexFile,
  killAndLoad,
  load,
  logFile,
  snapshotFile,
  text,
  timeIndexFile,
  valuesOf,
} from './log-fixture.ts'
import { bases, reloadAfter, settings, tenBatches, value } from './ten-batches.ts'

/** Of each batch. */
const BATCH_BYTES = 170
const values = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => value(from + index))

let machine: SimulatedMachine
let log: PartitionLog

beforeEach(() => {
  machine = new SimulatedMachine()
  log = tenBatches(machine)
})

function cutFile(path: string, size: number): void {
  const handle = machine.world.disk.open(path, { create: false })
  handle.truncate(size)
  handle.close()
}

function appendToFile(path: string, bytes: Uint8Array): void {
  const handle = machine.world.disk.open(path, { create: true })
  handle.append([bytes])
  handle.close()
}

/** What the running log had in its indexes. */
function indexesOf(of: PartitionLog) {
  return of.segments.map(({ offsets, times }) => [machine.peek(offsets.file.path), machine.peek(times.file.path)])
}

describe('a life that was killed', () => {
  it('loses nothing', async () => {
    const loaded = await killAndLoad(machine, { settings })
    expect(bases(loaded)).toEqual([0, 3, 6, 9])
    expect(await valuesOf(machine, loaded)).toEqual(values(10))
    expect(loaded.flushedEnd).toBe(10)
    expect(loaded.producers.size).toBe(0)
    expect(loaded.epochs.entries).toEqual([{ epoch: 0, startOffset: 0 }])
  })

  it('leaves nothing that a later power loss could take', async () => {
    await killAndLoad(machine, { settings })
    machine.crash('powerLoss')
    machine.startLife()
    machine.world.disk.makeDirectory(DIRECTORY)
    // The log directory's own entries are the business of whoever keeps that directory.
    const left = machine.names(DIRECTORY)
    if (left.length > 0) expect(await valuesOf(machine, await load(machine, { settings }))).toEqual(values(10))
  })

  it('leaves files of steps it did not finish, which are removed', async () => {
    const leftovers = [
      'leader-epoch-checkpoint.tmp',
      '00000000000000000003.log.deleted',
      '00000000000000000000.log.swap',
    ]
    const loaded = await reloadAfter(machine, () => {
      for (const name of leftovers) appendToFile(file(name), bytesOf('half'))
    })
    for (const name of leftovers) expect(machine.names(DIRECTORY)).not.toContain(name)
    expect(loaded.endOffset).toBe(10)
  })
})

describe('recovery', () => {
  it.each([
    ['in the middle of its records', BATCH_BYTES - 10],
    ['in the middle of its header', 30],
    ['within its size', 9],
    ['to nothing', 0],
  ])('cuts off a last batch that is torn %s', async (_where, bytes) => {
    const loaded = await reloadAfter(machine, () => cutFile(logFile(6), 2 * BATCH_BYTES + bytes))
    expect(loaded.endOffset).toBe(8)
    expect(await valuesOf(machine, loaded)).toEqual(values(8))
    expect(bases(loaded)).toEqual([0, 3, 6])
    expect(machine.peek(logFile(6)).length).toBe(2 * BATCH_BYTES)
  })

  it('cuts off a batch whose checksum is wrong, and everything behind it', async () => {
    const loaded = await reloadAfter(machine, () => {
      machine.node.disk.rot(logFile(3), 2 * BATCH_BYTES - 5, 0)
    })
    expect(loaded.endOffset).toBe(4)
    expect(await valuesOf(machine, loaded)).toEqual(values(4))
    expect(machine.names(DIRECTORY)).not.toContain('00000000000000000006.log')
    expect(machine.names(DIRECTORY)).not.toContain('00000000000000000006.index')
    expect(machine.events).toContainEqual({
      ...{ type: 'LogLoaded', partition: DIRECTORY, startOffset: 0, endOffset: 4, recovered: true },
      truncatedBytes: 6 * BATCH_BYTES,
    })
  })

  it('cuts off a batch whose leader epoch is lower than that of the one before', async () => {
    const loaded = await reloadAfter(machine, () => {
      machine.node.disk.rot(logFile(3), 15, 0)
    })
    expect(loaded.endOffset).toBe(4)
  })

  it('cuts off zeros behind the last batch', async () => {
    const loaded = await reloadAfter(machine, () => appendToFile(logFile(9), new Uint8Array(5000)))
    expect(loaded.endOffset).toBe(10)
    expect(machine.peek(logFile(9)).length).toBe(BATCH_BYTES)
  })

  it('ends the log before a segment that is missing', async () => {
    const loaded = await reloadAfter(machine, () => machine.world.disk.remove(logFile(3)))
    expect(loaded.endOffset).toBe(3)
    expect(machine.names(DIRECTORY).filter((name) => name.endsWith('.log'))).toEqual(['00000000000000000000.log'])
    expect(machine.names(DIRECTORY)).not.toContain('00000000000000000003.index')
  })

  it('begins anew where the first segment was lost before it was ever durable', async () => {
    const loaded = await reloadAfter(machine, () => {
      machine.world.disk.remove(logFile(0))
    })
    expect([loaded.startOffset, loaded.endOffset]).toEqual([0, 0])
    expect(machine.names(DIRECTORY).filter((name) => name.endsWith('.log'))).toEqual(['00000000000000000000.log'])
  })

  it('puts aside what it cannot tell from the log of somebody who copied segments without their checkpoints', async () => {
    const before = machine.peek(logFile(3))
    await reloadAfter(machine, () => machine.world.disk.remove(logFile(0)))
    const strays = machine.names(DIRECTORY).filter((name) => name.endsWith('.stray'))
    expect(strays).toEqual([3, 6, 9].map((base) => `0000000000000000000${base}.log.stray`))
    expect(machine.peek(`${logFile(3)}.stray`)).toEqual(before)
    appendAll(await killAndLoad(machine, { settings }), [{ values: ['new'] }])
    expect(await valuesOf(machine, await killAndLoad(machine, { settings }))).toEqual(['new'])
  })

  it.each([
    ['its start is on record', { startOffset: 3 }, ''],
    ['a flush beyond it is on record', { recoveryPoint: 6 }, ''],
    ['a leader epoch begins there', {}, '0\n1\n0 3\n'],
  ])('keeps a log whose beginning was deleted, where %s', async (_evidence, reload, epochs) => {
    const loaded = await reloadAfter(
      machine,
      () => {
        machine.world.disk.remove(logFile(0))
        if (epochs !== '') appendToFile(file('leader-epoch-checkpoint'), bytesOf(epochs))
      },
      reload,
    )
    expect([loaded.startOffset, loaded.endOffset]).toEqual([3, 10])
    expect(await valuesOf(machine, loaded)).toEqual(values(7, 3))
  })

  it.each([
    ['missing', (path: string) => machine.world.disk.remove(path)],
    [
      'filled with zeros',
      (path: string) => {
        cutFile(path, 0)
        appendToFile(path, new Uint8Array(96))
      },
    ],
    ['cut within an entry', (path: string) => cutFile(path, 5)],
    [
      'of another log',
      (path: string) => {
        cutFile(path, 0)
        appendToFile(path, Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 9))
      },
    ],
  ])('writes indexes that are %s as they were', async (_how, spoil) => {
    await flush(machine, log)
    for (const segment of log.segments.slice(0, -1)) segment.finish()
    const before = indexesOf(log)
    const loaded = await reloadAfter(machine, () => {
      for (const base of [0, 6]) for (const path of [indexFile(base), timeIndexFile(base)]) spoil(path)
    })
    expect(indexesOf(loaded)).toEqual(before)
    expect(await find(machine, loaded, 1007)).toEqual({ offset: 7, timestamp: 1007 })
  })

  it('puts the largest timestamp of a closed segment on record, as a roll does', async () => {
    machine = new SimulatedMachine()
    const sparse = { 'segment.bytes': '600' }
    const timestamps = [1000, 3000, 2000, 4000, 5000, 4500, 6000]
    appendAll(
      createLog(machine, sparse),
      timestamps.map((timestamp, offset) => ({ values: [value(offset)], timestamp })),
    )
    const before = [0, 3].map((base) => machine.peek(timeIndexFile(base)))
    expect(before.map(({ length }) => length)).toEqual([12, 12])
    await reloadAfter(
      machine,
      () => {
        for (const base of [0, 3]) cutFile(timeIndexFile(base), 0)
      },
      { settings: sparse },
    )
    expect([0, 3].map((base) => machine.peek(timeIndexFile(base)))).toEqual(before)
  })

  it('reads on behind batches of very different sizes', async () => {
    machine = new SimulatedMachine()
    const sizes = [200_000, 70_000, 150, 130_000, 66_000, 66_000]
    appendAll(
      createLog(machine),
      sizes.map((size) => ({ values: ['v'.repeat(size)] })),
    )
    const loaded = await killAndLoad(machine)
    expect((await valuesOf(machine, loaded)).map((each) => each.length)).toEqual(sizes)
  })
})

describe('the recovery point', () => {
  it('spares segments below it the look at every batch', async () => {
    await flush(machine, log)
    const loaded = await reloadAfter(
      machine,
      () => {
        machine.node.disk.rot(logFile(0), 150, 0)
      },
      { recoveryPoint: 6 },
    )
    expect(loaded.endOffset).toBe(10)
  })

  it('leaves a segment that ends there to be recovered: it may have been the active one', async () => {
    await flush(machine, log)
    const loaded = await reloadAfter(
      machine,
      () => {
        machine.node.disk.rot(logFile(3), 150, 0)
      },
      { recoveryPoint: 6 },
    )
    expect(loaded.endOffset).toBe(3)
  })

  it('below which an index was missing trusts the one written anew only once that is durable', async () => {
    await flush(machine, log)
    await reloadAfter(machine, () => machine.world.disk.remove(indexFile(0)), { recoveryPoint: 6 })
    expect(machine.peek(indexFile(0)).length).toBe(16)
    expect(machine.node.disk.durable(indexFile(0))).toEqual(machine.peek(indexFile(0)))
  })

  it('that is too low costs only time', async () => {
    await flush(machine, log)
    const loaded = await reloadAfter(machine, () => undefined, { recoveryPoint: 2 })
    expect(await valuesOf(machine, loaded)).toEqual(values(10))
  })

  it('within a segment leaves that segment to be recovered', async () => {
    const loaded = await reloadAfter(
      machine,
      () => {
        machine.node.disk.rot(logFile(3), 150, 0)
      },
      { recoveryPoint: 5 },
    )
    expect(loaded.endOffset).toBe(3)
  })

  it('spares producer snapshots below it the sync, and no others', async () => {
    await flush(machine, log)
    const synced: string[] = []
    await reloadAfter(
      machine,
      () => {
        machine.node.disk.judge = ({ kind, path }) => {
          if (kind === 'sync' && path.endsWith('.snapshot')) synced.push(path)
          return undefined
        }
      },
      { recoveryPoint: 6 },
    )
    expect(synced).toEqual([snapshotFile(6), snapshotFile(9)])
  })

  it('never lies above what is durable with its indexes', async () => {
    expect(log.recoveryPoint).toBe(0)
    await flush(machine, log)
    expect(log.recoveryPoint).toBe(10)
  })
})

describe('the start on record', () => {
  it('hides what lies below it, and removes segments that lie wholly below', async () => {
    const loaded = await reloadAfter(machine, () => undefined, { startOffset: 4 })
    expect(bases(loaded)).toEqual([3, 6, 9])
    expect([loaded.startOffset, loaded.endOffset]).toEqual([4, 10])
    expect(await valuesOf(machine, loaded)).toEqual(values(6, 4))
  })

  it.each([false, true])('above the end begins the log there, empty (clean: %s)', async (isClean) => {
    const loaded = await reloadAfter(machine, () => undefined, { startOffset: 50, isClean })
    expect([loaded.startOffset, loaded.endOffset, loaded.flushedEnd]).toEqual([50, 50, 50])
    expect(machine.names(DIRECTORY).filter((name) => name.endsWith('.log'))).toEqual(['00000000000000000050.log'])
    appendAll(loaded, [{ values: ['next'] }])
    expect(await valuesOf(machine, loaded)).toEqual(['next'])
  })
})

describe('a log that was cleanly closed', () => {
  async function close(): Promise<void> {
    log.prepareClose()
    await flush(machine, log)
    log.close()
  }

  it('is trusted: only what is behind the last index entries is looked at', async () => {
    await close()
    const loaded = await reloadAfter(
      machine,
      () => {
        machine.node.disk.rot(logFile(3), 150, 0)
      },
      { isClean: true },
    )
    expect(loaded.endOffset).toBe(10)
    expect(machine.events.at(-1)).toMatchObject({ type: 'LogLoaded', recovered: false, truncatedBytes: 0 })
  })

  it('has lost nothing to a power loss', async () => {
    await machine.syncDirectory('')
    await close()
    machine.crash('powerLoss')
    machine.startLife()
    const loaded = await load(machine, { settings, isClean: true })
    expect(await valuesOf(machine, loaded)).toEqual(values(10))
  })

  it('gets an index again that is missing', async () => {
    const before = indexesOf(log)[1]![0]
    await close()
    const loaded = await reloadAfter(machine, () => machine.world.disk.remove(indexFile(3)), { isClean: true })
    expect(machine.peek(indexFile(3))).toEqual(before)
    expect(await valuesOf(machine, loaded)).toEqual(values(10))
  })

  it('is not cut where an index leads to no batch', async () => {
    await close()
    // The position of the last entry: 340 becomes 341.
    const loaded = await reloadAfter(
      machine,
      () => {
        machine.node.disk.rot(indexFile(3), 15, 0)
      },
      { isClean: true },
    )
    expect(await valuesOf(machine, loaded)).toEqual(values(10))
    expect(machine.peek(logFile(3)).length).toBe(3 * BATCH_BYTES)
  })

  it('knows how old its active segment is', async () => {
    appendAll(log, [{ timestamp: 5000 }, { timestamp: 6000 }])
    await close()
    const loaded = await reloadAfter(machine, () => undefined, { isClean: true })
    expect(loaded.segments.at(-1)!.firstTimestamp).toBe(1009)
  })
})

describe('leader epochs after a restart', () => {
  it('are put on record anew only where the record says something else', async () => {
    const replaced: string[] = []
    await flush(machine, log)
    for (const epoch of [0, 4]) {
      appendAll(log, [{ values: ['x'] }], epoch)
      log = await reloadAfter(machine, () => {
        machine.node.disk.judge = ({ kind, path }) => {
          if (kind === 'rename') replaced.push(`${epoch}: ${path}`)
          return undefined
        }
      })
    }
    expect(replaced).toEqual([`4: ${file('leader-epoch-checkpoint.tmp')}`])
  })

  it('are completed from the batches', async () => {
    appendAll(log, [{ values: [value(10)] }], 4)
    const loaded = await killAndLoad(machine, { settings })
    expect(loaded.epochs.entries).toEqual([
      { epoch: 0, startOffset: 0 },
      { epoch: 4, startOffset: 10 },
    ])
    expect(text(machine.peek(file('leader-epoch-checkpoint')))).toBe('0\n2\n0 0\n4 10\n')
  })

  it.each([
    ['missing', ''],
    ['torn', '0\n2\n0 0\n4'],
    ['ahead of a start that fell back, for it was not on record', '0\n1\n4 10\n'],
    ['contradicted by the batches', '0\n2\n0 0\n9 2\n'],
  ])('are derived from the batches where the checkpoint is %s', async (_how, content) => {
    appendAll(log, [{ values: [value(10)] }], 4)
    await flush(machine, log)
    const loaded = await reloadAfter(
      machine,
      () => {
        cutFile(file('leader-epoch-checkpoint'), 0)
        appendToFile(file('leader-epoch-checkpoint'), bytesOf(content))
      },
      { recoveryPoint: 6 },
    )
    expect(loaded.epochs.entries).toEqual([
      { epoch: 0, startOffset: 0 },
      { epoch: 4, startOffset: 10 },
    ])
  })
})
