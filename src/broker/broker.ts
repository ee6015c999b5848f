/**
 * A broker: the parts list, and the order in which they start and stop.
 *
 * Start: the log directory is taken and the life before is judged clean or not; the quorum loads the metadata log,
 * becomes leader and delivers what is committed to controller and image; the partitions of the image are loaded; then
 * the listener opens. Stop: the listener closes, connections end, logs are flushed, the marker is left.
 */

import type { Address } from '../world/network.ts'
import { promised } from '../world/promises.ts'
import type { World } from '../world/world.ts'
import { BrokerSettings } from './config/broker-settings.ts'
import { Connections } from './connections/connections.ts'
import { Controller } from './controller/controller.ts'
import { ProducerIds } from './controller/producer-ids.ts'
import { FetchSessions } from './handlers/fetch-sessions.ts'
import type { Services } from './handlers/services.ts'
import { LogDirectory } from './log/log-directory.ts'
import { SUPPORTED_FEATURES } from './metadata/features.ts'
import { followQuorum } from './metadata/follow-quorum.ts'
import { MetadataImage } from './metadata/image.ts'
import { type LogLine, Observer } from './observe/observer.ts'
import { SoleVoter } from './quorum/sole-voter.ts'
import { Partitions } from './replication/partitions.ts'
import { correctRules, type Rules } from './rules.ts'

export interface BrokerOptions {
  /** Where to listen; port 0 takes a free one. */
  readonly listen: Address
  /** Broker settings by Kafka's names, in text form. Default: none set. */
  readonly settings?: Readonly<Record<string, string>>
  /** Default: the correct book. */
  readonly rules?: Rules
  /** Where log lines go. Default: nowhere. */
  readonly onLogLine?: LogLine
}

/** What of a broker could leak; all of it returns to zero when nobody uses the broker. */
export interface BrokerLoad {
  readonly connections: number
  readonly delayedProduces: number
  readonly delayedFetches: number
  readonly fetchSessions: number
  readonly waitingDecisions: number
}

export class Broker {
  readonly #services: Services
  readonly #directory: LogDirectory
  readonly #connections: Connections

  private constructor(services: Services, directory: LogDirectory, connections: Connections) {
    this.#services = services
    this.#directory = directory
    this.#connections = connections
  }

  /** Starts a broker. @throws {SettingError | DirectoryError | DiskError | NetworkError} with what to do about it. */
  static async start(world: World, options: BrokerOptions): Promise<Broker> {
    const settings = new BrokerSettings(options.settings)
    const rules = options.rules ?? correctRules
    const observer = new Observer(world.trace, options.onLogLine)
    const nodeId = settings.value('node.id')
    const directory = await LogDirectory.open({ world, observer, rules: rules.log, nodeId })
    const quorum = new SoleVoter({ world, observer, rules: rules.quorum, directory })
    const image = new MetadataImage()
    const controller = new Controller(quorum, nodeId)
    const partitions = new Partitions({ world, observer, settings, rules: rules.replication, directory, image })
    followQuorum(image, quorum, { world, observer, rules: rules.metadata })
    await directory.start(async () => {
      quorum.listen({
        committed: (committed) => controller.committed(committed),
        elected: (epoch) => controller.elected(epoch),
      })
      await quorum.start()
      if (image.features().size === 0) await bootstrap(world, controller)
      await partitions.load()
    })
    const { clusterId } = directory.meta
    const services = {
      ...{ world, observer, settings, clusterId, nodeId, image, controller, partitions },
      // What clients are told; the port is known once it is bound.
      address: { ...options.listen },
      producerIds: new ProducerIds(controller),
      fetchSessions: new FetchSessions(
        world.clock,
        world.random,
        settings.value('max.incremental.fetch.session.cache.slots'),
      ),
    }
    const connections = new Connections(services)
    const address = await connections.listen(options.listen)
    services.address.port = address.port
    const broker = new Broker(services, directory, connections)
    partitions.startHousekeeping()
    observer.tell({ type: 'BrokerReady', partitions: [...partitions.all()].length })
    return broker
  }

  /** Where clients connect. */
  get address(): Address {
    return this.#services.address
  }

  get load(): BrokerLoad {
    const { partitions, fetchSessions, controller } = this.#services
    return {
      connections: this.#connections.size,
      delayedProduces: partitions.produces.size,
      delayedFetches: partitions.fetches.size,
      fetchSessions: fetchSessions.size,
      waitingDecisions: controller.waiting,
    }
  }

  /** Stops cleanly: the next start recovers nothing. */
  async stop(): Promise<void> {
    const { world, observer, partitions } = this.#services
    observer.tell({ type: 'BrokerStopping' })
    partitions.stopHousekeeping()
    await promised<void>(world.promises, (done) => this.#connections.close(() => done(undefined, undefined)))
    await promised<void>(world.promises, (done) =>
      partitions.checkpointHighWatermarks((error) => done(error, undefined)),
    )
    await this.#directory.stop()
    observer.tell({ type: 'BrokerStopped' })
  }
}

/** The first records of a new cluster: the feature levels it begins with. */
function bootstrap(world: World, controller: Controller): Promise<void> {
  const records = SUPPORTED_FEATURES.map(({ name, max }) => ({
    ...{ type: 'FeatureLevelRecord' as const, version: 0, name, featureLevel: max },
  }))
  return promised<void>(world.promises, (done) => {
    const error = controller.decide(records, () => done(undefined, undefined))
    if (error !== undefined) done(error, undefined)
  })
}
