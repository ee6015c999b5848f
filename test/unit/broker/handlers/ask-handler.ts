/** A request through the codecs and its handler, and the answer back through the codecs. */

import type { RequestContext, Services } from '../../../../src/broker/handlers/services.ts'
import { handlersOf, type ListenerKind } from '../../../../src/broker/handlers/table.ts'
import type { Api } from '../../../../src/protocol/apis.ts'
import { decodeMessage, encodeMessage } from '../../../../src/protocol/codec.ts'
import type { Decoded, Encodable, Message } from '../../../../src/protocol/schema.ts'

/** Where the request goes: what it needs of a broker, and how time is let run until it is answered. */
export interface Asked {
  readonly services: Partial<Services>
  readonly listener: ListenerKind
  readonly run: (start: (done: (answer: unknown) => void) => void) => Promise<unknown>
}

export async function askHandler<Request extends Message, Response extends Message>(
  { services, listener, run }: Asked,
  api: Api<Request, Response>,
  apiVersion: number,
  request: Encodable<Request>,
): Promise<Decoded<Response>> {
  const decoded = decodeMessage(api.request, apiVersion, encodeMessage(api.request, apiVersion, request))
  const context = { apiVersion } as RequestContext
  const handler = handlersOf(listener).get(api.key)!
  const answer = await run((done) => handler.handle(services as Services, context, decoded as never, done))
  return decodeMessage(api.response, apiVersion, encodeMessage(api.response, apiVersion, answer as Encodable<Response>))
}
