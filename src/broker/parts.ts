/**
 * The parts of a node, made and tied together; nothing has started yet. `broker.ts` says in which order they do.
 */

import { apis } from '../protocol/apis.ts'
import { errorCode } from '../protocol/errors.ts'
import type { MetadataRecord } from '../protocol/metadata-records/table.ts'
import { BufferPool } from '../world/buffer-pool.ts'
import type { Address } from '../world/network.ts'
import type { World } from '../world/world.ts'
import type { BrokerSettings } from './config/broker-settings.ts'
import { type ClusterPlace, ownControllerAddress } from './config/cluster-settings.ts'
import { Controller } from './controller/controller.ts'
import { ProducerIds } from './controller/producer-ids.ts'
import { Refusal } from './controller/refusal.ts'
import { ByteBudget } from './delayed/byte-budget.ts'
import { FetchSessions } from './handlers/fetch-sessions.ts'
import type { Interceptor } from './handlers/interceptor.ts'
import { localCalls } from './handlers/local-call.ts'
import type { Services } from './handlers/services.ts'
import { controllerHandlers } from './handlers/table.ts'
import type { LogDirectory } from './log/log-directory.ts'
import { ControllerChannel } from './membership/controller-channel.ts'
import { ControllerRegistration } from './membership/controller-registration.ts'
import { BrokerLifecycle } from './membership/lifecycle.ts'
import { MetadataImage } from './metadata/image.ts'
import type { Observer } from './observe/observer.ts'
import { Peers } from './peers/peers.ts'
import { QuorumNode } from './quorum/quorum-node.ts'
import { askForPiece, sendToVoter } from './quorum/raft-wire.ts'
import { quorumTimeouts } from './quorum/timeouts.ts'
import { Partitions } from './replication/partitions.ts'
import type { Rules } from './rules.ts'

export interface PartsOptions {
  readonly world: World
  readonly observer: Observer
  readonly settings: BrokerSettings
  readonly place: ClusterPlace
  readonly rules: Rules
  readonly directory: LogDirectory
  readonly listen: Address
  readonly logDirectoryPath: string
  /** See `BeforeApply`. */
  readonly beforeApply: (to: 'controller' | 'image', type: MetadataRecord['type']) => void
  readonly intercept: Interceptor | undefined
}

export interface Parts extends Services {
  readonly place: ClusterPlace
  readonly rules: Rules
  readonly beforeApply: PartsOptions['beforeApply']
  /** Connections of the quorum, and of requests to the active controller. */
  readonly quorumPeers: Peers
  /** Of a controller that others can reach. */
  readonly registration: ControllerRegistration | undefined
  readonly peers: Peers
  /** Its port is known once it is bound. */
  readonly address: { host: string; port: number }
}

/** Kept of buffers that are not in use: what a few clients with large batches need at a time. */
const IDLE_BUFFER_BYTES_MAX = 32 * 1024 * 1024

