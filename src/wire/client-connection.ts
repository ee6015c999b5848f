/**
 * The client's end of one connection: it connects, agrees on versions, then sends requests and hands out responses.
 *
 * connecting → negotiating → ready → closing → closed; from any of them to closing (a failure, a timeout, `close`) and
 * closed (the network says so). There is no way back: a client that wants to go on opens another connection.
 *
 * A broker answers in order, so responses are matched by place and the correlation id only proves it; whatever does not
 * fit, and any request that times out while it is in flight, ends the connection, as in Kafka's clients: what comes later
 * could not be trusted. Each call is completed exactly once, as an event of its own, and each failure tells whether the
 * request can have reached the broker. Not here: retries, back-off, which broker to ask.
 */

import { type Api, apis } from '../protocol/apis.ts'
import { correlationIdOf, encodeRequest } from '../protocol/headers.ts'
import type { ApiVersionsResponse } from '../protocol/messages/18-api-versions.ts'
import type { Encodable, Message } from '../protocol/schema.ts'
import { assert } from '../world/assert.ts'
import type { Clock, Timer } from '../world/clock.ts'
import type { Address, Connection, ConnectionOwner, Network, NetworkError } from '../world/network.ts'
import {
  type ClientCall,
  DeferredCompletions,
  encodeCall,
  failCall,
  type RequestDone,
  type RequestOptions,
} from './client-call.ts'
import { FRAME_BYTES_MAX, FrameReceiver } from './frame-receiver.ts'
import { commonVersion, FIRST_API_VERSIONS_VERSION, readNegotiation } from './version-negotiation.ts'
import { unsent, WireError, type WireErrorCode } from './wire-error.ts'

/** Who has opened the connection. */
export interface ClientConnectionHandler {
  /** Versions are agreed on: requests may be made. */
  ready(connection: ClientConnection): void
  /** The last call, once, after every request has been completed. */
  closed(error: WireError, connection: ClientConnection): void
}

/** What the connection needs, and its bounds; every default is written here. */
export interface ClientConnectionOptions {
  readonly network: Network
  readonly clock: Clock
  readonly address: Address
  /** Named in every request. */
  readonly clientId: string
  /** The most requests that are sent and unanswered. 1…; default 5. */
  readonly requestsInFlightMax?: number
  /** The most requests that wait to be sent. Default 100. */
  readonly requestsQueuedMax?: number
  /** How long connecting and agreeing on versions may take, in ms. Default 10000. */
  readonly setupTimeoutMs?: number
  /** The longest response, in bytes. Default 104857600. */
  readonly frameBytesMax?: number
  /** What the broker is told of this program: letters, digits, dots and dashes. */
  readonly software?: { readonly name: string; readonly version: string }
}

const MICROSECONDS_PER_MS = 1000
const CORRELATION_ID_MAX = 0x7fff_ffff

/** See the head of this file. Connects when it is made. */
export class ClientConnection implements ConnectionOwner {
  readonly #options: Required<ClientConnectionOptions>
  readonly #handler: ClientConnectionHandler
  readonly #connection: Connection
  readonly #receiver: FrameReceiver
  readonly #setupTimer: Timer
  #state: 'connecting' | 'negotiating' | 'ready' | 'closing' | 'closed' = 'connecting'
  #versions: ApiVersionsResponse | undefined
  #askedVersion = FIRST_API_VERSIONS_VERSION
  #nextCorrelationId = 0
  readonly #queued: ClientCall[] = []
  readonly #inFlight: ClientCall[] = []
  readonly #deferred: DeferredCompletions
  #isBlocked = false
  /** Why the connection is closing. */
  #reason: WireError | undefined

