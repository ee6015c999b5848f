/**
 * Envelope (key 58), version 0: a broker passes a client's request on to the active controller, with who sent it
 * (KIP-590). The request in it is carried out as if it had come to the controller's listener, and its whole response
 * goes back in the envelope. Left out: authentication of the broker that forwards.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { decodeRequestBody, decodeRequestHeader, encodeResponse } from '../../protocol/headers.ts'
import { ProtocolError } from '../../protocol/protocol-error.ts'
import { type HandlerTable, handler } from './services.ts'

/** The handler that passes on to what `table` gives. */
export function envelopeHandler(table: () => HandlerTable) {
  return handler(apis.envelope, (services, context, { requestData }, answer) => {
    if (!services.controller.isActive) return answer({ errorCode: errorCode.NOT_CONTROLLER })
    try {
      const header = decodeRequestHeader(requestData)
      const inner = table().get(header.apiKey)
      const { apiVersion } = header
      if (inner === undefined || inner.api.key === apis.envelope.key)
        return answer({ errorCode: errorCode.INVALID_REQUEST })
      const { api } = inner
      if (apiVersion < api.versions.min || apiVersion > api.versions.max) {
        return answer({ errorCode: errorCode.UNSUPPORTED_VERSION })
      }
      const body = decodeRequestBody(api, apiVersion, requestData, header.bodyStart)
      inner.handle(services, { ...context, apiVersion, clientId: header.clientId }, body, (response) => {
        if (response === 'none' || response === 'close') return answer({ errorCode: errorCode.INVALID_REQUEST })
        const frame = joined(encodeResponse(api, apiVersion, header.correlationId, response))
        answer({ errorCode: errorCode.NONE, responseData: frame.subarray(LENGTH_BYTES) })
      })
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      services.observer.warn(`a forwarded request does not parse: ${error.message}`)
      answer({ errorCode: errorCode.INVALID_REQUEST })
    }
  })
}

/** The length of a frame, which an envelope does without. */
const LENGTH_BYTES = 4

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
