/**
 * Listens on the wire: every request a client sends to a broker and every response the broker sends, decoded.
 *
 * It stands outside both ends: what it tells is what was really said, whatever either end believes. It also is the judge
 * of the protocol itself (S24): frames parse at their version, responses answer the requests of their connection in
 * order, and acks=0 has no response. Costs one decoding more per message; keeps only requests that wait for an answer.
 * Nobody tells it that a connection is over: what is left half said on one that broke stays until the run ends.
 */

import { type Api, apiByKey, apis } from '../../protocol/apis.ts'
import { decodeMessage } from '../../protocol/codec.ts'
import { errorCode } from '../../protocol/errors.ts'
import { correlationIdOf, decodeRequestHeader, decodeResponse } from '../../protocol/headers.ts'
import type { ProduceRequest } from '../../protocol/messages/00-produce.ts'
import type { ApiVersionsResponse } from '../../protocol/messages/18-api-versions.ts'
import { ProtocolError } from '../../protocol/protocol-error.ts'
import type { Flow } from '../devices/sim-network/network-judge.ts'

/** A request as its client sent it. */
export interface SeenRequest {
  readonly connection: number
  /** The node that sent it. */
  readonly client: number
  /** The node that it was sent to. */
  readonly server: number
  readonly api: Api
  readonly version: number
  readonly correlationId: number
  readonly body: unknown
  readonly atUs: number
}

/** A response as the broker sent it. */
export interface SeenResponse {
  readonly request: SeenRequest
  readonly body: unknown
}

export interface WireListener {
  onRequest(request: SeenRequest): void
  onResponse(response: SeenResponse): void
  /** What breaks the protocol; the sentence says how. */
  onBreach(message: string): void
}

/** No frame is longer: `socket.request.max.bytes` of Kafka, far more than any plan needs. */
const FRAME_BYTES_MAX = 104_857_600
/** Conversations that are kept before those at rest are looked for. */
const CONVERSATIONS_MAX = 256

const NO_BYTES = new Uint8Array(0)

/** The bytes of one direction that are not a whole frame yet. */
class Frames {
  #rest: Uint8Array = NO_BYTES
  readonly #onTooLong: (bytes: number) => void
  #isLost = false

  constructor(onTooLong: (bytes: number) => void) {
    this.#onTooLong = onTooLong
  }

  /** Nothing is half said. */
  get isAtRest(): boolean {
    return this.#rest.length === 0 && !this.#isLost
  }

  /** Hears the frames (without their lengths) that the parts complete: views, good until the parts are changed. */
  take(parts: readonly Uint8Array[], hear: (frame: Uint8Array) => void): void {
    if (this.#isLost) return
    const [first] = parts
    const bytes =
      this.#rest.length === 0 && parts.length === 1 && first !== undefined ? first : joined(this.#rest, parts)
    let at = 0
    while (at + 4 <= bytes.length) {
      const length = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
      if (length > FRAME_BYTES_MAX) {
        // Where the next frame begins nobody knows.
        this.#isLost = true
        this.#onTooLong(length)
      }
      if (at + 4 + length > bytes.length) break
      hear(bytes.subarray(at + 4, at + 4 + length))
      at += 4 + length
    }
    this.#rest = at === bytes.length || this.#isLost ? NO_BYTES : bytes.slice(at)
  }
}

interface Conversation {
  readonly requests: Frames
  readonly responses: Frames
  /** Requests that wait for a response, oldest first. */
  readonly waiting: SeenRequest[]
}

export class WireTap {
  readonly #listener: WireListener
  readonly #nowUs: () => number
  readonly #conversations = new Map<number, Conversation>()
  #conversationsMax = CONVERSATIONS_MAX

  constructor(listener: WireListener, nowUs: () => number) {
    this.#listener = listener
    this.#nowUs = nowUs
  }

  /** What one side hands to the network in one `send`. */
  onSend(flow: Flow, parts: readonly Uint8Array[]): void {
    const conversation = this.#conversation(flow.connection)
    // A request is kept until it is answered, so of its bytes a copy.
    if (flow.byOpener) conversation.requests.take(parts, (frame) => this.#request(flow, conversation, frame.slice()))
    else conversation.responses.take(parts, (frame) => this.#response(conversation, frame))
  }

  #conversation(connection: number): Conversation {
    let conversation = this.#conversations.get(connection)
    if (conversation === undefined) {
      conversation = { requests: this.#frames('a request'), responses: this.#frames('a response'), waiting: [] }
      if (this.#conversations.size >= this.#conversationsMax) this.#forgetThoseAtRest()
      this.#conversations.set(connection, conversation)
    }
    return conversation
  }

  #frames(what: string): Frames {
    return new Frames((bytes) => this.#listener.onBreach(`${what} claims to have ${bytes} bytes`))
  }

  /** A conversation at rest goes on as a new one would. Those that broke in the middle are few. */
  #forgetThoseAtRest(): void {
    for (const [connection, { requests, responses, waiting }] of this.#conversations) {
      if (waiting.length === 0 && requests.isAtRest && responses.isAtRest) this.#conversations.delete(connection)
    }
    this.#conversationsMax = Math.max(CONVERSATIONS_MAX, 2 * this.#conversations.size)
  }

  #request(flow: Flow, conversation: Conversation, frame: Uint8Array): void {
    try {
      const header = decodeRequestHeader(frame)
      const api = apiByKey(header.apiKey)
      if (api === undefined) return this.#listener.onBreach(`a request of the unknown API key ${header.apiKey}`)
      const body = decodeMessage(api.request, header.apiVersion, frame, header.bodyStart)
      const request: SeenRequest = {
        connection: flow.connection,
        client: flow.from,
        server: flow.to,
        api,
        version: header.apiVersion,
        correlationId: header.correlationId,
        body,
        atUs: this.#nowUs(),
      }
      const isSilent = api.key === apis.produce.key && (body as ProduceRequest).acks === 0
      if (!isSilent) conversation.waiting.push(request)
      this.#listener.onRequest(request)
    } catch (error) {
      this.#breach('a request', error)
    }
  }

  #response(conversation: Conversation, frame: Uint8Array): void {
    try {
      const request = conversation.waiting.shift()
      const correlationId = correlationIdOf(frame)
      if (request === undefined) {
        return this.#listener.onBreach(`response ${correlationId} answers no request that waits for an answer`)
      }
      if (request.correlationId !== correlationId) {
        const { name } = request.api
        return this.#listener.onBreach(
          `response ${correlationId} came where ${name} ${request.correlationId} waits for its answer`,
        )
      }
      this.#listener.onResponse({ request, body: this.#body(request, frame) })
    } catch (error) {
      this.#breach('a response', error)
    }
  }

  #body({ api, version }: SeenRequest, frame: Uint8Array): unknown {
    if (api.key !== apis.apiVersions.key) return decodeResponse(api, version, frame).body
    // A version that the broker does not know is answered in version 0.
    const isFallback = frame[4]! * 256 + frame[5]! === errorCode.UNSUPPORTED_VERSION
    return decodeResponse(apis.apiVersions, isFallback ? 0 : version, frame).body satisfies ApiVersionsResponse
  }

  #breach(what: string, error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error
    this.#listener.onBreach(`${what} does not parse: ${error.message}`)
  }
}

function joined(rest: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  let length = rest.length
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  whole.set(rest)
  let at = rest.length
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