  constructor(handler: ClientConnectionHandler, options: ClientConnectionOptions) {
    this.#handler = handler
    this.#options = {
      requestsInFlightMax: 5,
      requestsQueuedMax: 100,
      setupTimeoutMs: 10_000,
      frameBytesMax: FRAME_BYTES_MAX,
      software: { name: 'samsa', version: '0.1.0' },
      ...options,
    }
    assert(this.#options.requestsInFlightMax >= 1, 'one request at least may be in flight')
    this.#receiver = new FrameReceiver(this.#options.frameBytesMax, (frame) => this.#handleFrame(frame))
    const { clock, network, address, setupTimeoutMs } = this.#options
    this.#deferred = new DeferredCompletions(clock)
    this.#setupTimer = clock.setTimer(setupTimeoutMs * MICROSECONDS_PER_MS, () => {
      this.#fail('TIMED_OUT', `${this.#name} did not agree on versions within ${setupTimeoutMs} ms`)
    })
    this.#connection = network.connect(address, this)
  }

  /** True while requests may be made. */
  get isReady(): boolean {
    return this.#state === 'ready'
  }

  /** Requests that are made and not completed. */
  get pendingRequests(): number {
    return this.#inFlight.length + this.#queued.length
  }

  /** What the broker said about versions and features; undefined until ready. */
  get apiVersions(): ApiVersionsResponse | undefined {
    return this.#versions
  }

  /** The highest version of the API that both sides know; undefined where there is none, and until ready. */
  versionFor<Request extends Message, Response extends Message>(api: Api<Request, Response>): number | undefined {
    return this.#versions && commonVersion(api, this.#versions)
  }

  /**
   * Sends a request, at a version that `versionFor` allows, and calls `done` once, never inside this call. Byte fields
   * of the body are borrowed until then. Errors: `WireError`; see its codes.
   */
  request<Request extends Message, Response extends Message>(
    api: Api<Request, Response>,
    version: number,
    body: Encodable<Request>,
    done: RequestDone<Response>,
    options: RequestOptions,
  ): void {
    const { timeoutMs, expectsResponse = true } = options
    const call =
      this.#refusal() ??
      encodeCall({ api, version, body, done, expectsResponse }, this.#nextCorrelationId, this.#options.clientId)
    if (call instanceof WireError) {
      this.#deferred.defer(() => done(call, undefined))
      return
    }
    this.#nextCorrelationId = call.correlationId === CORRELATION_ID_MAX ? 0 : call.correlationId + 1
    call.timer = this.#options.clock.setTimer(timeoutMs * MICROSECONDS_PER_MS, () => this.#timeOut(call, timeoutMs))
    this.#queued.push(call)
    this.#sendQueued()
  }

  /** Ends the connection: whatever is pending fails with CLOSED, and then the handler is told. */
  close(): void {
    this.#fail('CLOSED', `the connection to ${this.#name} was closed by this client`)
  }

  connected(): void {
    if (this.#state !== 'connecting') return
    this.#state = 'negotiating'
    this.#askVersions(FIRST_API_VERSIONS_VERSION)
  }

  receiveBuffer(): Uint8Array {
    return this.#receiver.receiveBuffer()
  }

  received(count: number): void {
    const problem = this.#receiver.received(count)
    if (problem !== undefined) this.#fail('MALFORMED_RESPONSE', `${this.#name}: ${problem}`)
  }

  writable(): void {
    this.#isBlocked = false
    this.#sendQueued()
  }

  ended(): void {
    this.#abandon(this.#reason ?? unsent('CLOSED', `${this.#name} closed the connection`), 'end')
  }

  closed(error: NetworkError | undefined): void {
    const reason = this.#reason ?? this.#lost(error)
    this.#state = 'closed'
    this.#setupTimer.cancel()
    this.#receiver.stop()
    // Completions may make requests, which are refused: nothing is added to these.
    for (const call of this.#inFlight.splice(0)) failCall(call, reason.ofRequest(true))
    for (const call of this.#queued.splice(0)) failCall(call, reason.ofRequest(false))
    this.#handler.closed(reason, this)
  }

  get #name(): string {
    return `${this.#options.address.host}:${this.#options.address.port}`
  }

  #askVersions(version: number): void {
    this.#askedVersion = version
    const { clientId, software } = this.#options
    const body = { clientSoftwareName: software.name, clientSoftwareVersion: software.version }
    this.#send([encodeRequest(apis.apiVersions, version, this.#nextCorrelationId, clientId, body)])
  }

  #handleFrame(frame: Uint8Array): void {
    const id = frame.length < 4 ? undefined : correlationIdOf(frame)
    const expected = this.#state === 'negotiating' ? this.#nextCorrelationId : this.#inFlight[0]?.correlationId
    if (id === undefined || id !== expected) {
      const due = expected === undefined ? 'no response is due' : `the response to ${expected} is due`
      this.#fail('MALFORMED_RESPONSE', `${this.#name} sent a response to request ${id ?? '?'}, and ${due}`)
    } else if (this.#state === 'negotiating') {
      this.#nextCorrelationId++
      this.#negotiate(frame)
    } else {
      this.#complete(this.#inFlight[0]!, frame)
    }
  }

  #negotiate(frame: Uint8Array): void {
    const step = readNegotiation(frame, this.#askedVersion)
    if (step.kind === 'ask again') this.#askVersions(step.version)
    else if (step.kind === 'failed') this.#abandon(step.error)
    else {
      this.#versions = step.response
      this.#state = 'ready'
      this.#setupTimer.cancel()
      this.#handler.ready(this)
    }
  }

  #complete(call: ClientCall, frame: Uint8Array): void {
    this.#inFlight.shift()
    const problem = call.succeed(frame)
    if (problem === undefined) {
      call.timer?.cancel()
      this.#sendQueued()
      return
    }
    this.#inFlight.unshift(call)
    this.#fail('MALFORMED_RESPONSE', `a response of ${this.#name} cannot be read: ${problem.message}`, problem)
  }

  #sendQueued(): void {
    while (this.#state === 'ready' && !this.#isBlocked && this.#inFlight.length < this.#options.requestsInFlightMax) {
      const call = this.#queued.shift()
      if (call === undefined) return
      if (call.expectsResponse) this.#inFlight.push(call)
      else {
        call.timer?.cancel()
        this.#deferred.defer(() => call.succeed(undefined))
      }
      this.#send(call.parts)
    }
  }

  #send(parts: readonly Uint8Array[]): void {
    if (!this.#connection.send(parts)) this.#isBlocked = true
  }

  /** Why no request is taken now. */
  #refusal(): WireError | undefined {
    if (this.#state !== 'ready') {
      return unsent('CLOSED', `there is no connection to ${this.#name}`)
    }
    if (this.#queued.length < this.#options.requestsQueuedMax) return undefined
    return unsent(
      'TOO_MANY_IN_FLIGHT',
      `${this.pendingRequests} requests to ${this.#name} are pending; no more are taken`,
    )
  }

  #timeOut(call: ClientCall, timeoutMs: number): void {
    const message = `${this.#name} did not answer within ${timeoutMs} ms`
    const place = this.#queued.indexOf(call)
    if (place >= 0) {
      this.#queued.splice(place, 1)
      call.fail(unsent('TIMED_OUT', message))
      return
    }
    const inFlight = this.#inFlight.indexOf(call)
    assert(inFlight >= 0, 'a call whose timer fires is pending')
    this.#inFlight.splice(inFlight, 1)
    this.#fail('CLOSED', `the connection was given up: ${message}`)
    call.fail(new WireError('TIMED_OUT', message, { sent: true }))
  }

  #lost(error: NetworkError | undefined): WireError {
    const isEstablished = this.#state !== 'connecting'
    const code = isEstablished ? 'CLOSED' : error?.code === 'TIMED_OUT' ? 'TIMED_OUT' : 'REFUSED'
    const message = `the connection to ${this.#name} ${isEstablished ? 'was lost' : 'could not be made'}`
    return unsent(code, `${message}: ${error?.message ?? 'the broker closed it'}`, error)
  }

  #fail(code: WireErrorCode, message: string, cause?: unknown): void {
    if (this.#state !== 'closed') this.#abandon(this.#reason ?? unsent(code, message, cause))
  }

  /** Lets go of the connection; calls are completed when the network says that it is closed. */
  #abandon(reason: WireError, how: 'reset' | 'end' = 'reset'): void {
    if (this.#state === 'closed') return
    this.#state = 'closing'
    this.#reason ??= reason
    this.#setupTimer.cancel()
    this.#receiver.stop()
    if (how === 'end') this.#connection.end()
    else this.#connection.reset()
  }
}
