import { beforeEach, describe, expect, it } from 'vitest'
import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { LogDirectory } from '../../../../src/broker/log/log-directory.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import { MetadataImage } from '../../../../src/broker/metadata/image.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { Partitions } from '../../../../src/broker/replication/partitions.ts'
import { replicationRules } from '../../../../src/broker/replication/rules.ts'
import { errorCode } from '../../../../src/protocol/errors.ts'
import type { MetadataRecord } from '../../../../src/protocol/metadata-records/table.ts'
import { batchOf } from '../log/log-fixture.ts'
import { configRecords, decoded, partitionRecord, topicIdOf, topicRecord } from '../metadata/records.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const first = topicIdOf(1)
const second = topicIdOf(2)

let machine: SimulatedMachine
let image: MetadataImage
let directory: LogDirectory
let partitions: Partitions

beforeEach(async () => {
  machine = new SimulatedMachine()
  image = new MetadataImage()
  await start()
})

/** Starts node 1 on what lies on the disk, with the image as it is. */
async function start(): Promise<void> {
  const { world } = machine
  const observer = new Observer(world.trace)
  directory = await machine.run(LogDirectory.open({ world, observer, rules: logRules, nodeId: 1 }))
  const settings = new BrokerSettings({ 'log.segment.delete.delay.ms': '1000' })
  partitions = new Partitions({ world, observer, rules: replicationRules, directory, image, settings })
  await machine.run(directory.start(() => partitions.load()))
}

function commit(...records: readonly MetadataRecord[]): void {
  const baseOffset = image.endOffset
  image.apply({ baseOffset, endOffset: baseOffset + records.length, epoch: 1, records })
}

function removal(topicId = first): MetadataRecord {
  return decoded({ type: 'RemoveTopicRecord', version: 0, topicId })
}

/** Appends a batch of one record. */
function append(baseSequence = 0): void {
  const partition = partitions.get('orders', 0)!
  const result = partition.log.append(batchOf({ producerId: 7, producerEpoch: 0, baseSequence }), 0)
  expect(result.kind).toBe('appended')
  partitions.touch(partition)
  partitions.settle()
}

function directories(): string[] {
  return machine.names('').filter((name) => name.startsWith('orders'))
}

/** Lets virtual time pass. */
function pass(ms: number): Promise<void> {
  const { clock, promises } = machine.world
  return machine.run(
    new Promise<void>((resolve) => {
      clock.setTimer(ms * 1000, () => resolve(promises.mark()))
    }),
  )
}

