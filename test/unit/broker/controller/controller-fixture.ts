/** A controller over a quorum of one, on a simulated machine, and brokers that register with it by hand. */

import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { registerBroker } from '../../../../src/broker/controller/brokers.ts'
import { Controller, type ControllerOptions } from '../../../../src/broker/controller/controller.ts'
import { type HeartbeatOutcome, heartbeat } from '../../../../src/broker/controller/heartbeats.ts'
import type { PartitionState } from '../../../../src/broker/controller/partition-state.ts'
import type { Refusal } from '../../../../src/broker/controller/refusal.ts'
import { controllerRules } from '../../../../src/broker/controller/rules.ts'
import { createTopics, type NewTopic, type TopicOutcome } from '../../../../src/broker/controller/topic-creation.ts'
import { LogDirectory } from '../../../../src/broker/log/log-directory.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import type { MetadataImage } from '../../../../src/broker/metadata/image.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import type { BrokerRegistrationRequest } from '../../../../src/protocol/messages/62-broker-registration.ts'
import type { BrokerHeartbeatRequest } from '../../../../src/protocol/messages/63-broker-heartbeat.ts'
import type { MetadataRecord } from '../../../../src/protocol/metadata-records/table.ts'
import type { Uuid } from '../../../../src/protocol/uuid.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { soleVoter, startQuorum } from '../sole-voter.ts'

/** What a broker registers with; the rest is well-formed. */
export type Registration = Partial<BrokerRegistrationRequest> & { readonly brokerId: number }

export interface Registered {
  /** The name of the error, NONE included. */
  readonly error: string
  readonly brokerEpoch: number
}

/** An id that is as good as random. */
export function uuidOf(number: number): Uuid {
  return `K${String(number).padStart(20, 'k')}A` as Uuid
}

/** A topic to create, of one partition with one replica. */
export function newTopic(name: string, rest: Partial<NewTopic> = {}): NewTopic {
  return { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...rest }
}

/** A topic with these replicas of each partition. */
export function assigned(name: string, ...replicas: readonly (readonly number[])[]): NewTopic {
  const assignments = replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }))
  return newTopic(name, { numPartitions: -1, replicationFactor: -1, assignments })
}

export class ControllerFixture {
  readonly machine: SimulatedMachine
  readonly controller: Controller
  readonly clusterId: string
  /** Every committed record, oldest first. */
  readonly committed: MetadataRecord[] = []

  private constructor(machine: SimulatedMachine, controller: Controller) {
    this.machine = machine
    this.controller = controller
    this.clusterId = controller.options.clusterId
  }

  static async start(options: Partial<ControllerOptions> = {}): Promise<ControllerFixture> {
    const machine = new SimulatedMachine()
    const { world } = machine
    const observer = new Observer(world.trace)
    const directory = await machine.run(LogDirectory.open({ world, observer, rules: logRules, nodeId: 1 }))
    const quorum = soleVoter(world, observer, directory)
    const { clusterId } = directory.meta
    const settings = new BrokerSettings({ 'num.partitions': '3' })
    const controller = new Controller({
      ...{ world, observer, settings, rules: controllerRules, quorum, clusterId },
      ...options,
    })
    const fixture = new ControllerFixture(machine, controller)
    quorum.listen(controller)
    await machine.run(directory.start(() => startQuorum(world, quorum)))
    quorum.listen({ committed: ({ records }) => fixture.committed.push(...records) })
    await fixture.decide([{ type: 'FeatureLevelRecord', version: 0, name: 'metadata.version', featureLevel: 25 }])
    fixture.committed.length = 0
    return fixture
  }

  /** Lets time run until an operation has called back. */
  ask<T>(operation: (done: (answer: T) => void) => void): Promise<T> {
    return this.machine.run(
      new Promise<T>((resolve) => {
        operation((answer) => {
          this.machine.world.promises.mark()
          resolve(answer)
        })
      }),
    )
  }

  async decide(records: readonly MetadataRecord[]): Promise<Refusal | undefined> {
    return this.ask<Refusal | undefined>((done) => this.controller.decide(records, done))
  }

  async advance(ms: number): Promise<void> {
    await this.ask<undefined>((done) => this.machine.world.clock.setTimer(ms * 1000, () => done(undefined)))
  }

  async register(registration: Registration): Promise<Registered> {
    const { brokerId } = registration
    const request: BrokerRegistrationRequest = {
      ...{ clusterId: this.clusterId, incarnationId: uuidOf(brokerId), rack: null, isMigratingZkBroker: false },
      listeners: [{ name: 'PLAINTEXT', host: `broker-${brokerId}`, port: 9092, securityProtocol: 0 }],
      features: [{ name: 'metadata.version', minSupportedVersion: 7, maxSupportedVersion: 25 }],
      ...{ logDirs: [uuidOf(1000 + brokerId)], previousBrokerEpoch: -1 },
      ...registration,
    }
    return this.ask<Registered>((done) =>
      registerBroker(this.controller, request, (refusal, brokerEpoch) =>
        done({ error: errorName(refusal?.errorCode ?? 0), brokerEpoch }),
      ),
    )
  }

  /** A heartbeat of the registered broker, which has applied everything, unless it says otherwise. */
  async heartbeat(
    brokerId: number,
    rest: Partial<BrokerHeartbeatRequest> = {},
  ): Promise<Omit<HeartbeatOutcome, 'errorCode'> & { readonly error: string }> {
    const request: BrokerHeartbeatRequest = {
      ...{ brokerId, brokerEpoch: this.controller.state.broker(brokerId)?.epoch ?? -1 },
      ...{ currentMetadataOffset: this.controller.nextOffset - 1, wantFence: false, wantShutDown: false },
      ...{ offlineLogDirs: [], ...rest },
    }
    const { errorCode, ...outcome } = await this.ask<HeartbeatOutcome>((done) =>
      heartbeat(this.controller, request, done),
    )
    return { error: errorName(errorCode), ...outcome }
  }

  /** Registers and unfences brokers. */
  async join(...brokerIds: readonly number[]): Promise<void> {
    for (const brokerId of brokerIds) {
      await this.register({ brokerId })
      await this.heartbeat(brokerId)
    }
  }

  /** Creates topics, all of which must be created. */
  async create(...topics: readonly NewTopic[]): Promise<readonly TopicOutcome[]> {
    const outcomes = await this.ask<readonly TopicOutcome[]>((done) =>
      createTopics(this.controller, { topics, validateOnly: false }, done),
    )
    for (const { errorMessage } of outcomes) if (errorMessage !== null) throw new Error(errorMessage)
    return outcomes
  }

  partition(topic: string, index = 0): PartitionState {
    return this.controller.state.partition(this.controller.state.topicNamed(topic)!.id, index)!
  }

  /** An image that has what is committed, from here on with everything. */
  follow(image: MetadataImage): void {
    image.apply({ baseOffset: 0, endOffset: this.controller.nextOffset, epoch: 0, records: [] })
    this.controller.options.quorum.listen({ committed: (committed) => image.apply(committed) })
  }

  /** Records committed since the last call. */
  takeCommitted(): readonly MetadataRecord[] {
    return this.committed.splice(0)
  }
}
