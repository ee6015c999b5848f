/**
 * The parts of a node, made and tied together; nothing has started yet. `broker.ts` says in which order they do.
 */

import { apis } from '../protocol/apis.ts'
import { errorCode } from '../protocol/errors.ts'
import type { Address } from '../world/network.ts'
import type { World } from '../world/world.ts'
import type { BrokerSettings } from './config/broker-settings.ts'
import type { ClusterPlace } from './config/cluster-settings.ts'
import { Controller } from './controller/controller.ts'
import { ProducerIds } from './controller/producer-ids.ts'
import { Refusal } from './controller/refusal.ts'
import { FetchSessions } from './handlers/fetch-sessions.ts'
import { localCalls } from './handlers/local-call.ts'
import type { Services } from './handlers/services.ts'
import { controllerHandlers } from './handlers/table.ts'
import type { LogDirectory } from './log/log-directory.ts'
import { ControllerChannel } from './membership/controller-channel.ts'
import { BrokerLifecycle } from './membership/lifecycle.ts'
import { SUPPORTED_FEATURES } from './metadata/features.ts'
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
  readonly beforeApply: (to: 'controller' | 'image') => void
}

export interface Parts extends Services {
  readonly place: ClusterPlace
  readonly rules: Rules
  readonly beforeApply: PartsOptions['beforeApply']
  /** Connections of the quorum, and of requests to the active controller. */
  readonly quorumPeers: Peers
  readonly peers: Peers
  /** Its port is known once it is bound. */
  readonly address: { host: string; port: number }
}

export function makeParts(options: PartsOptions): Parts {
  const { world, observer, settings, place, rules, directory, listen, beforeApply } = options
  const { nodeId, voters } = place
  const { clusterId, directoryId } = directory.meta
  const requestTimeoutMs = settings.value('controller.quorum.request.timeout.ms')
  // Requests on a connection are answered in order: a registration that waits for its commit must not hold up the fetch
  // by which it is committed.
  const newPeers = (): Peers => new Peers({ world, clientId: `node-${nodeId}`, setupTimeoutMs: requestTimeoutMs })
  const [quorumPeers, peers] = [newPeers(), newPeers()]
  const quorum = new QuorumNode({
    ...{ world, observer, rules: rules.quorum, directory, voters: [...voters.keys()] },
    timeouts: quorumTimeouts(settings),
    snapshotRules: rules.snapshots,
    askForPiece: (to, asked, done) =>
      askForPiece(quorumPeers, voters.get(to)!, clusterId, requestTimeoutMs, asked, done),
    send: (to, request, done) => sendToVoter(quorumPeers, voters.get(to)!, clusterId, requestTimeoutMs, request, done),
  })
  const image = new MetadataImage()
  const controller = new Controller({
    ...{ world, observer, settings, rules: rules.controller, quorum, clusterId },
    beforeApply: () => beforeApply('controller'),
  })
  const address = { host: listen.host, port: listen.port }
  const parts: Parts = {
    ...{ world, observer, settings, place, rules, clusterId, nodeId, directoryId, voters, directory, quorum, image },
    ...{ controller, address, quorumPeers, peers, beforeApply },
    partitions: new Partitions({ world, observer, settings, rules: rules.replication, directory, image }),
    channel: new ControllerChannel({
      ...{ world, nodeId, quorum, peers },
      addressOf: (id) => voters.get(id),
      callLocally: localCalls(() => parts, controllerHandlers),
    }),
    get lifecycle() {
      return lifecycle
    },
    producerIds: new ProducerIds((done) => allocate(parts, done)),
    fetchSessions: new FetchSessions(
      world.clock,
      world.random,
      settings.value('max.incremental.fetch.session.cache.slots'),
    ),
  }
  const lifecycle = new BrokerLifecycle({
    ...{ world, observer, settings, clusterId, nodeId, directoryId, address, channel: parts.channel },
    appliedEnd: () => image.endOffset,
  })
  return parts
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

/** The first records of a new cluster, by its first leader: the feature levels it begins with. */
export function bootstrap(controller: Controller, image: MetadataImage): void {
  if (image.features().size > 0) return
  const records = SUPPORTED_FEATURES.map(({ name, max }) => ({
    ...{ type: 'FeatureLevelRecord' as const, version: 0, name, featureLevel: max },
  }))
  controller.decide(records, () => undefined)
}