describe('the partitions of a broker', () => {
  it('are those of which it has a replica', () => {
    commit(topicRecord('orders', first), partitionRecord(first, 0, [1, 2]), partitionRecord(first, 1, [2, 3]))
    expect(directories()).toEqual(['orders-0'])
    expect(partitions.led('orders', 0)).toBe(partitions.get('orders', 0))
    expect(partitions.led('orders', 1)).toBe(errorCode.NOT_LEADER_OR_FOLLOWER)
    expect(partitions.led('orders', 2)).toBe(errorCode.UNKNOWN_TOPIC_OR_PARTITION)
    expect(partitions.led('bills', 0)).toBe(errorCode.UNKNOWN_TOPIC_OR_PARTITION)
  })

  it('are loaded in the order of the image, many at a time', async () => {
    const indexes = Array.from({ length: 40 }, (_, index) => index)
    commit(topicRecord('orders', first), ...indexes.map((index) => partitionRecord(first, index, [1])))
    machine.crash('kill')
    machine.startLife()
    const synced: string[] = []
    machine.node.disk.judge = ({ kind, path }) => {
      if (kind === 'sync') synced.push(path.slice(0, path.indexOf('/')))
      return undefined
    }
    await start()
    expect([...partitions.all()].map(({ index }) => index)).toEqual(indexes)
    expect(synced.indexOf('orders-15')).toBeLessThan(synced.lastIndexOf('orders-0'))
  })

  it('follow who leads, in which epoch', () => {
    commit(topicRecord('orders', first), partitionRecord(first, 0, [1, 2]))
    const about = { type: 'PartitionChangeRecord' as const, version: 2, topicId: first, partitionId: 0 }
    commit(decoded({ ...about, leader: 2 }))
    expect(partitions.led('orders', 0)).toBe(errorCode.NOT_LEADER_OR_FOLLOWER)
    commit(decoded({ ...about, leader: 1 }))
    expect(partitions.get('orders', 0)).toMatchObject({ isLeader: true, leaderEpoch: 2 })
  })

  it('follow the defaults of their broker that change while it runs, and at its next start', async () => {
    commit(topicRecord('orders', first), partitionRecord(first, 0, [1]))
    const setting = (resourceName: string, value: string | null): MetadataRecord =>
      decoded({
        ...{ type: 'ConfigRecord', version: 0, resourceType: 4, resourceName, name: 'log.retention.ms', value },
      })
    const retentionMs = (): number => partitions.get('orders', 0)!.log.config.retentionMs
    commit(setting('', '7'), setting('2', '9'))
    expect(retentionMs()).toBe(7)
    commit(setting('1', '5'))
    expect(retentionMs()).toBe(5)
    machine.crash('kill')
    machine.startLife()
    await start()
    expect(retentionMs()).toBe(5)
    commit(setting('1', null), setting('', null))
    expect(retentionMs()).toBe(604_800_000)
  })

  it('obey settings that change while they are there', () => {
    commit(topicRecord('orders', first), partitionRecord(first, 0))
    append()
    const { log } = partitions.get('orders', 0)!
    expect(log.config.segmentBytes).toBe(1073741824)
    commit(...configRecords('orders', { 'segment.bytes': '100', 'flush.messages': '1' }))
    expect(log.config.segmentBytes).toBe(100)
    append(1)
    expect(log.segments).toHaveLength(2)
  })

  it('show no less than before when a topic begins to vouch for flushed records only', async () => {
    commit(topicRecord('orders', first), partitionRecord(first, 0))
    append()
    commit(...configRecords('orders', { 'flush.messages': '1' }))
    append(1)
    const partition = partitions.get('orders', 0)!
    expect(partition.highWatermark).toBe(1)
    await pass(100)
    expect(partition.highWatermark).toBe(2)
  })

  it('go with a replica that is assigned to others', async () => {
    commit(topicRecord('orders', first), partitionRecord(first, 0, [1]))
    const about = { type: 'PartitionChangeRecord' as const, version: 2, topicId: first, partitionId: 0 }
    commit(decoded({ ...about, replicas: [2], isr: [2], leader: 2 }))
    expect(partitions.get('orders', 0)).toBeUndefined()
    await pass(100)
    expect(directories()).toEqual([expect.stringMatching(/^orders-0\.[0-9a-f]{32}-delete$/)])
  })
})

