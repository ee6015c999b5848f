/** A broker's partitions on a simulated machine, for tests of the handlers that ask them: the topic `orders`, with one. */

import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { ByteBudget } from '../../../../src/broker/delayed/byte-budget.ts'
import { FetchSessions } from '../../../../src/broker/handlers/fetch-sessions.ts'
import type { Services } from '../../../../src/broker/handlers/services.ts'
import { LogDirectory } from '../../../../src/broker/log/log-directory.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import { MetadataImage } from '../../../../src/broker/metadata/image.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import type { Partition } from '../../../../src/broker/replication/partition.ts'
import { Partitions } from '../../../../src/broker/replication/partitions.ts'
import { replicationRules } from '../../../../src/broker/replication/rules.ts'
import type { Api } from '../../../../src/protocol/apis.ts'
import type { MetadataRecord, MetadataRecordInput } from '../../../../src/protocol/metadata-records/table.ts'
import type { Decoded, Encodable, Message } from '../../../../src/protocol/schema.ts'
import { BufferPool } from '../../../../src/world/buffer-pool.ts'
import { batchOf, type Sent } from '../log/log-fixture.ts'
import { configRecords, decoded, partitionRecord, topicIdOf, topicRecord } from '../metadata/records.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { askHandler } from './ask-handler.ts'

const topicId = topicIdOf(1)
/** A step of the clock's time while everything that is under way comes to its end, in ms. */
const SETTLE_MS = 50

export class PartitionFixture {
  readonly machine: SimulatedMachine
  readonly image: MetadataImage
  readonly settings: BrokerSettings
  directory!: LogDirectory
  partitions!: Partitions

  private constructor(seed: number, settings: Readonly<Record<string, string>>) {
    this.machine = new SimulatedMachine(seed)
    this.image = new MetadataImage()
    this.settings = new BrokerSettings(settings)
  }

  /** The topic has these settings, and one replica, on this broker. */
  static async start(
    topicSettings: Readonly<Record<string, string>> = {},
    { seed = 1, settings = {} }: { readonly seed?: number; readonly settings?: Readonly<Record<string, string>> } = {},
  ): Promise<PartitionFixture> {
    const fixture = new PartitionFixture(seed, settings)
    await fixture.startBroker()
    fixture.commit(
      topicRecord('orders', topicId),
      ...configRecords('orders', topicSettings),
      partitionRecord(topicId, 0),
    )
    return fixture
  }

  /** A life of the broker, on what lies on the disk, with the image as it is. */
  async startBroker(): Promise<void> {
    const { machine, image, settings } = this
    const { world } = machine
    const observer = new Observer(world.trace)
    this.directory = await machine.run(LogDirectory.open({ world, observer, rules: logRules, nodeId: 1 }))
    const { directory } = this
    this.partitions = new Partitions({ world, observer, rules: replicationRules, directory, image, settings })
    await machine.run(directory.start(() => this.partitions.load()))
  }

  async crash(how: 'kill' | 'powerLoss'): Promise<void> {
    this.machine.crash(how)
    this.machine.startLife()
    await this.startBroker()
  }

  get orders(): Partition {
    return this.partitions.get('orders', 0)!
  }

  commit(...records: readonly MetadataRecord[]): void {
    const baseOffset = this.image.endOffset
    this.image.apply({ baseOffset, endOffset: baseOffset + records.length, epoch: 1, records })
  }

  /** The partition has another leader, in the next epoch; −1: none. */
  elect(leader: number): void {
    const change = { type: 'PartitionChangeRecord' as const, version: 2, topicId, partitionId: 0, leader }
    this.commit(decoded(change as MetadataRecordInput))
  }

  /** Adds a topic of which broker 2 has the only replica. */
  addElsewhere(name: string): void {
    this.commit(topicRecord(name, topicIdOf(2)), partitionRecord(topicIdOf(2), 0, [2]))
  }

  configure(settings: Readonly<Record<string, string>>): void {
    this.commit(...configRecords('orders', settings))
  }

  /** Appends as the leader, and lets the high watermark follow. */
  append(...batches: readonly Sent[]): void {
    for (const sent of batches) {
      const result = this.orders.log.append(batchOf(sent), this.orders.leaderEpoch)
      if (result.kind !== 'appended') throw new Error(`the batch was not appended: ${result.kind}`)
      this.partitions.touch(this.orders)
      this.partitions.settle()
    }
  }

  async ask<Request extends Message, Response extends Message>(
    api: Api<Request, Response>,
    version: number,
    request: Encodable<Request>,
  ): Promise<Decoded<Response>> {
    const { machine, image, settings, partitions, directory } = this
    const { world } = machine
    const fetchSessions = new FetchSessions(world.clock, world.random, 100)
    const services: Partial<Services> = {
      ...{ fetchSessions, observer: new Observer(world.trace), fetchBytes: new ByteBudget(2 ** 26) },
      buffers: new BufferPool({ idleBytesMax: 0 }),
      ...{ world, image, settings, partitions, directory, nodeId: 1, logDirectoryPath: '/data' },
    }
    const run = (start: (done: (answer: unknown) => void) => void): Promise<unknown> =>
      machine.run(
        new Promise((resolve) => {
          start((answer) => {
            world.promises.mark()
            resolve(answer)
          })
        }),
      )
    return askHandler({ services, listener: 'broker', run }, api, version, request)
  }

  /** Lets virtual time pass. */
  pass(ms = SETTLE_MS): Promise<void> {
    const { clock, promises } = this.machine.world
    return this.machine.run(
      new Promise<void>((resolve) => {
        clock.setTimer(ms * 1000, () => resolve(promises.mark()))
      }),
    )
  }
}
