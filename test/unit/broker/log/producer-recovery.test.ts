import { beforeEach, describe, expect, it } from 'vitest'
import type { PartitionLog } from '../../../../src/broker/log/partition-log.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { appendAll, batchOf, DIRECTORY, flush, killAndLoad, load, logFile, snapshotFile } from './log-fixture.ts'
import { bases, reloadAfter, settings, tenBatches, value } from './ten-batches.ts'

let machine: SimulatedMachine
let log: PartitionLog

beforeEach(() => {
  machine = new SimulatedMachine()
  log = tenBatches(machine)
})

describe('producers after a restart', () => {
  const from = (producerId: number, baseSequence: number) => ({ producerId, producerEpoch: 0, baseSequence })

  it('are known from the newest snapshot and the batches behind it', async () => {
    appendAll(log, [
      { ...from(7, 0), values: [value(10)] },
      { ...from(7, 1), values: [value(11)] },
    ])
    appendAll(log, [
      { ...from(8, 0), values: [value(12)] },
      { ...from(7, 2), values: [value(13)] },
    ])
    expect(bases(log)).toEqual([0, 3, 6, 9, 12])
    const loaded = await killAndLoad(machine, { settings })
    const last = loaded.producers.entries().map(({ producerId, batches }) => [producerId, batches.at(-1)!.lastOffset])
    expect(last).toEqual([
      [7, 13],
      [8, 12],
    ])
    expect(loaded.append(batchOf({ ...from(7, 2), values: [value(13)] }), 0)).toMatchObject({ kind: 'duplicate' })
  })

  it('are known from older snapshots and more batches where the newest is not whole', async () => {
    appendAll(log, [
      { ...from(7, 0), values: [value(10)] },
      { ...from(8, 0), values: [value(11)] },
    ])
    appendAll(log, [{ values: [value(12)] }])
    const loaded = await reloadAfter(machine, () => {
      machine.node.disk.rot(snapshotFile(12), 20, 3)
    })
    expect(loaded.producers.entries().map(({ producerId }) => producerId)).toEqual([7, 8])
    expect(machine.names(DIRECTORY)).not.toContain('00000000000000000012.snapshot')
  })

  it('are known though their batches were deleted after a crash had taken the snapshot that remembered them', async () => {
    appendAll(log, [{ ...from(7, 0), values: [value(10)] }])
    appendAll(
      log,
      [11, 12, 13].map((offset) => ({ values: [value(offset)] })),
    )
    const loaded = await reloadAfter(machine, () => machine.world.disk.remove(snapshotFile(12)))
    expect(loaded.producers.size).toBe(1)
    loaded.moveStart(12)
    loaded.removeBelow(12)
    const reloaded = await killAndLoad(machine, { settings, startOffset: 12, recoveryPoint: 14 })
    expect(reloaded.segments[0]!.baseOffset).toBe(12)
    expect(reloaded.producers.entries().map(({ producerId }) => producerId)).toEqual([7])
    machine.crash('powerLoss')
    machine.startLife()
    expect(machine.node.disk.durable(snapshotFile(14)).length).toBeGreaterThan(0)
  })

  it('have every batch known that they may send again, however often the broker is killed', async () => {
    const snapshots = machine.names(DIRECTORY).filter((name) => name.endsWith('.snapshot'))
    let loaded = log
    for (let life = 0; life < 4; life++) {
      appendAll(loaded, [{ ...from(7, life), values: ['x'] }])
      loaded = await killAndLoad(machine, {})
    }
    for (const sequence of [0, 1, 2, 3]) {
      expect(loaded.append(batchOf({ ...from(7, sequence), values: ['x'] }), 0)).toMatchObject({ kind: 'duplicate' })
    }
    expect(machine.names(DIRECTORY).filter((name) => name.endsWith('.snapshot'))).toEqual(snapshots)
  })

  /** A clean stop, which leaves a snapshot at the end. */
  async function stopAndLoad(of: PartitionLog): Promise<PartitionLog> {
    of.prepareClose()
    await flush(machine, of)
    of.close()
    return reloadAfter(machine, () => undefined, { isClean: true })
  }

  it('leave the snapshot of the last stop beside those of the segments, and none of earlier stops', async () => {
    const snapshots = machine.names(DIRECTORY).filter((name) => name.endsWith('.snapshot'))
    appendAll(log, [{ ...from(7, 0), values: ['x'] }])
    const loaded = await stopAndLoad(log)
    appendAll(loaded, [{ ...from(7, 1), values: ['x'] }])
    await stopAndLoad(loaded)
    expect(machine.names(DIRECTORY).filter((name) => name.endsWith('.snapshot'))).toEqual([
      ...[...snapshots, '00000000000000000012.snapshot'],
    ])
  })

  it('leave the snapshot of the last stop where the disk is too full for one that is due', async () => {
    appendAll(log, [{ ...from(7, 0), values: [value(10)] }])
    const loaded = await stopAndLoad(log)
    appendAll(loaded, [{ values: [value(11)] }, { values: [value(12)] }])
    await reloadAfter(machine, () => {
      machine.world.disk.remove(snapshotFile(12))
      machine.node.disk.capacityBytes = machine.node.disk.usedBytes
    })
    expect(machine.names(DIRECTORY)).toContain('00000000000000000011.snapshot')
    expect(machine.names(DIRECTORY)).not.toContain('00000000000000000013.snapshot')
  })

  it('are not known from a snapshot of a log that is no more, once that has been cut off', async () => {
    appendAll(log, [{ ...from(7, 0), values: [value(10)] }, { values: [value(11)] }, { values: [value(12)] }])
    await flush(machine, log)
    await machine.syncDirectory('')
    expect(machine.names(DIRECTORY)).toContain('00000000000000000012.snapshot')
    // The life after a loss: the log ends at 9, and grows past 12 with batches of others, in one segment.
    machine.crash('kill')
    machine.startLife()
    machine.world.disk.remove(logFile(9))
    await machine.syncDirectory(DIRECTORY)
    const grown = await load(machine, { settings: {} })
    expect(grown.endOffset).toBe(9)
    appendAll(
      grown,
      Array.from({ length: 5 }, (_, index) => ({ values: [value(9 + index)] })),
    )
    const handle = grown.segments.at(-1)!.file
    await machine.run(new Promise<void>((resolve) => handle.sync(() => resolve(machine.world.promises.mark()))))
    machine.crash('powerLoss')
    machine.startLife()
    const loaded = await load(machine, { settings: {} })
    expect(loaded.endOffset).toBe(14)
    expect(loaded.producers.entries()).toEqual([])
  })
})
