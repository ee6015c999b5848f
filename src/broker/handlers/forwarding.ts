/**
 * Requests of clients that only the active controller can carry out, passed on from the broker that got them (KIP-590).
 */

import { type Api, apis } from '../../protocol/apis.ts'
import { encodeMessage } from '../../protocol/codec.ts'
import { errorCode } from '../../protocol/errors.ts'
import { decodeResponse, encodeRequest } from '../../protocol/headers.ts'
import { defaultPrincipalData } from '../../protocol/messages/58-envelope.ts'
import type { Decoded, Encodable, Message } from '../../protocol/schema.ts'
import { Writer } from '../../protocol/writer.ts'
import type { RequestContext, Services } from './services.ts'

/** The length of a frame. */
const LENGTH_BYTES = 4
/** How long a broker tries, in ms; Kafka's `request.timeout.ms`. */
const FORWARD_MS = 30_000

/**
 * Passes a request on as it came, header and body; `done` gets the response's frame in parts, or nothing where no
 * controller has answered in time, and whoever asked must try again.
 */
export function forward(
  { channel }: Services,
  { principal }: RequestContext,
  requestData: Uint8Array,
  done: (frame: readonly Uint8Array[] | undefined) => void,
): void {
  const [type, name] = principal.split(':')
  const body = {
    requestData,
    requestPrincipal: versioned(
      encodeMessage(defaultPrincipalData, 0, { type: type!, name: name!, tokenAuthenticated: false }),
    ),
    clientHostAddress: Uint8Array.of(127, 0, 0, 1),
  }
  channel.request(apis.envelope, body, FORWARD_MS, (response) => {
    if (response === undefined || response.errorCode !== errorCode.NONE || response.responseData === null) {
      return done(undefined)
    }
    const writer = new Writer({ splits: false })
    writer.int32(response.responseData.length)
    done([writer.whole(), response.responseData])
  })
}

/** As `forward`, for a body that is not as it came: `done` gets the response, or nothing. */
export function forwardBody<Request extends Message, Response extends Message>(
  services: Services,
  context: RequestContext,
  api: Api<Request, Response>,
  body: Encodable<Request>,
  done: (response: Decoded<Response> | undefined) => void,
): void {
  const frame = encodeRequest(api, context.apiVersion, 0, context.clientId, body)
  forward(services, context, frame.subarray(LENGTH_BYTES), (answered) => {
    const data = answered?.at(-1)
    done(data === undefined ? undefined : decodeResponse(api, context.apiVersion, data).body)
  })
}

function versioned(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 + body.length)
  bytes.set(body, 2)
  return bytes
}
