/**
 * One request of a client, from the call to its completion.
 *
 * A call is encoded when it is made, so that a body that cannot be carried fails before anything is sent. It is completed
 * once: by its response, by nothing where none is expected, or by an error.
 */

import type { Api } from '../protocol/apis.ts'
import { decodeResponse, encodeRequestParts } from '../protocol/headers.ts'
import { ProtocolError } from '../protocol/protocol-error.ts'
import type { Decoded, Encodable, Message } from '../protocol/schema.ts'
import type { Clock, Timer } from '../world/clock.ts'
import { unsent, type WireError } from './wire-error.ts'

/** How a request ends: with an error, with a response, or with neither where none was expected. */
export type RequestDone<Response extends Message> = (
  error: WireError | undefined,
  response: Decoded<Response> | undefined,
) => void

/** How a request is sent. */
export interface RequestOptions {
  /** From the call to the response at the latest, in ms. */
  readonly timeoutMs: number
  /** False for a Produce with acks=0, which is done once it is handed to the network. Default true. */
  readonly expectsResponse?: boolean
}

/** A request that was made and not completed. */
export interface ClientCall {
  readonly correlationId: number
  /** The request's frame. */
  readonly parts: readonly Uint8Array[]
  readonly expectsResponse: boolean
  /** Runs from when the call is taken on to its completion. */
  timer: Timer | undefined
  readonly fail: (error: WireError) => void
  /** Completes the call, without a frame where none was expected; or says why the frame is no response to it. */
  readonly succeed: (frame: Uint8Array | undefined) => ProtocolError | undefined
}

/** What a caller asks for. */
export interface CallInput<Request extends Message, Response extends Message> {
  readonly api: Api<Request, Response>
  readonly version: number
  readonly body: Encodable<Request>
  readonly done: RequestDone<Response>
  readonly expectsResponse: boolean
}

/** The call, its frame encoded; or UNSUPPORTED_VERSION where the version cannot carry the body. */
export function encodeCall<Request extends Message, Response extends Message>(
  { api, version, body, done, expectsResponse }: CallInput<Request, Response>,
  correlationId: number,
  clientId: string,
): ClientCall | WireError {
  try {
    return {
      correlationId,
      parts: encodeRequestParts(api, version, correlationId, clientId, body),
      expectsResponse,
      timer: undefined,
      fail: (error) => done(error, undefined),
      succeed: (frame) => {
        const response = frame && readResponse(api, version, frame)
        if (response instanceof ProtocolError) return response
        done(undefined, response)
        return undefined
      },
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const message = `${api.name} cannot be sent at version ${version}: ${error.message}`
    return unsent('UNSUPPORTED_VERSION', message, error)
  }
}

/** Completes the call with an error. */
export function failCall(call: ClientCall, error: WireError): void {
  call.timer?.cancel()
  call.fail(error)
}

function readResponse<Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  version: number,
  frame: Uint8Array,
): Decoded<Response> | ProtocolError {
  try {
    return decodeResponse(api, version, frame).body
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
}

/** Completions that are known inside the call that asked for them: run in order, in an event of their own. */
export class DeferredCompletions {
  readonly #clock: Clock
  #waiting: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Runs `complete` soon, after what was deferred before it. */
  defer(complete: () => void): void {
    this.#waiting.push(complete)
    if (this.#waiting.length > 1) return
    this.#clock.setTimer(0, () => {
      const due = this.#waiting
      this.#waiting = []
      for (const each of due) each()
    })
  }
}
