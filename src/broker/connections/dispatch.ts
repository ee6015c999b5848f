/**
 * Takes one request from its frame to its handler, and the answer back to the wire.
 *
 * An API or version that is not served ends the connection, as in Kafka: clients rely on ApiVersions. ApiVersions itself
 * is answered in any version. A body that does not parse ends the connection, with a log line that names the place.
 */

import { type Api, apis } from '../../protocol/apis.ts'
import { decodeRequestBody, encodeResponse } from '../../protocol/headers.ts'
import { ProtocolError } from '../../protocol/protocol-error.ts'
import type { Decoded, Message } from '../../protocol/schema.ts'
import type { ServerConnection, ServerRequest } from '../../wire/server-connection.ts'
import { unsupportedApiVersions } from '../handlers/18-api-versions.ts'
import { forward } from '../handlers/forwarding.ts'
import type { RequestContext, Services } from '../handlers/services.ts'
import { handlersOf, isForwarded, type ListenerKind } from '../handlers/table.ts'

/** Names of the listeners, as Kafka's settings have them. */
const LISTENERS: Readonly<Record<ListenerKind, string>> = { broker: 'PLAINTEXT', controller: 'CONTROLLER' }
const ANONYMOUS = 'User:ANONYMOUS'

/** Starts a request. The answer, or the end of the connection, follows now or later. */
export function dispatch(
  services: Services,
  listener: ListenerKind,
  request: ServerRequest,
  connection: ServerConnection,
): void {
  const { apiKey, apiVersion, correlationId, clientId } = request.header
  const handler = handlersOf(listener).get(apiKey)
  const refuse = (why: string): void => {
    services.observer.warn(`connection of ${clientId ?? 'a client'} closed: ${why}`)
    connection.close()
  }
  if (handler === undefined) return refuse(`API key ${apiKey} is not served`)
  const { api } = handler
  if (apiVersion < api.versions.min || apiVersion > api.versions.max) {
    if (api.key !== apis.apiVersions.key) return refuse(`version ${apiVersion} of ${api.name} is not served`)
    return request.reply(encodeResponse(apis.apiVersions, 0, correlationId, unsupportedApiVersions()))
  }
  const body = decodeBody(api, request)
  if (body instanceof ProtocolError) return refuse(`a ${api.name} request does not parse: ${body.message}`)
  const { remote } = connection
  const context: RequestContext = { apiVersion, clientId, principal: ANONYMOUS, listener: LISTENERS[listener], remote }
  const { observer } = services
  if (observer.watching) observer.tell({ type: 'RequestStarted', api: apiKey, clientId })
  const tellAnswered = (): void => {
    if (observer.watching) observer.tell({ type: 'RequestAnswered', api: apiKey, clientId })
  }
  if (listener === 'broker' && isForwarded(handler) && !services.controller.isActive) {
    return forward(services, context, request.bytes.subarray(0, request.bodyEnd), (frame) => {
      tellAnswered()
      if (frame === undefined) refuse(`no controller has answered a ${api.name} request`)
      else request.reply(frame)
    })
  }
  handler.handle(services, context, body, (response) => {
    tellAnswered()
    if (response === 'close') refuse(`a ${api.name} request that asked for no answer failed`)
    else if (response === 'none') request.reply('none')
    else request.reply(encodeResponse(api, apiVersion, correlationId, response))
  })
}

function decodeBody(api: Api, { header, bytes, bodyStart, bodyEnd }: ServerRequest): Decoded<Message> | ProtocolError {
  try {
    return decodeRequestBody(api, header.apiVersion, bytes, bodyStart, bodyEnd)
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
}
