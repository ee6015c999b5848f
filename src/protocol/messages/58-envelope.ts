/**
 * Envelope (key 58): a broker hands a client's request on to the active controller, with the client's name and address.
 *
 * Version 0; flexible. Only controllers answer it.
 * - 0: the request (KIP-590).
 */

import { bool, bytes, type Decoded, type Encodable, int16, message, string } from '../schema.ts'

/**
 * The request's schema. `requestData` is header and body as the client sent them; `requestPrincipal` a
 * `defaultPrincipalData` behind its version, an int16; `clientHostAddress` an IP address of 4 or 16 bytes.
 */
export const envelopeRequest = message(
  { name: 'EnvelopeRequest', apiKey: 58, versions: '0', flexible: '0+' },
  {
    requestData: bytes({ versions: '0+' }),
    requestPrincipal: bytes({ versions: '0+', nullable: '0+' }),
    clientHostAddress: bytes({ versions: '0+' }),
  },
)

/** The response's schema. `errorCode` is the envelope's own; `responseData` the answer to the client, with header. */
export const envelopeResponse = message(
  { name: 'EnvelopeResponse', apiKey: 58, versions: '0', flexible: '0+' },
  {
    responseData: bytes({ versions: '0+', nullable: '0+', default: null }),
    errorCode: int16({ versions: '0+' }),
  },
)

/** Who sent the request, as Kafka's own principal builder writes it. `type` is `User`. */
export const defaultPrincipalData = message(
  { name: 'DefaultPrincipalData', versions: '0', flexible: '0+' },
  {
    type: string({ versions: '0+' }),
    name: string({ versions: '0+' }),
    tokenAuthenticated: bool({ versions: '0+' }),
  },
)

/** An Envelope request as decoded. */
export type EnvelopeRequest = Decoded<typeof envelopeRequest>
/** An Envelope response as decoded. */
export type EnvelopeResponse = Decoded<typeof envelopeResponse>
/** An Envelope request to encode. */
export type EnvelopeRequestInput = Encodable<typeof envelopeRequest>
/** An Envelope response to encode. */
export type EnvelopeResponseInput = Encodable<typeof envelopeResponse>
