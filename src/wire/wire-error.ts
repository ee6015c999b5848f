/**
 * How a connection, or a request on it, fails.
 *
 * What matters to a caller is `sent`: a request that was never handed to the network has certainly had no effect; of any
 * other nobody on this side can tell whether the broker acted on it.
 */

/**
 * - `REFUSED`: no connection came about, or the broker would not agree on versions.
 * - `TIMED_OUT`: no connection, or no response, in time.
 * - `CLOSED`: the connection is over, or was not ready yet.
 * - `MALFORMED_REQUEST`: a client sent a frame whose length cannot be, or is not allowed.
 * - `MALFORMED_RESPONSE`: a broker sent what is no response, or not the one that is due.
 * - `UNSUPPORTED_VERSION`: the request cannot be written at this version; nothing else is affected.
 * - `TOO_MANY_IN_FLIGHT`: as many requests as may wait are waiting; nothing else is affected.
 */
export type WireErrorCode =
  | 'REFUSED'
  | 'TIMED_OUT'
  | 'CLOSED'
  | 'MALFORMED_REQUEST'
  | 'MALFORMED_RESPONSE'
  | 'UNSUPPORTED_VERSION'
  | 'TOO_MANY_IN_FLIGHT'

/** See the head of this file. The message is for people, `code` and `sent` are for decisions. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code: WireErrorCode
  /** False: no byte of the request was handed to the network. Of a connection as a whole it says nothing, and is false. */
  readonly sent: boolean

  constructor(code: WireErrorCode, message: string, options: { readonly sent: boolean; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.sent = options.sent
  }

  /** The same failure, as that of one request. */
  ofRequest(sent: boolean): WireError {
    return new WireError(this.code, this.message, { sent, cause: this.cause })
  }
}

/** The failure of a request that was not handed to the network, or of a connection as a whole. */
export function unsent(code: WireErrorCode, message: string, cause?: unknown): WireError {
  return new WireError(code, message, { sent: false, cause })
}
