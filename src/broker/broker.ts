/**
 * One node of a cluster, broker or controller or both: the parts list, and the order in which they start and stop.
 *
 * Start: the log directory is taken and the life before is judged clean or not; the quorum loads the metadata log and
 * takes part in elections, the controller's listener opens; once the node has caught up with what is committed, the
 * partitions of the image are loaded; the clients' listener opens; the broker registers and is ready when it is unfenced.
 * Stop: the broker asks the controller to be let go, listeners close, connections end, a leader of the quorum resigns,
 * logs are flushed, the marker is left.
 */

import type { MetadataRecord } from '../protocol/metadata-records/table.ts'
import type { Address } from '../world/network.ts'
import { promised } from '../world/promises.ts'
import type { World } from '../world/world.ts'
import { BrokerSettings } from './config/broker-settings.ts'
import { clusterPlace, ownControllerAddress } from './config/cluster-settings.ts'
import { Connections } from './connections/connections.ts'
import { bootstrap, firstRecords } from './controller/bootstrap.ts'
import type { Interceptor } from './handlers/interceptor.ts'
import { LogDirectory } from './log/log-directory.ts'
import { followQuorum } from './metadata/follow-quorum.ts'
import type { MetadataImage } from './metadata/image.ts'
import { SnapshotKeeper } from './metadata/snapshot-keeper.ts'
import { type LogLine, Observer } from './observe/observer.ts'
import { makeParts, type Parts, type PartsOptions } from './parts.ts'
import { correctRules, type Rules } from './rules.ts'

export interface BrokerOptions {
  /** Where clients connect, on a broker; port 0 takes a free one. */
  readonly listen: Address
  /** Where the log directory lies, for those who ask (DescribeLogDirs). Default: `/`, the root of the world's disk. */
  readonly logDirectoryPath?: string
  /** Where the controller listens. Default: as `controller.quorum.voters` has it; a node alone needs none. */
  readonly controllerListen?: Address
  /** The cluster that an empty directory is formatted for. Default: a new one. */
  readonly clusterId?: string
  /** Broker settings by Kafka's names, in text form. Default: none set. */
  readonly settings?: Readonly<Record<string, string>>
  /** Default: the correct book. */
  readonly rules?: Rules
  /** Where log lines go. Default: nowhere. */
  readonly onLogLine?: LogLine
  /** See `BeforeApply`. Default: nothing. */
  readonly beforeApply?: BeforeApply
  /** Who may answer clients' requests in the place of their handlers, or hold answers back. Default: nobody. */
  readonly intercept?: Interceptor
}

/**
 * Called with its type before a metadata record is applied to the controller's state or to the image; a `MetadataError` that it throws
 * is a failed apply. A simulation injects failures with it.
 */
export type BeforeApply = PartsOptions['beforeApply']

/** What of a broker could leak; all of it returns to zero when nobody uses the broker. */
export interface BrokerLoad {
  readonly connections: number
  readonly delayedProduces: number
  readonly delayedFetches: number
  readonly fetchSessions: number
  readonly waitingDecisions: number
  /** Bytes of answers that clients do not take, of requests that are not answered, and of what fetches have read. */
  readonly unsentBytes: number
  readonly requestBytes: number
  readonly fetchBytes: number
}

export class Broker {
  readonly #parts: Parts
  readonly #directory: LogDirectory
  readonly #clients: Connections
  readonly #controllerListener: Connections
  #snapshots: SnapshotKeeper | undefined
  #controllerAddress: Address | undefined

  private constructor(parts: Parts, directory: LogDirectory) {
    this.#parts = parts
    this.#directory = directory
    this.#clients = new Connections(parts, 'broker')
    this.#controllerListener = new Connections(parts, 'controller')
  }

