/**
 * Takes one request from its frame to its handler, and the answer back to the wire.
 *
 * An API or version that is not served ends the connection, as in Kafka: clients rely on ApiVersions. ApiVersions itself
 * is answered in any version. A body that does not parse ends the connection, with a log line that names the place.
 * An interceptor (`handlers/interceptor.ts`), where the broker has one, is asked before the handler.
 */

import { type Api, apis } from '../../protocol/apis.ts'
import { decodeRequestBody, encodeResponse } from '../../protocol/headers.ts'
import { ProtocolError } from '../../protocol/protocol-error.ts'
import type { Decoded, Encodable, Message } from '../../protocol/schema.ts'
import type { ServerAnswer, ServerRequest } from '../../wire/exchange.ts'
import type { ServerConnection } from '../../wire/server-connection.ts'
import { unsupportedApiVersions } from '../handlers/18-api-versions.ts'
import { forward } from '../handlers/forwarding.ts'
import type { Handler, RequestContext, Services } from '../handlers/services.ts'
import { handlersOf, isForwarded, type ListenerKind } from '../handlers/table.ts'
import { topicsOfRequest } from '../handlers/topics-of-request.ts'
import type { Complaints } from '../observe/complaints.ts'

/** Names of the listeners, as Kafka's settings have them. */
const LISTENERS: Readonly<Record<ListenerKind, string>> = { broker: 'PLAINTEXT', controller: 'CONTROLLER' }
const ANONYMOUS = 'User:ANONYMOUS'

/** Where requests come from, and whom to tell of them; the same for all of a connection. */
export interface Origin {
  readonly listener: ListenerKind
  readonly connection: ServerConnection
  readonly complaints: Complaints
}

/** A request that parses, and who carries it out. */
interface Parsed {
  readonly origin: Origin
  readonly handler: Handler
  readonly context: RequestContext
  readonly request: ServerRequest
  readonly body: Decoded<Message>
}

/** How a request ends: with an answer, or with the connection, and why. */
type Ending = ServerAnswer | { readonly closeBecause: string }

/** Starts a request. The answer, or the end of the connection, follows now or later. */
export function dispatch(services: Services, origin: Origin, request: ServerRequest): void {
  const { apiKey, apiVersion, correlationId, clientId } = request.header
  const { listener, connection } = origin
  const handler = handlersOf(listener).get(apiKey)
  if (handler === undefined) return refuse(origin, request, `API key ${apiKey} is not served`)
  const { api } = handler
  if (apiVersion < api.versions.min || apiVersion > api.versions.max) {
    if (api.key !== apis.apiVersions.key) {
      return refuse(origin, request, `version ${apiVersion} of ${api.name} is not served`)
    }
    return request.reply(encodeResponse(apis.apiVersions, 0, correlationId, unsupportedApiVersions()))
  }
  const body = decodeBody(api, request)
  if (body instanceof ProtocolError) {
    return refuse(origin, request, `a ${api.name} request does not parse: ${body.message}`)
  }
  const context: RequestContext = {
    apiVersion,
    clientId,
    principal: ANONYMOUS,
    listener: LISTENERS[listener],
    remote: connection.remote,
    whenGone: (abandon) => request.whenAbandoned(abandon),
  }
  const { observer } = services
  if (observer.watching) observer.tell({ type: 'RequestStarted', api: apiKey, clientId })
  const parsed = { origin, handler, context, request, body }
  const end = (ending: Ending): void => endWith(services, parsed, ending)
  if (services.intercept === undefined || listener !== 'broker') carryOut(services, parsed, end)
  else intercept(services, parsed, end)
}

function endWith({ observer }: Services, { origin, request }: Parsed, ending: Ending): void {
  const { apiKey, clientId } = request.header
  if (observer.watching) observer.tell({ type: 'RequestAnswered', api: apiKey, clientId })
  if (typeof ending === 'object' && 'closeBecause' in ending) refuse(origin, request, ending.closeBecause)
  else request.reply(ending)
}

function refuse({ connection, complaints }: Origin, { header }: ServerRequest, why: string): void {
  complaints.warn(`connection of ${header.clientId ?? 'a client'} closed: ${why}`)
  connection.close()
}

/** Lets the request take its way, or another one. */
function intercept(services: Services, parsed: Parsed, end: (ending: Ending) => void): void {
  const { handler, context, request, body } = parsed
  const { api } = handler
  const topics = (): readonly string[] => topicsOfRequest(services, api.key, body)
  const interception = services.intercept?.({ api, context, body, topics })
  if (interception === undefined) return carryOut(services, parsed, end)
  const { carriedOut, answer, delayUs } = interception
  const withoutAnswer = { closeBecause: `a ${api.name} request was to be left without an answer` }
  const endLate = (own: Ending): void => {
    const ending =
      answer === undefined ? own : answer === 'close' ? withoutAnswer : endingOf(services, api, request, answer)
    if (delayUs === 0) end(ending)
    else services.world.clock.setTimer(delayUs, () => end(ending))
  }
  if (carriedOut) carryOut(services, parsed, endLate)
  else endLate(withoutAnswer)
}

function carryOut(services: Services, parsed: Parsed, end: (ending: Ending) => void): void {
  const { origin, handler, context, request, body } = parsed
  const { api } = handler
  if (origin.listener === 'broker' && isForwarded(handler) && !services.controller.isActive) {
    return forward(services, context, request.bytes.subarray(0, request.bodyEnd), (frame) =>
      end(frame ?? { closeBecause: `no controller has answered a ${api.name} request` }),
    )
  }
  handler.handle(services, context, body, (response) => end(endingOf(services, api, request, response)))
}

function endingOf(
  { observer }: Services,
  api: Api,
  request: ServerRequest,
  response: Encodable<Message> | 'none' | 'close',
): Ending {
  if (response === 'none') return 'none'
  if (response === 'close') return { closeBecause: `a ${api.name} request failed that cannot be told so` }
  const { apiVersion, correlationId } = request.header
  const frame = encodeAnswer(api, apiVersion, correlationId, response)
  if (!(frame instanceof ProtocolError)) return frame
  observer.error(`a bug: the answer to a ${api.name} request of version ${apiVersion}: ${frame.message}`)
  return { closeBecause: `the ${api.name} request cannot be answered` }
}

/** An answer that its version cannot carry is a bug of its handler; it costs the one who asked, not everybody else. */
function encodeAnswer(
  api: Api,
  apiVersion: number,
  correlationId: number,
  response: Encodable<Message>,
): Uint8Array[] | ProtocolError {
  try {
    return encodeResponse(api, apiVersion, correlationId, response)
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
}

function decodeBody(api: Api, { header, bytes, bodyStart, bodyEnd }: ServerRequest): Decoded<Message> | ProtocolError {
  try {
    return decodeRequestBody(api, header.apiVersion, bytes, bodyStart, bodyEnd)
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
}
