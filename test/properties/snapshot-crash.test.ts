/** However a life ends while a snapshot is written: whole snapshots are there afterwards, the old one or both. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MetadataImage } from '../../src/broker/metadata/image.ts'
import { loadSnapshot } from '../../src/broker/metadata/load-snapshot.ts'
import { readBootstrap, writeBootstrap } from '../../src/broker/quorum/snapshots/bootstrap-checkpoint.ts'
import { type SnapshotRules, snapshotRules } from '../../src/broker/quorum/snapshots/rules.ts'
import { listSnapshots } from '../../src/broker/quorum/snapshots/snapshot-files.ts'
import { type SnapshotId, snapshotFileName } from '../../src/broker/quorum/snapshots/snapshot-id.ts'
import { writeSnapshot } from '../../src/broker/quorum/snapshots/snapshot-writer.ts'
import { partitionRecord, topicIdOf, topicRecord } from '../unit/broker/metadata/records.ts'
import { SimulatedMachine } from '../unit/broker/simulated-machine.ts'

const directory = '__cluster_metadata-0'
const old: SnapshotId = { endOffset: 10, epoch: 1 }
const young: SnapshotId = { endOffset: 20, epoch: 2 }
/** More than it takes to write a snapshot, so that some lives end after it. */
const eventsMax = 30

/** An image with one topic of so many partitions. */
function imageOf(partitions: number): MetadataImage {
  const image = new MetadataImage()
  const id = topicIdOf(1)
  const records = [topicRecord('orders', id)]
  for (let index = 0; index < partitions; index++) records.push(partitionRecord(id, index))
  image.apply({ baseOffset: 0, endOffset: records.length, epoch: 1, records })
  return image
}

const images = new Map([
  [snapshotFileName(old), imageOf(3)],
  [snapshotFileName(young), imageOf(1300)],
])

function ended<T>(machine: SimulatedMachine, start: (done: (value: T) => void) => void): Promise<T> {
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

function write(machine: SimulatedMachine, rules: SnapshotRules, id: SnapshotId, done: (error: unknown) => void): void {
  const name = snapshotFileName(id)
  const content = { epoch: id.epoch, lastContainedTimestamp: 0, records: images.get(name)!.freeze().records() }
  writeSnapshot({ world: machine.world, rules, directory, name }, content, done)
}

/** Writes one snapshot to its end, and another until the life ends after so many events; whether that was complete. */
async function interrupted(machine: SimulatedMachine, rules: SnapshotRules, events: number, how: 'kill' | 'powerLoss') {
  machine.world.disk.makeDirectory(directory)
  await machine.syncDirectory('')
  expect(await ended(machine, (done) => write(machine, rules, old, done))).toBeUndefined()
  const outcome = { isComplete: false }
  write(machine, rules, young, (error) => {
    expect(error).toBeUndefined()
    outcome.isComplete = true
  })
  await machine.runEvents(events)
  machine.crash(how)
  machine.startLife()
  return outcome.isComplete
}

/** The snapshots that are there and are not whole. */
async function brokenOnes(machine: SimulatedMachine): Promise<string[]> {
  const { world } = machine
  const broken: string[] = []
  for (const id of listSnapshots(world.disk, directory)) {
    const image = new MetadataImage()
    const error = await ended<unknown>(machine, (done) => loadSnapshot({ world, directory, id }, image, done))
    const name = snapshotFileName(id)
    if (error !== undefined || image.hash !== images.get(name)!.hash) broken.push(name)
  }
  return broken
}

const ends = fc.constantFrom('kill' as const, 'powerLoss' as const)

it('a snapshot is whole or not there, whenever the process or the power ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(eventsMax), ends, async (seed, events, how) => {
      const machine = new SimulatedMachine(seed)
      const isComplete = await interrupted(machine, snapshotRules, events, how)
      expect(await brokenOnes(machine)).toEqual([])
      const there = listSnapshots(machine.world.disk, directory)
      expect(there).toContainEqual(old)
      if (isComplete) expect(there).toContainEqual(young)
    }),
    { numRuns: 150 },
  )
})

it('a snapshot that is named before it is synced is found torn after some power loss', async () => {
  const rules = { ...snapshotRules, completionSteps: ['rename', 'sync-directory'] as const }
  let torn = 0
  for (let seed = 1; seed <= 40 && torn === 0; seed++) {
    const machine = new SimulatedMachine(seed)
    await interrupted(machine, rules, eventsMax, 'powerLoss')
    torn += (await brokenOnes(machine)).length
  }
  expect(torn).toBeGreaterThan(0)
})

it('the bootstrap checkpoint is the old one or the new one, whenever the process or the power ends', async () => {
  const records = [...imageOf(2).freeze().records()]
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(12), ends, async (seed, events, how) => {
      const machine = new SimulatedMachine(seed)
      await ended(machine, (done) => writeBootstrap(machine.world, snapshotRules, records.slice(0, 1), done))
      writeBootstrap(machine.world, snapshotRules, records, () => undefined)
      await machine.runEvents(events)
      machine.crash(how)
      machine.startLife()
      const found = await ended<number | undefined>(machine, (done) =>
        readBootstrap(machine.world, (_error, read) => done(read?.length)),
      )
      expect([1, records.length]).toContain(found)
    }),
    { numRuns: 100 },
  )
})
