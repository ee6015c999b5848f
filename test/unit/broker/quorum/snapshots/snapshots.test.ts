import { beforeEach, describe, expect, it } from 'vitest'
import { MetadataImage } from '../../../../../src/broker/metadata/image.ts'
import { loadSnapshot } from '../../../../../src/broker/metadata/load-snapshot.ts'
import { MetadataError } from '../../../../../src/broker/metadata/metadata-error.ts'
import { takeSnapshot } from '../../../../../src/broker/metadata/take-snapshot.ts'
import { Observer } from '../../../../../src/broker/observe/observer.ts'
import { readBootstrap, writeBootstrap } from '../../../../../src/broker/quorum/snapshots/bootstrap-checkpoint.ts'
import { snapshotRules } from '../../../../../src/broker/quorum/snapshots/rules.ts'
import { SnapshotError } from '../../../../../src/broker/quorum/snapshots/snapshot-error.ts'
import {
  listSnapshots,
  removeSnapshot,
  removeSnapshotLeftovers,
  snapshotPath,
} from '../../../../../src/broker/quorum/snapshots/snapshot-files.ts'
import { parseSnapshotFileName, snapshotFileName } from '../../../../../src/broker/quorum/snapshots/snapshot-id.ts'
import { readSnapshot } from '../../../../../src/broker/quorum/snapshots/snapshot-reader.ts'
import { writeSnapshot } from '../../../../../src/broker/quorum/snapshots/snapshot-writer.ts'
import type { MetadataRecord } from '../../../../../src/protocol/metadata-records/table.ts'
import {
  encodeQuorumControlBatch,
  type QuorumControlRecord,
} from '../../../../../src/protocol/quorum-control-records.ts'
import { batchBytes, batchLeaderEpoch } from '../../../../../src/protocol/record-batch.ts'
import { encodeBatch } from '../../../../../src/protocol/record-batch-encode.ts'
import { decoded, partitionRecord, topicIdOf, topicRecord } from '../../metadata/records.ts'
import { SimulatedMachine } from '../../simulated-machine.ts'

const directory = '__cluster_metadata-0'
const id = { endOffset: 1201, epoch: 7 }
const path = snapshotPath(directory, id)

let machine: SimulatedMachine

beforeEach(() => {
  machine = new SimulatedMachine()
  machine.world.disk.makeDirectory(directory)
})

/** An image with one topic of so many partitions. */
function imageOf(partitions: number): MetadataImage {
  const image = new MetadataImage()
  const topic = topicIdOf(1)
  const records = [topicRecord('orders', topic)]
  for (let index = 0; index < partitions; index++) records.push(partitionRecord(topic, index, [1, 2]))
  image.apply({ baseOffset: 0, endOffset: records.length, epoch: 7, records })
  return image
}

/** Lets an operation with a callback come to its end. */
function ended<T>(start: (done: (value: T) => void) => void): Promise<T> {
  const { promises } = machine.world
  return machine.run(
    new Promise<T>((resolve) => {
      start((value) => {
        promises.mark()
        resolve(value)
      })
    }),
  )
}

function write(image: MetadataImage): Promise<unknown> {
  const place = { world: machine.world, rules: snapshotRules, directory, name: snapshotFileName(id) }
  const content = { epoch: id.epoch, lastContainedTimestamp: 1234, records: image.freeze().records() }
  return ended((done) => writeSnapshot(place, content, done))
}

function load(image: MetadataImage): Promise<unknown> {
  return ended((done) => loadSnapshot({ world: machine.world, directory, id }, image, done))
}

async function place(...batches: readonly Uint8Array[]): Promise<void> {
  const whole = new Uint8Array(batches.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const batch of batches) {
    whole.set(batch, at)
    at += batch.length
  }
  await machine.place(path, whole)
}

/** The batches of the snapshot's file. */
function batches(): Uint8Array[] {
  const bytes = machine.peek(path)
  const found: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += batchBytes(bytes, at))
    found.push(bytes.slice(at, at + batchBytes(bytes, at)))
  return found
}