  /** Starts a node. @throws {SettingError | DirectoryError | DiskError | NetworkError} with what to do about it. */
  static async start(world: World, options: BrokerOptions): Promise<Broker> {
    const settings = new BrokerSettings(options.settings)
    const place = clusterPlace(settings)
    const rules = options.rules ?? correctRules
    const observer = new Observer(world.trace, options.onLogLine)
    const { nodeId } = place
    const { clusterId, listen, logDirectoryPath = '/', beforeApply = () => undefined, intercept } = options
    const directory = await LogDirectory.open({
      ...{ world, observer, rules: rules.log, nodeId, mayFound: place.voters.size === 1 && place.isController },
      ...(clusterId === undefined ? {} : { clusterId }),
    })
    // Judged before anything is written.
    const records = place.isController ? await firstRecords(world) : []
    const given = { listen, logDirectoryPath, beforeApply, intercept }
    const parts = makeParts({ world, observer, settings, place, rules, directory, ...given })
    const broker = new Broker(parts, directory)
    const controllerListen = options.controllerListen ?? ownControllerAddress(place)
    await directory.start(() => broker.#join(listen, controllerListen, records))
    await broker.#serve(listen)
    return broker
  }

  /** Where clients connect, on a broker. */
  get address(): Address {
    return this.#parts.address
  }

  /** Where the controller listens; undefined where it does not. */
  get controllerAddress(): Address | undefined {
    return this.#controllerAddress
  }

  /** Whether clients can connect: a node that is controller only has no listener for them. */
  get isBroker(): boolean {
    return this.#parts.place.isBroker
  }

  /** What this node knows of the cluster; for looking at, it goes on changing. */
  get image(): MetadataImage {
    return this.#parts.image
  }

  get clusterId(): string {
    return this.#parts.clusterId
  }

  get load(): BrokerLoad {
    const { partitions, fetchSessions, controller, fetchBytes } = this.#parts
    return {
      connections: this.#clients.size,
      delayedProduces: partitions.produces.size,
      delayedFetches: partitions.fetches.size,
      fetchSessions: fetchSessions.size,
      waitingDecisions: controller.waiting,
      unsentBytes: this.#clients.unsentBytes,
      requestBytes: this.#clients.requestBytes,
      fetchBytes: fetchBytes.taken,
    }
  }

  /**
   * Does now, by the wall clock as it stands, what is done every `log.retention.check.interval.ms`: flushes what has
   * expired, deletes it, and forgets producers that are long gone. For whoever has moved that clock.
   */
  retainNow(): Promise<void> {
    return this.#until((done) => this.#parts.partitions.retainNow(done))
  }

  /** Stops cleanly: the next start recovers nothing. */
  async stop(): Promise<void> {
    const { world, observer, partitions, lifecycle, place, channel, quorumPeers, peers, quorum } = this.#parts
    this.#parts.registration?.stop()
    observer.tell({ type: 'BrokerStopping' })
    if (place.isBroker) await this.#until((done) => lifecycle.shutDown(done))
    partitions.stop()
    await this.#until((done) => this.#clients.close(done))
    await promised<void>(world.promises, (done) =>
      partitions.checkpointHighWatermarks((error) => done(error, undefined)),
    )
    await this.#until((done) => quorum.stop(done))
    await this.#until((done) => this.#controllerListener.close(done))
    channel.close()
    quorumPeers.close()
    peers.close()
    await this.#directory.stop(lifecycle.epoch)
    observer.tell({ type: 'BrokerStopped' })
  }

  /** Takes part in the quorum until this node knows what is committed, then loads what it has of it. */
  async #join(
    listen: Address,
    controllerListen: Address | undefined,
    records: readonly MetadataRecord[],
  ): Promise<void> {
    const { world, observer, settings, directory, rules, image, quorum, controller } = this.#parts
    const { partitions, place, lifecycle, address, registration, beforeApply } = this.#parts
    const toImage = (type: MetadataRecord['type']) => beforeApply('image', type)
    followQuorum(image, quorum, { world, observer, rules: rules.metadata, beforeApply: toImage })
    // A node that is no voter is never elected; its controller only follows, and answers what is asked of any node.
    quorum.listen(controller)
    quorum.listen({ elected: () => bootstrap(controller, image, records) })
    this.#snapshots = new SnapshotKeeper({
      ...{ world, observer, settings, rules: rules.snapshots, directory, quorum, image },
    })
    image.onPublished(() => lifecycle.applied())
    await quorum.start()
    if (place.isController && controllerListen !== undefined) await this.#listenForController(controllerListen)
    await this.#until((done) => quorum.whenCaughtUp(done))
    registration?.start()
    if (place.isBroker) {
      // Who is to be told the port must know it.
      if (listen.port === 0) address.port = (await this.#clients.listen(listen)).port
      lifecycle.start()
      await this.#until((done) => lifecycle.whenKnown(done))
    }
    await partitions.load()
  }

  async #listenForController(address: Address): Promise<void> {
    this.#controllerListener.open()
    this.#controllerAddress = await this.#controllerListener.listen(address)
  }

  /** Opens for clients, and is ready when the controller lets this broker lead. */
  async #serve(listen: Address): Promise<void> {
    const { observer, partitions, place, lifecycle } = this.#parts
    if (place.isBroker) {
      if (listen.port !== 0) await this.#clients.listen(listen)
      this.#clients.open()
      partitions.startHousekeeping()
      await this.#until((done) => lifecycle.ready(done))
    }
    observer.tell({ type: 'BrokerReady', partitions: [...partitions.all()].length })
    this.#snapshots?.started()
  }

  #until(start: (done: () => void) => void): Promise<void> {
    return promised<void>(this.#parts.world.promises, (done) => start(() => done(undefined, undefined)))
  }
}
