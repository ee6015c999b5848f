/**
 * A request that a node makes of itself: carried out by the handler of its controller listener, through the codecs, so
 * that it means here exactly what it would mean on the wire. The answer comes as an event of its own.
 */

import { decodeMessage, encodeMessage } from '../../protocol/codec.ts'
import type { Encodable } from '../../protocol/schema.ts'
import { assert } from '../../world/assert.ts'
import type { CallLocally } from '../membership/controller-channel.ts'
import type { HandlerTable, Services } from './services.ts'

/** The client id of what a node asks itself. */
const SELF = 'self'

export function localCalls(services: () => Services, table: HandlerTable): CallLocally {
  return (api, body, done) => {
    const handler = table.get(api.key)
    assert(handler !== undefined, 'a controller serves what its own broker asks for')
    const { world, address } = services()
    const version = api.versions.max
    const request = decodeMessage(api.request, version, encodeMessage(api.request, version, body))
    const context = {
      apiVersion: version,
      clientId: SELF,
      principal: 'User:ANONYMOUS',
      listener: 'CONTROLLER',
      remote: address,
    }
    handler.handle(services(), context, request, (response) => {
      assert(typeof response === 'object', 'what a broker asks of a controller has an answer')
      const bytes = encodeMessage(api.response, version, response as Encodable<typeof api.response>)
      world.clock.setTimer(0, () => done(decodeMessage(api.response, version, bytes)))
    })
  }
}
