/**
 * One connection per broker, opened when first needed and again when next needed after it has ended.
 *
 * Per node: closed → opening → open → closed; after a failed attempt or an early end a node is left alone for a while that
 * doubles each time, within bounds, and is forgotten once a connection has opened. Bootstrap addresses are nodes with
 * negative ids; they are asked only while no known broker can be. Requests to a node that is not open wait for the attempt
 * under way, or the next one, and fail with it: each caller bounds how many it has.
 * Not here: frames and versions (`wire`), and which node to ask for what.
 *
 * Source: KIP-144 (reconnect back-off), KIP-899 (back to the bootstrap servers).
 */

import type { Api } from '../protocol/apis.ts'
import type { Decoded, Encodable, Message } from '../protocol/schema.ts'
import { ClientConnection } from '../wire/client-connection.ts'
import { WireError } from '../wire/wire-error.ts'
import type { Address } from '../world/network.ts'
import { drawBelow } from '../world/random.ts'
import type { World } from '../world/world.ts'
import { backoffMs } from './backoff.ts'
import type { Metadata } from './metadata.ts'
import type { ClientSettings } from './options.ts'

/** How a request differs from the usual. */
export interface RequestOptions {
  /** Default: `requestTimeoutMs`. */
  readonly timeoutMs?: number
  /** Default true; false for acks=0, which is done when it is handed over. */
  readonly expectsResponse?: boolean
  /** The highest version to use. Default: the highest that both sides have. */
  readonly versionMax?: number
}

/** Callers bound what they have under way; this is only a backstop for the sum of them. */
const requestsPerNodeMax = 100

/** Told when an attempt to connect has ended; without an error the node is open. */
type Opened = (error: WireError | undefined) => void

interface Node {
  readonly id: number
  connection: ClientConnection | undefined
  state: 'closed' | 'paused' | 'opening' | 'open'
  failures: number
  waiting: Opened[]
}

/** See the head of this file. */
export class Connections {
  readonly #world: World
  readonly #settings: ClientSettings
  readonly #metadata: Metadata
  readonly #nodes = new Map<number, Node>()
  #isClosed = false

  constructor(world: World, settings: ClientSettings, metadata: Metadata) {
    this.#world = world
    this.#settings = settings
    this.#metadata = metadata
  }

  /** True after `close`. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** True where a request would leave at once. */
  isOpen(id: number): boolean {
    return this.#nodes.get(id)?.connection?.isReady === true
  }

  /** Opens the node's connection, after its back-off. `opened` is never called within this call. */
  whenOpen(id: number, opened: Opened): void {
    const node = this.#node(id)
    if (this.isOpen(id) || this.#isClosed) {
      const error = this.#isClosed ? closedError() : undefined
      this.#world.clock.setTimer(0, () => opened(error))
      return
    }
    node.waiting.push(opened)
    if (node.state === 'closed') this.#connect(node)
  }

  /**
   * Sends a request as soon as the node is open. `body` is asked for when the version is known. `done` gets an error or a
   * response, or neither for a request that has none. Never within this call.
   */
  request<Request extends Message, Response extends Message>(
    id: number,
    api: Api<Request, Response>,
    body: (version: number) => Encodable<Request>,
    options: RequestOptions,
    done: (error: WireError | undefined, response: Decoded<Response> | undefined) => void,
  ): void {
    const connection = this.#nodes.get(id)?.connection
    if (connection?.isReady === true) this.#send(connection, api, body, options, done)
    else {
      this.whenOpen(id, (error) => {
        if (error === undefined) this.request(id, api, body, options, done)
        else done(error, undefined)
      })
    }
  }

