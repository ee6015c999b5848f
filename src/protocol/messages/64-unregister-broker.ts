/**
 * UnregisterBroker (key 64): a broker that is gone for good is forgotten.
 *
 * Version 0; flexible. A broker passes it on; only the active controller decides.
 * - 0: the broker (KIP-631).
 */

import { type Decoded, type Encodable, int16, int32, message, string } from '../schema.ts'

/** The request's schema. */
export const unregisterBrokerRequest = message(
  { name: 'UnregisterBrokerRequest', apiKey: 64, versions: '0', flexible: '0+' },
  {
    brokerId: int32({ versions: '0+' }),
  },
)

/** The response's schema. */
export const unregisterBrokerResponse = message(
  { name: 'UnregisterBrokerResponse', apiKey: 64, versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '0+' }),
    errorMessage: string({ versions: '0+', nullable: '0+' }),
  },
)

/** An UnregisterBroker request as decoded. */
export type UnregisterBrokerRequest = Decoded<typeof unregisterBrokerRequest>
/** An UnregisterBroker response as decoded. */
export type UnregisterBrokerResponse = Decoded<typeof unregisterBrokerResponse>
/** An UnregisterBroker request to encode. */
export type UnregisterBrokerRequestInput = Encodable<typeof unregisterBrokerRequest>
/** An UnregisterBroker response to encode. */
export type UnregisterBrokerResponseInput = Encodable<typeof unregisterBrokerResponse>