describe('the log of a removed topic', () => {
  beforeEach(() => {
    commit(topicRecord('orders', first), partitionRecord(first, 0))
    append()
  })

  it('leaves the disk: under another name at once, for good after a delay', async () => {
    commit(removal())
    expect(partitions.led('orders', 0)).toBe(errorCode.UNKNOWN_TOPIC_OR_PARTITION)
    await pass(500)
    expect(directories()).toEqual([expect.stringMatching(/^orders-0\.[0-9a-f]{32}-delete$/)])
    await pass(1000)
    expect(directories()).toEqual([])
  })

  it('makes room for a new topic of the same name, which has nothing of it', async () => {
    commit(removal(), topicRecord('orders', second), partitionRecord(second, 0))
    expect(partitions.get('orders', 0)).toBeUndefined()
    await pass(500)
    const partition = partitions.get('orders', 0)!
    expect(partition).toMatchObject({ topicId: second, highWatermark: 0 })
    expect(partition.log.endOffset).toBe(0)
    append()
    await pass(1000)
    expect(directories()).toEqual(['orders-0'])
  })

  it('makes room for it once, though it was changed before there was room', async () => {
    commit(removal(), topicRecord('orders', second), partitionRecord(second, 0, [1, 2]))
    const change = { type: 'PartitionChangeRecord' as const, version: 2, topicId: second, partitionId: 0 }
    commit(decoded({ ...change, leader: 2 }))
    await pass(10)
    expect(partitions.get('orders', 0)).toMatchObject({ topicId: second, isLeader: false })
  })

  it('answers what waits for it', async () => {
    const outcomes: string[] = []
    const partition = partitions.get('orders', 0)!
    const operation = {
      tryComplete: () => partition.isRemoved && outcomes.push('removed') > 0,
      expire: () => void outcomes.push('expired'),
    }
    partitions.fetches.watch(operation, [partition], 10_000)
    commit(removal())
    expect(outcomes).toEqual(['removed'])
    await pass(20_000)
    expect(outcomes).toEqual(['removed'])
  })

  it('goes in the next life where this one ended in between', async () => {
    commit(removal())
    await pass(500)
    machine.crash('kill')
    machine.startLife()
    await start()
    partitions.startHousekeeping()
    expect(directories()).toHaveLength(1)
    await pass(1500)
    expect(directories()).toEqual([])
  })

  it('lends nothing of what is on record of it to a new log of its name, whenever the power fails', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      machine = new SimulatedMachine(seed)
      image = new MetadataImage()
      await start()
      commit(topicRecord('orders', first), partitionRecord(first, 0))
      for (const sequence of [0, 1, 2]) append(sequence)
      await machine.run(
        new Promise<void>((resolve) => {
          const { promises } = machine.world
          partitions.get('orders', 0)!.log.flush(() => directory.checkpoint(() => resolve(promises.mark())))
        }),
      )
      commit(removal(), topicRecord('orders', second), partitionRecord(second, 0))
      await pass(500)
      append()
      await machine.runEvents(seed % 7)
      machine.crash('powerLoss')
      machine.startLife()
      await start()
      const { log } = partitions.get('orders', 0)!
      expect(log.startOffset, `seed ${seed}`).toBe(0)
      expect(log.endOffset, `seed ${seed}`).toBeLessThanOrEqual(1)
      expect(log.recoveryPoint, `seed ${seed}`).toBeLessThanOrEqual(log.endOffset)
    }
  })
})

describe('a topic of very many partitions', () => {
  const many = Array.from({ length: 100 }, (_, index) => index)
  const created = (topicId = first): MetadataRecord[] => [
    topicRecord('orders', topicId),
    ...many.map((index) => partitionRecord(topicId, index)),
  ]
  const here = (topicId = first): number =>
    many.filter((index) => partitions.get('orders', index)?.topicId === topicId).length

  it('is made in several events, so that others come between', async () => {
    commit(...created())
    const atOnce = here()
    expect(atOnce).toBeGreaterThan(0)
    expect(atOnce).toBeLessThan(many.length)
    let between = 0
    machine.world.clock.setTimer(0, () => {
      between = here()
    })
    await pass(10)
    expect(between).toBeLessThan(many.length)
    expect(here()).toBe(many.length)
  })

  it('that is removed before it is whole leaves nothing', async () => {
    commit(...created())
    commit(removal())
    expect(here()).toBe(0)
    await pass(2_000)
    expect([...partitions.all()]).toEqual([])
    expect(directories()).toEqual([])
  })

  it('takes no records for a topic that has its name now, while its own logs are still there', async () => {
    commit(...created())
    await pass(10)
    commit(removal(), ...created(second))
    for (const index of many) expect(partitions.get('orders', index)).toBeUndefined()
    expect(partitions.led('orders', 99)).toBe(errorCode.NOT_LEADER_OR_FOLLOWER)
    await pass(1_000)
    expect(here(second)).toBe(many.length)
  })

  it('is made whole by the next start where this life ends on the way', async () => {
    commit(...created())
    machine.crash('kill')
    machine.startLife()
    await start()
    expect(here()).toBe(many.length)
  })

  it('is not made any further by a broker that stops', async () => {
    commit(...created())
    const before = here()
    partitions.stop()
    await pass(10)
    expect(here()).toBe(before)
  })
})
