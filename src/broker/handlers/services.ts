/**
 * What handlers work with, and what they are told of a request. Principal and listener are there from the first day, so
 * that security has a place when it comes.
 */

import type { Api } from '../../protocol/apis.ts'
import type { Decoded, Encodable, Message } from '../../protocol/schema.ts'
import type { BufferPool } from '../../world/buffer-pool.ts'
import type { Address } from '../../world/network.ts'
import type { World } from '../../world/world.ts'
import type { BrokerSettings } from '../config/broker-settings.ts'
import type { Controller } from '../controller/controller.ts'
import type { ProducerIds } from '../controller/producer-ids.ts'
import type { ByteBudget } from '../delayed/byte-budget.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import type { ControllerChannel } from '../membership/controller-channel.ts'
import type { BrokerLifecycle } from '../membership/lifecycle.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { Observer } from '../observe/observer.ts'
import type { QuorumNode } from '../quorum/quorum-node.ts'
import type { Partitions } from '../replication/partitions.ts'
import type { FetchSessions } from './fetch-sessions.ts'
import type { Interceptor } from './interceptor.ts'

/** The parts of a broker that handlers use. */
export interface Services {
  readonly world: World
  readonly observer: Observer
  /** For frames, and for batches that are read: parts of an answer that were taken here go back once they are sent. */
  readonly buffers: BufferPool
  readonly settings: BrokerSettings
  readonly clusterId: string
  readonly nodeId: number
  /** The voters of the quorum, and where their controllers listen; a node alone has no such address. */
  readonly voters: ReadonlyMap<number, Address | undefined>
  readonly quorum: QuorumNode
  readonly directory: LogDirectory
  /** Where the log directory lies, as clients are told. */
  readonly logDirectoryPath: string
  readonly channel: ControllerChannel
  readonly lifecycle: BrokerLifecycle
  /** The address clients are told. */
  readonly address: Address
  readonly image: MetadataImage
  readonly controller: Controller
  readonly producerIds: ProducerIds
  readonly partitions: Partitions
  readonly fetchSessions: FetchSessions
  /** Who may answer a client's request in the handler's place; nobody, unless the broker was started so. */
  readonly intercept: Interceptor | undefined
  /** Bytes that fetches may have read and not handed over. */
  readonly fetchBytes: ByteBudget
}

/** Who asks, and how. */
export interface RequestContext {
  readonly apiVersion: number
  readonly clientId: string | null
  /** Who the connection belongs to; everybody is anonymous while there is no authentication. */
  readonly principal: string
  readonly listener: string
  readonly remote: Address
  /**
   * `abandon` is called if whoever asked is gone before the answer, so that nothing is kept waiting for nobody. Absent
   * where a node asks itself.
   */
  readonly whenGone?: (abandon: () => void) => void
}

/** How a request ends: with a response, without one (acks=0), or with the connection (acks=0 that failed). */
export type Answer<Response> = (response: Response | 'none' | 'close') => void

export interface Handler<Request extends Message = Message, Response extends Message = Message> {
  readonly api: Api<Request, Response>
  /** Called once per request; answers once, now or later. `request` and its bytes are the handler's until it answers. */
  handle(
    services: Services,
    context: RequestContext,
    request: Decoded<Request>,
    answer: Answer<Encodable<Response>>,
  ): void
}

/** The handlers of one listener, by API key. */
export type HandlerTable = ReadonlyMap<number, Handler>

/** Ties a handler to its API, so that both sides of it are typed. */
export function handler<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  handle: Handler<Request, Response>['handle'],
): Handler {
  return { api, handle } as unknown as Handler
}