describe('a snapshot', () => {
  it('gives an image that loads it everything that was in the one it was made of', async () => {
    const image = imageOf(1200)
    expect(await write(image)).toBeUndefined()
    const other = imageOf(3)
    expect(await load(other)).toBeUndefined()
    expect(other.hash).toBe(image.hash)
    expect(other.endOffset).toBe(id.endOffset)
    expect(batches().map((batch) => batchLeaderEpoch(batch, 0))).toEqual([7, 7, 7, 7, 7])
  })

  it('begins with a header, ends with a footer, and is read in slices', async () => {
    await write(imageOf(1200))
    const controls: QuorumControlRecord[] = []
    const slices: number[] = []
    const visitor = {
      control: (record: QuorumControlRecord) => void controls.push(record),
      records: (records: readonly MetadataRecord[]) => void slices.push(records.length),
    }
    expect(await ended((done) => readSnapshot(machine.world, path, visitor, done))).toBeUndefined()
    expect(controls).toMatchObject([
      { type: 'SNAPSHOT_HEADER', lastContainedLogTimestamp: 1234 },
      { type: 'SNAPSHOT_FOOTER' },
    ])
    expect(slices).toEqual([500, 500, 201])
  })

  it('is of the moment at which it was begun, though the image goes on while it is written', async () => {
    const image = imageOf(1200)
    const { hash } = image
    const written = write(image)
    let baseOffset = image.endOffset
    const change = (record: MetadataRecord): void =>
      image.apply({ baseOffset: baseOffset++, endOffset: baseOffset, epoch: 7, records: [record] })
    // Each change falls between two slices.
    const { clock } = machine.world
    const topicId = topicIdOf(1)
    const leader = { type: 'PartitionChangeRecord' as const, version: 2, topicId, leader: 2 }
    clock.setTimer(0, () => change(decoded({ ...leader, partitionId: 1100 })))
    clock.setTimer(0, () => change(decoded({ ...leader, partitionId: 3 })))
    clock.setTimer(0, () => change(decoded({ type: 'RemoveTopicRecord', version: 0, topicId })))
    expect(await written).toBeUndefined()
    expect(image.hash).toBe(new MetadataImage().hash)
    const other = new MetadataImage()
    await load(other)
    expect(other.hash).toBe(hash)
  })

  it('has an id whose offset is the one after the last record it stands for', () => {
    expect(snapshotRules.idOf({ offset: 41, epoch: 3 })).toEqual({ endOffset: 42, epoch: 3 })
    expect(snapshotFileName({ endOffset: 42, epoch: 3 })).toBe('00000000000000000042-0000000003.checkpoint')
    expect(parseSnapshotFileName('00000000000000000042-0000000003.checkpoint')).toEqual({ endOffset: 42, epoch: 3 })
    expect(parseSnapshotFileName('00000000000000000042-0000000003.checkpoint.part')).toBeUndefined()
  })

  it('is named for the last record in the image, and told of when it is there', async () => {
    const image = imageOf(3)
    const { world } = machine
    const options = { world, observer: new Observer(world.trace), rules: snapshotRules, directory }
    const taken = { ...options, lastContainedTimestamp: 0 }
    expect(await ended((done) => takeSnapshot(taken, image, done))).toBeUndefined()
    expect(listSnapshots(world.disk, directory)).toEqual([{ endOffset: 4, epoch: 7 }])
    expect(machine.events).toContainEqual({ type: 'SnapshotWritten', endOffset: 4, epoch: 7 })
  })

  it('says what the disk said where it cannot be written', async () => {
    const place = { world: machine.world, rules: snapshotRules, directory: 'nowhere', name: snapshotFileName(id) }
    const content = { epoch: 7, lastContainedTimestamp: 0, records: imageOf(1).freeze().records() }
    expect(await ended((done) => writeSnapshot(place, content, done))).toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a snapshot that is not as it should be', () => {
  const footer = (epoch = 0): Uint8Array =>
    encodeQuorumControlBatch([{ type: 'SNAPSHOT_FOOTER' }], epoch, machine.world.codecs.crc32c)

  async function refused(): Promise<unknown> {
    const image = imageOf(3)
    const { hash } = image
    const error = await load(image)
    expect(image.hash).toBe(hash)
    return error
  }

  it.each([1, 60, 70, 5000])('is torn where %i bytes of its end are missing', async (missing) => {
    await write(imageOf(1200))
    await place(machine.peek(path).slice(0, -missing))
    const error = await refused()
    expect(error).toBeInstanceOf(SnapshotError)
    expect(error).toMatchObject({ code: 'TORN' })
  })

  it('is torn without its footer', async () => {
    await write(imageOf(3))
    await place(...batches().slice(0, -1))
    expect(await refused()).toMatchObject({ code: 'TORN' })
  })

  it('is corrupt where a bit is not what it was', async () => {
    await write(imageOf(1200))
    const bytes = machine.peek(path).slice()
    bytes[20_000]! ^= 4
    await place(bytes)
    expect(await refused()).toMatchObject({ code: 'CORRUPT' })
  })

  it('is refused without a header, with batches missing, and with something behind its footer', async () => {
    await write(imageOf(1200))
    const whole = batches()
    await place(...whole.slice(1))
    expect(await refused()).toMatchObject({ code: 'MALFORMED' })
    await place(whole[0]!, ...whole.slice(2))
    expect(await refused()).toMatchObject({ code: 'MALFORMED' })
    await place(footer())
    expect(await refused()).toMatchObject({ code: 'MALFORMED' })
    await place(...whole, whole[0]!)
    expect(await refused()).toMatchObject({ code: 'MALFORMED' })
  })

  it('is refused where a record is of a type that is not known', async () => {
    await write(imageOf(0))
    const value = Uint8Array.of(1, 99, 0)
    const unknown = encodeBatch(
      { baseOffset: 1, leaderEpoch: 7, records: [{ timestamp: 0, key: null, value }] },
      machine.world.codecs.crc32c,
    )
    await place(batches()[0]!, unknown)
    expect(await refused()).toMatchObject({ code: 'UNKNOWN_RECORD' })
  })

  it('is refused where its records contradict one another', async () => {
    const records = [partitionRecord(topicIdOf(1), 0)].values()
    const spot = { world: machine.world, rules: snapshotRules, directory, name: snapshotFileName(id) }
    await ended((done) => writeSnapshot(spot, { epoch: 7, lastContainedTimestamp: 0, records }, done))
    expect(await refused()).toBeInstanceOf(MetadataError)
  })

  it('is not found where there is none', async () => {
    expect(await refused()).toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('the files of snapshots', () => {
  it('are listed oldest first, and only the whole ones', async () => {
    const names = [
      '00000000000000000100-0000000001',
      '00000000000000000020-0000000003',
      '00000000000000000020-0000000002',
    ]
    for (const name of names) await machine.place(`${directory}/${name}.checkpoint`, new Uint8Array(1))
    await machine.place(`${directory}/00000000000000000007-0000000001.checkpoint.part`, new Uint8Array(1))
    await machine.place(`${directory}/00000000000000000006-0000000001.checkpoint.deleted`, new Uint8Array(1))
    expect(listSnapshots(machine.world.disk, directory)).toEqual([
      { endOffset: 20, epoch: 2 },
      { endOffset: 20, epoch: 3 },
      { endOffset: 100, epoch: 1 },
    ])
    removeSnapshotLeftovers(machine.world.disk, directory)
    expect(machine.names(directory)).toHaveLength(3)
  })

  it('go under another name first, and for good later', async () => {
    await write(imageOf(1))
    removeSnapshot(machine.world, directory, id, 1000, () => undefined)
    expect(listSnapshots(machine.world.disk, directory)).toEqual([])
    expect(machine.names(directory)).toEqual([`${snapshotFileName(id)}.deleted`])
    await machine.runAll()
    expect(machine.names(directory)).toEqual([])
  })
})

describe('the bootstrap checkpoint', () => {
  it('is read as it was written', async () => {
    const { world } = machine
    const records = [decoded({ type: 'FeatureLevelRecord', version: 0, name: 'metadata.version', featureLevel: 25 })]
    expect(await ended((done) => writeBootstrap(world, snapshotRules, records, done))).toBeUndefined()
    expect(await ended((done) => readBootstrap(world, (_error, found) => done(found)))).toEqual(records)
  })

  it('may be absent', async () => {
    expect(await ended((done) => readBootstrap(machine.world, (error, found) => done([error, found])))).toEqual([
      undefined,
      undefined,
    ])
  })
})
