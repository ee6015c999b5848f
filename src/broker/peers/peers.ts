/**
 * Connections of this node to other nodes: one to each address, made when it is first needed, and again after it ended.
 *
 * A request waits for the connection that is being made, and fails with it; after a failed attempt an address is left
 * alone for a while that doubles, within bounds, and requests wait meanwhile, until their own time is over. Not here: who
 * is asked for what, and what to do about failures. Source: KIP-144 (reconnect back-off).
 */

import type { Api } from '../../protocol/apis.ts'
import type { Decoded, Encodable, Message } from '../../protocol/schema.ts'
import { ClientConnection } from '../../wire/client-connection.ts'
import { unsent, WireError } from '../../wire/wire-error.ts'
import type { Timer } from '../../world/clock.ts'
import type { Address } from '../../world/network.ts'
import type { World } from '../../world/world.ts'

export interface PeersOptions {
  readonly world: World
  /** Named in every request. */
  readonly clientId: string
  /** How long connecting may take, in ms; `request.timeout.ms` of what the connection is for. */
  readonly setupTimeoutMs: number
}

type Done<Response extends Message> = (error: WireError | undefined, response: Decoded<Response> | undefined) => void

/** The pause after a first failure and at most, in ms: Kafka's defaults of `reconnect.backoff(.max).ms` for controllers. */
const PAUSE_MS = 50
const PAUSE_MAX_MS = 500
/** Requests to one address that wait or are in flight; callers bound what they have, this is a backstop. */
const REQUESTS_MAX = 1000

interface Waiting {
  readonly send: (connection: ClientConnection) => void
  readonly fail: (error: WireError) => void
  timer: Timer | undefined
}

/** See the head of this file. */
export class Peers {
  readonly #options: PeersOptions
  readonly #peers = new Map<string, Peer>()

  constructor(options: PeersOptions) {
    this.#options = options
  }

  /** Connections that are open or being made. */
  get size(): number {
    let count = 0
    for (const peer of this.#peers.values()) if (peer.isConnected) count++
    return count
  }

  /**
   * Sends a request at the highest version that both sides have. `body` is asked for when the version is known. `done` is
   * called once, never within this call, at the latest after `timeoutMs`.
   */
  request<Request extends Message, Response extends Message>(
    address: Address,
    api: Api<Request, Response>,
    body: (version: number) => Encodable<Request>,
    timeoutMs: number,
    done: Done<Response>,
  ): void {
    const key = `${address.host}:${address.port}`
    let peer = this.#peers.get(key)
    if (peer === undefined) {
      peer = new Peer(this.#options, address)
      this.#peers.set(key, peer)
    }
    peer.request(api, body, timeoutMs, done)
  }

  /** Ends every connection; what is unanswered fails. */
  close(): void {
    for (const peer of this.#peers.values()) peer.close()
  }
}

class Peer {
  readonly #options: PeersOptions
  readonly #address: Address
  #connection: ClientConnection | undefined
  #pause: Timer | undefined
  #failures = 0
  #isClosed = false
  readonly #waiting = new Set<Waiting>()

  constructor(options: PeersOptions, address: Address) {
    this.#options = options
    this.#address = address
  }

  get isConnected(): boolean {
    return this.#connection !== undefined
  }

  request<Request extends Message, Response extends Message>(
    api: Api<Request, Response>,
    body: (version: number) => Encodable<Request>,
    timeoutMs: number,
    done: Done<Response>,
  ): void {
    const { clock } = this.#options.world
    const untilUs = clock.monotonicUs() + timeoutMs * 1000
    const leftMs = (): number => Math.max(1, Math.ceil((untilUs - clock.monotonicUs()) / 1000))
    const waiting: Waiting = {
      timer: undefined,
      send: (connection) => send(connection, api, body, leftMs(), done, clock),
      fail: (error) => done(error, undefined),
    }
    if (this.#connection?.isReady === true) return waiting.send(this.#connection)
    if (this.#isClosed || this.#waiting.size >= REQUESTS_MAX) {
      clock.setTimer(0, () => waiting.fail(unsent('CLOSED', `no more requests are taken for ${this.#name}`)))
      return
    }
    waiting.timer = clock.setTimer(timeoutMs * 1000, () => {
      this.#waiting.delete(waiting)
      waiting.fail(unsent('TIMED_OUT', `${this.#name} could not be reached within ${timeoutMs} ms`))
    })
    this.#waiting.add(waiting)
    if (this.#connection === undefined && this.#pause === undefined) this.#connect()
  }

  close(): void {
    this.#isClosed = true
    this.#pause?.cancel()
    this.#connection?.close()
    this.#failWaiting(unsent('CLOSED', `the connections of this node are closed`))
  }

  get #name(): string {
    return `${this.#address.host}:${this.#address.port}`
  }

  #connect(): void {
    const { world, clientId, setupTimeoutMs } = this.#options
    this.#connection = new ClientConnection(
      { ready: (connection) => this.#opened(connection), closed: (error) => this.#ended(error) },
      {
        ...{ network: world.network, clock: world.clock, address: this.#address, clientId, setupTimeoutMs },
        ...{ requestsInFlightMax: REQUESTS_MAX, requestsQueuedMax: REQUESTS_MAX },
      },
    )
  }

  #opened(connection: ClientConnection): void {
    this.#failures = 0
    for (const waiting of this.#waiting) {
      this.#waiting.delete(waiting)
      waiting.timer?.cancel()
      waiting.send(connection)
    }
  }

  #ended(error: WireError): void {
    this.#connection = undefined
    if (this.#isClosed) return
    this.#failures++
    this.#failWaiting(error)
    const pauseMs = Math.min(PAUSE_MS * 2 ** Math.min(this.#failures - 1, 10), PAUSE_MAX_MS)
    this.#pause = this.#options.world.clock.setTimer(pauseMs * 1000, () => {
      this.#pause = undefined
      if (this.#waiting.size > 0) this.#connect()
    })
  }

  #failWaiting(error: WireError): void {
    for (const waiting of [...this.#waiting]) {
      this.#waiting.delete(waiting)
      waiting.timer?.cancel()
      waiting.fail(error)
    }
  }
}

function send<Request extends Message, Response extends Message>(
  connection: ClientConnection,
  api: Api<Request, Response>,
  body: (version: number) => Encodable<Request>,
  timeoutMs: number,
  done: Done<Response>,
  clock: World['clock'],
): void {
  const version = connection.versionFor(api)
  if (version !== undefined) return connection.request(api, version, body(version), done, { timeoutMs })
  const message = `the node has no version of ${api.name} in common with this one`
  clock.setTimer(0, () => done(new WireError('UNSUPPORTED_VERSION', message, { sent: false }), undefined))
}