export function makeParts(options: PartsOptions): Parts {
  const { world, observer, settings, place, rules, directory, logDirectoryPath } = options
  const { listen, beforeApply, intercept } = options
  const { nodeId, voters } = place
  const { clusterId, directoryId } = directory.meta
  const requestTimeoutMs = settings.value('controller.quorum.request.timeout.ms')
  // Requests on a connection are answered in order: a registration that waits for its commit must not hold up the fetch
  // by which it is committed.
  const newPeers = (): Peers => new Peers({ world, clientId: `node-${nodeId}`, setupTimeoutMs: requestTimeoutMs })
  const [quorumPeers, peers] = [newPeers(), newPeers()]
  const foreign = new Set<number>()
  const sayForeign = (id: number): void => {
    // It is asked again and again, for it may be replaced by the right one.
    if (foreign.has(id)) return
    foreign.add(id)
    observer.error(foreignText(id, voters.get(id)!, clusterId))
  }
  const quorum = new QuorumNode({
    ...{ world, observer, rules: rules.quorum, directory, voters: [...voters.keys()] },
    timeouts: quorumTimeouts(settings),
    snapshotRules: rules.snapshots,
    askForPiece: (to, asked, done) =>
      askForPiece(quorumPeers, voters.get(to)!, clusterId, requestTimeoutMs, asked, done),
    send: (to, request, done) => {
      const call = { clusterId, timeoutMs: requestTimeoutMs, onForeign: () => sayForeign(to) }
      sendToVoter(quorumPeers, voters.get(to)!, call, request, done)
    },
  })
  const image = new MetadataImage()
  const controller = new Controller({
    ...{ world, observer, settings, rules: rules.controller, quorum, clusterId },
    // A node alone has nobody who follows its log.
    idleIntervalMs: ownControllerAddress(place) === undefined ? 0 : settings.value('metadata.max.idle.interval.ms'),
    beforeApply: (type) => beforeApply('controller', type),
  })
  const address = { host: listen.host, port: listen.port }
  const parts: Parts = {
    ...{ world, observer, settings, place, rules, clusterId, nodeId, voters, directory, quorum, image },
    ...{ controller, address, quorumPeers, peers, logDirectoryPath, beforeApply, intercept },
    // Whoever watches a broker looks for its mistakes too.
    buffers: new BufferPool({ idleBytesMax: IDLE_BUFFER_BYTES_MAX, poisons: () => observer.watching }),
    partitions: new Partitions({ world, observer, settings, rules: rules.replication, directory, image }),
    channel: new ControllerChannel({
      ...{ world, nodeId, quorum, peers },
      addressOf: (id) => voters.get(id),
      callLocally: localCalls(() => parts, controllerHandlers),
    }),
    get lifecycle() {
      return lifecycle
    },
    get registration() {
      return registration
    },
    producerIds: new ProducerIds((done) => allocate(parts, done)),
    fetchBytes: new ByteBudget(FETCH_BYTES_MAX),
    fetchSessions: new FetchSessions(
      world.clock,
      world.random,
      settings.value('max.incremental.fetch.session.cache.slots'),
    ),
  }
  const lifecycle = new BrokerLifecycle({
    ...{ world, observer, settings, clusterId, nodeId, directoryId, address, channel: parts.channel },
    previousEpoch: directory.previousBrokerEpoch,
    appliedEnd: () => image.endOffset,
  })
  const controllerAddress = ownControllerAddress(place)
  const registration =
    place.isController && controllerAddress !== undefined
      ? new ControllerRegistration({
          world,
          observer,
          nodeId,
          address: controllerAddress,
          channel: parts.channel,
          image,
        })
      : undefined
  return parts
}

/** Bytes that all fetches together may have read and not yet handed to their connections. */
const FETCH_BYTES_MAX = 67_108_864

function foreignText(id: number, { host, port }: Address, clusterId: string): string {
  const what = `controller ${id} at ${host}:${port} belongs to another cluster than this node, whose is ${clusterId}`
  return `${what}; nothing is taken from it. See to controller.quorum.voters, and to whose directory this is`
}

/** How long a broker tries to get producer ids, in ms. */
const ALLOCATE_MS = 30_000

function allocate(
  { channel, nodeId, lifecycle }: Parts,
  done: Parameters<ConstructorParameters<typeof ProducerIds>[0]>[0],
): void {
  const body = { brokerId: nodeId, brokerEpoch: lifecycle.epoch }
  channel.request(apis.allocateProducerIds, body, ALLOCATE_MS, (response) => {
    if (response?.errorCode === errorCode.NONE) {
      const { producerIdStart: first, producerIdLen } = response
      return done({ first, end: first + producerIdLen })
    }
    done(new Refusal(errorCode.COORDINATOR_NOT_AVAILABLE, 'No producer ids could be had from the controller.'))
  })
}
