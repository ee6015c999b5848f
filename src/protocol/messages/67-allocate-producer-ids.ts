/**
 * AllocateProducerIds (key 67): a broker asks the active controller for a block of producer ids.
 *
 * Version 0; flexible. Only controllers answer it.
 * - 0: the block (KIP-730).
 */

import { type Decoded, type Encodable, int16, int32, int64, message } from '../schema.ts'

/** The request's schema. */
export const allocateProducerIdsRequest = message(
  { name: 'AllocateProducerIdsRequest', apiKey: 67, versions: '0', flexible: '0+' },
  {
    brokerId: int32({ versions: '0+' }),
    brokerEpoch: int64({ versions: '0+', default: -1 }),
  },
)

/** The response's schema. The block is the ids `[producerIdStart, producerIdStart + producerIdLen)`. */
export const allocateProducerIdsResponse = message(
  { name: 'AllocateProducerIdsResponse', apiKey: 67, versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '0+' }),
    producerIdStart: int64({ versions: '0+' }),
    producerIdLen: int32({ versions: '0+' }),
  },
)

/** An AllocateProducerIds request as decoded. */
export type AllocateProducerIdsRequest = Decoded<typeof allocateProducerIdsRequest>
/** An AllocateProducerIds response as decoded. */
export type AllocateProducerIdsResponse = Decoded<typeof allocateProducerIdsResponse>
/** An AllocateProducerIds request to encode. */
export type AllocateProducerIdsRequestInput = Encodable<typeof allocateProducerIdsRequest>
/** An AllocateProducerIds response to encode. */
export type AllocateProducerIdsResponseInput = Encodable<typeof allocateProducerIdsResponse>
