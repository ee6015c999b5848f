import { beforeEach, describe, expect, it } from 'vitest'
import { offsetFileName } from '../../../../src/broker/log/files.ts'
import { LogDirectory, METADATA_DIRECTORY } from '../../../../src/broker/log/log-directory.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { MetadataLog } from '../../../../src/broker/quorum/metadata-log.ts'
import { quorumRules } from '../../../../src/broker/quorum/rules.ts'
import { snapshotRules } from '../../../../src/broker/quorum/snapshots/rules.ts'
import { type SnapshotId, snapshotFileName } from '../../../../src/broker/quorum/snapshots/snapshot-id.ts'
import { writeSnapshot } from '../../../../src/broker/quorum/snapshots/snapshot-writer.ts'
import type { MetadataRecordInput } from '../../../../src/protocol/metadata-records/table.ts'
import { encodeMetadataRecord } from '../../../../src/protocol/metadata-records/table.ts'
import { encodeBatch } from '../../../../src/protocol/record-batch-encode.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const noOp: MetadataRecordInput = { type: 'NoOpRecord', version: 0 }

let machine: SimulatedMachine
let lines: string[]

beforeEach(() => {
  machine = new SimulatedMachine()
  lines = []
})

async function open(): Promise<MetadataLog> {
  const { world } = machine
  const observer = new Observer(world.trace, (_level, message) => lines.push(message))
  const options = { world, observer, rules: logRules, nodeId: 1, mayFound: true }
  const directory = await machine.run(LogDirectory.open(options))
  return machine.run(MetadataLog.open(world, observer, quorumRules, directory))
}

/** The life ends by a kill, and another begins. */
async function openAgain(): Promise<MetadataLog> {
  machine.crash('kill')
  machine.startLife()
  return open()
}

/** The bytes of a segment with one record for each offset of `[from, to)`, each a batch. */
function segment(from: number, to: number): Uint8Array {
  const batches = Array.from({ length: to - from }, (_, index) =>
    encodeBatch(
      {
        baseOffset: from + index,
        leaderEpoch: 1,
        records: [{ timestamp: 5, key: null, value: encodeMetadataRecord(noOp) }],
      },
      machine.world.codecs.crc32c,
    ),
  )
  return Uint8Array.from(batches.flatMap((batch) => [...batch]))
}

const placeSegment = (from: number, to: number) =>
  machine.place(`${METADATA_DIRECTORY}/${offsetFileName(from, 'log')}`, segment(from, to))

async function placeSnapshot(id: SnapshotId): Promise<void> {
  const { world } = machine
  const place = { world, rules: snapshotRules, directory: METADATA_DIRECTORY, name: snapshotFileName(id) }
  const content = { epoch: id.epoch, lastContainedTimestamp: 5, records: [noOp].values() }
  const written = (done: () => void) => writeSnapshot(place, content, done)
  await machine.run(new Promise<void>((resolve) => written(() => resolve(world.promises.mark()))))
}

const segmentsThere = () =>
  machine
    .names(METADATA_DIRECTORY)
    .filter((name) => name.endsWith('.log'))
    .map((name) => Number(name.slice(0, -4)))

describe('the metadata log', () => {
  it('begins at 0 while nothing was forgotten, whatever snapshots there are', async () => {
    await open()
    await placeSegment(0, 10)
    await placeSegment(10, 20)
    await placeSnapshot({ endOffset: 15, epoch: 1 })
    const log = await openAgain()
    expect([log.startOffset, log.endOffset, lines]).toEqual([0, 20, []])
  })

  it('begins at the first snapshot that its segments go on behind, once older ones are gone', async () => {
    await open()
    await machine.world.disk.remove(`${METADATA_DIRECTORY}/${offsetFileName(0, 'log')}`)
    await placeSegment(10, 20)
    await placeSegment(20, 30)
    await placeSnapshot({ endOffset: 12, epoch: 1 })
    await placeSnapshot({ endOffset: 25, epoch: 1 })
    const log = await openAgain()
    expect([log.startOffset, log.endOffset]).toEqual([12, 30])
  })

  describe('of which a power loss brought back a segment that was removed, and not the next', () => {
    it.each([
      ['the first', [[0, 10]], [20, 30, 40]],
      ['the second, at the edge of what is kept', [[10, 20]], [30, 40]],
      [
        'the first and the third',
        [
          [0, 10],
          [20, 30],
        ],
        [40],
      ],
    ] as const)('goes on behind the snapshot, and loses nothing that it promised: %s', async (_what, back, kept) => {
      await open()
      await machine.world.disk.remove(`${METADATA_DIRECTORY}/${offsetFileName(0, 'log')}`)
      for (const [from, to] of back) await placeSegment(from, to)
      for (const from of kept) await placeSegment(from, from + 10)
      await placeSnapshot({ endOffset: 45, epoch: 1 })
      const log = await openAgain()
      expect([log.startOffset, log.endOffset]).toEqual([45, 50])
      expect(segmentsThere()).toEqual([40])
      expect(lines[0]).toMatch(/segments below offset \d0 were removed, and a crash brought some of them back/)
    })

    it('keeps what an older snapshot still stands for', async () => {
      await open()
      await placeSegment(0, 10)
      await placeSegment(20, 30)
      await placeSegment(30, 40)
      await placeSnapshot({ endOffset: 22, epoch: 1 })
      await placeSnapshot({ endOffset: 35, epoch: 1 })
      const log = await openAgain()
      expect([log.startOffset, log.endOffset, segmentsThere()]).toEqual([22, 40, [20, 30]])
    })
  })

  it('ends before a hole that no snapshot covers: what lies behind was never durable', async () => {
    await open()
    await placeSegment(0, 10)
    await placeSegment(20, 30)
    await placeSnapshot({ endOffset: 8, epoch: 1 })
    const log = await openAgain()
    expect([log.startOffset, log.endOffset, segmentsThere()]).toEqual([0, 10, [0]])
  })

  it('is not trimmed while it begins anew behind a snapshot that was loaded', async () => {
    await open()
    await placeSegment(0, 10)
    for (const endOffset of [3, 6]) await placeSnapshot({ endOffset, epoch: 1 })
    const log = await openAgain()
    const beginning = log.beginAt({ endOffset: 20, epoch: 2 })
    log.addSnapshot({ endOffset: 9, epoch: 1 })
    log.trim(0, 10, () => undefined)
    expect([log.startOffset, log.endOffset]).toEqual([0, 10])
    await machine.run(beginning)
    expect([log.startOffset, log.endOffset]).toEqual([20, 20])
  })
})
