import { beforeEach, describe, expect, it } from 'vitest'
import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { LogDirectory } from '../../../../src/broker/log/log-directory.ts'
import type { PartitionLog } from '../../../../src/broker/log/partition-log.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import { MetadataImage } from '../../../../src/broker/metadata/image.ts'
import type { BrokerEvent } from '../../../../src/broker/observe/events.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { Partitions } from '../../../../src/broker/replication/partitions.ts'
import { replicationRules } from '../../../../src/broker/replication/rules.ts'
import type { Uuid } from '../../../../src/protocol/uuid.ts'
import { batchOf, configOf } from '../log/log-fixture.ts'
import { configRecords, partitionRecord, topicRecord } from '../metadata/records.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const name = 'orders-0'
const id = 'oNQbK3Q1TxiKpGVDqZ3CQA' as Uuid
/** Everything is too old at once. A segment holds one batch. */
const expiring = { 'segment.bytes': '100', 'retention.ms': '0' }

let machine: SimulatedMachine
let directory: LogDirectory

beforeEach(() => {
  machine = new SimulatedMachine()
})

async function open(): Promise<LogDirectory> {
  const { world } = machine
  directory = await LogDirectory.open({ world, observer: new Observer(world.trace), rules: logRules, nodeId: 1 })
  return directory
}

/** A broker's partitions, with a topic of one partition, whose records are a second old when retention looks. */
async function partitionsWith(settings: Readonly<Record<string, string>>): Promise<Partitions> {
  await machine.run(open().then((opened) => opened.start(async () => undefined)))
  const { world } = machine
  const image = new MetadataImage()
  const partitions = new Partitions({
    ...{ world, observer: new Observer(world.trace), rules: replicationRules, directory, image },
    settings: new BrokerSettings({ 'log.retention.check.interval.ms': '20' }),
  })
  await machine.run(partitions.load())
  const records = [topicRecord('orders', id), ...configRecords('orders', settings), partitionRecord(id, 0)]
  image.apply({ baseOffset: 0, endOffset: records.length, epoch: 1, records })
  return partitions
}

/** Appends as the leader, and lets the high watermark follow. */
function append(partitions: Partitions, baseSequence: number): PartitionLog {
  const partition = partitions.get('orders', 0)!
  const timestamp = machine.world.clock.wallMs() - 1000
  partition.log.append(batchOf({ producerId: 7, producerEpoch: 0, baseSequence, timestamp }), 0)
  partitions.touch(partition)
  partitions.settle()
  return partition.log
}

function events<Type extends BrokerEvent['type']>(type: Type): readonly Extract<BrokerEvent, { type: Type }>[] {
  return machine.events.filter((event): event is Extract<BrokerEvent, { type: Type }> => event.type === type)
}

/** Lets time run until that has happened so many times; false where it does not. */
async function until(type: BrokerEvent['type'], count: number): Promise<boolean> {
  for (let rounds = 0; rounds < 2000 && events(type).length < count; rounds++) await machine.runEvents(1)
  return events(type).length >= count
}

describe('retention', () => {
  it('deletes nothing that is not durable, but makes it so and deletes it then', async () => {
    const partitions = await partitionsWith(expiring)
    const log = append(partitions, 0)
    expect(log.flushedEnd).toBe(0)
    partitions.startHousekeeping()
    expect(await until('LogStartMoved', 1)).toBe(true)
    const order = machine.events.filter(({ type }) => type === 'LogFlushed' || type === 'LogStartMoved')
    expect(order).toMatchObject([
      { type: 'LogFlushed', endOffset: 1 },
      { type: 'LogStartMoved', startOffset: 1 },
    ])
  })

  it('forgets no producer, whatever a power loss after a deletion takes', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      machine = new SimulatedMachine(seed)
      const partitions = await partitionsWith(expiring)
      for (const sequence of [0, 1, 2]) append(partitions, sequence)
      partitions.startHousekeeping()
      expect(await until('SegmentDeleted', 1 + (seed % 3))).toBe(true)
      machine.crash('powerLoss')
      machine.startLife()
      await machine.run(open())
      const logs: PartitionLog[] = []
      const load = async () => void logs.push(await directory.load(name, configOf(expiring)))
      await machine.run(directory.start(load))
      const { endOffset, producers } = logs[0]!
      const lastSequences = producers.entries().map(({ batches }) => batches.at(-1)?.lastSequence)
      expect(lastSequences, `seed ${seed}`).toEqual([endOffset - 1])
    }
  })

  it('deletes everything in the end, and keeps the active segment', async () => {
    const partitions = await partitionsWith(expiring)
    for (const sequence of [0, 1, 2]) append(partitions, sequence)
    partitions.startHousekeeping()
    expect(await until('SegmentDeleted', 3)).toBe(true)
    const logs = machine.names(name).filter((file) => file.endsWith('.log'))
    expect(logs).toEqual(['00000000000000000003.log'])
    expect(partitions.get('orders', 0)!.log.startOffset).toBe(3)
  })

  it('stays within the size that a topic may have', async () => {
    const bytes = batchOf({ producerId: 7, producerEpoch: 0, baseSequence: 0 }).length
    const settings = { 'segment.bytes': '100', 'retention.bytes': String(2 * bytes), 'retention.ms': '-1' }
    const partitions = await partitionsWith(settings)
    for (const sequence of [0, 1, 2, 3]) append(partitions, sequence)
    partitions.startHousekeeping()
    expect(await until('SegmentDeleted', 2)).toBe(true)
    expect(await until('SegmentDeleted', 3)).toBe(false)
    expect(partitions.get('orders', 0)!.log).toMatchObject({ startOffset: 2, endOffset: 4 })
  })
})