  /**
   * A node for a request that any broker can answer, by chance, so that one whose knowledge is old is not asked for ever:
   * a known broker that is open or has not failed; else a bootstrap address that has not; else any.
   */
  pickNode(): number {
    const known = [...this.#metadata.nodes.keys()]
    const sound = known.filter((id) => this.isOpen(id) || this.#hasNotFailed(id))
    if (sound.length > 0) return this.#oneOf(sound)
    const bootstrap = this.#settings.bootstrap.map((_, index) => -1 - index)
    const untried = bootstrap.filter((id) => this.#hasNotFailed(id))
    return this.#oneOf(untried.length > 0 ? untried : [...known, ...bootstrap])
  }

  /** Ends every connection; what is unanswered fails. */
  close(): void {
    this.#isClosed = true
    for (const node of this.#nodes.values()) {
      node.connection?.close()
      if (node.waiting.length > 0) this.#tell(node, closedError())
    }
  }

  #send<Request extends Message, Response extends Message>(
    connection: ClientConnection,
    api: Api<Request, Response>,
    body: (version: number) => Encodable<Request>,
    options: RequestOptions,
    done: (error: WireError | undefined, response: Decoded<Response> | undefined) => void,
  ): void {
    const shared = connection.versionFor(api)
    if (shared === undefined) {
      const message = `the broker has no version of ${api.name} in common with this client`
      const error = new WireError('UNSUPPORTED_VERSION', message, { sent: false })
      this.#world.clock.setTimer(0, () => done(error, undefined))
      return
    }
    const version = Math.min(shared, options.versionMax ?? shared)
    const { timeoutMs = this.#settings.requestTimeoutMs, expectsResponse = true } = options
    connection.request(api, version, body(version), done, { timeoutMs, expectsResponse })
  }

  #connect(node: Node): void {
    const address = this.#addressOf(node.id)
    if (address === undefined) {
      node.state = 'paused'
      this.#world.clock.setTimer(0, () => {
        node.state = 'closed'
        this.#tell(node, new WireError('REFUSED', `the address of broker ${node.id} is not known`, { sent: false }))
      })
      return
    }
    node.state = 'opening'
    const handler = { ready: () => this.#opened(node), closed: (error: WireError) => this.#ended(node, error) }
    node.connection = new ClientConnection(handler, {
      network: this.#world.network,
      clock: this.#world.clock,
      address,
      clientId: this.#settings.clientId,
      requestsInFlightMax: requestsPerNodeMax,
      requestsQueuedMax: requestsPerNodeMax,
      setupTimeoutMs: this.#settings.socketConnectionSetupTimeoutMs,
    })
  }

  #opened(node: Node): void {
    node.state = 'open'
    node.failures = 0
    this.#tell(node, undefined)
  }

  #ended(node: Node, error: WireError): void {
    // Who began to wait while an open connection was ending has not had an attempt yet.
    const hasAttemptFailed = node.state === 'opening'
    node.connection = undefined
    node.state = 'paused'
    node.failures++
    if (hasAttemptFailed || this.#isClosed) this.#tell(node, error)
    if (this.#isClosed) return
    const { reconnectBackoffMs, reconnectBackoffMaxMs } = this.#settings
    const pauseMs = backoffMs(this.#world.random, reconnectBackoffMs, reconnectBackoffMaxMs, node.failures)
    this.#world.clock.setTimer(pauseMs * 1000, () => {
      node.state = 'closed'
      if (node.waiting.length > 0 && !this.#isClosed) this.#connect(node)
    })
  }

  #tell(node: Node, error: WireError | undefined): void {
    const waiting = node.waiting
    node.waiting = []
    for (const opened of waiting) opened(error)
  }

  #addressOf(id: number): Address | undefined {
    return id < 0 ? this.#settings.bootstrap[-1 - id] : this.#metadata.nodes.get(id)
  }

  #hasNotFailed(id: number): boolean {
    return (this.#nodes.get(id)?.failures ?? 0) === 0
  }

  #oneOf(ids: readonly number[]): number {
    return ids[drawBelow(this.#world.random, ids.length)]!
  }

  #node(id: number): Node {
    let node = this.#nodes.get(id)
    if (node === undefined) {
      node = { id, connection: undefined, state: 'closed', failures: 0, waiting: [] }
      this.#nodes.set(id, node)
    }
    return node
  }
}

function closedError(): WireError {
  return new WireError('CLOSED', 'the client was closed', { sent: false })
}
