/**
 * InitProducerId (key 22): a producer id and epoch, for idempotence or a transactional id.
 *
 * Versions 0 to 5; flexible from 2. Left out: 6, two-phase commit (KIP-939), which Kafka 4.2 calls unstable.
 * - 0: the id and epoch (KIP-98).
 * - 1: throttled responses are sent before the throttling (KIP-219).
 * - 2: flexible (KIP-482).
 * - 3: the producer's present id and epoch, to go on after INVALID_PRODUCER_EPOCH (KIP-360).
 * - 4: PRODUCER_FENCED may come back (KIP-588).
 * - 5: TRANSACTION_ABORTABLE may come back (KIP-890).
 */

import { type Decoded, type Encodable, int16, int32, int64, message, string } from '../schema.ts'

/** The request's schema. `transactionalId` null asks for idempotence only. */
export const initProducerIdRequest = message(
  { name: 'InitProducerIdRequest', apiKey: 22, versions: '0-5', flexible: '2+' },
  {
    transactionalId: string({ versions: '0+', nullable: '0+' }),
    transactionTimeoutMs: int32({ versions: '0+' }),
    producerId: int64({ versions: '3+', default: -1 }),
    producerEpoch: int16({ versions: '3+', default: -1 }),
  },
)

/** The response's schema. */
export const initProducerIdResponse = message(
  { name: 'InitProducerIdResponse', apiKey: 22, versions: '0-5', flexible: '2+' },
  {
    throttleTimeMs: int32({ versions: '0+', ignorable: true }),
    errorCode: int16({ versions: '0+' }),
    producerId: int64({ versions: '0+', default: -1 }),
    producerEpoch: int16({ versions: '0+' }),
  },
)

/** An InitProducerId request as decoded. */
export type InitProducerIdRequest = Decoded<typeof initProducerIdRequest>
/** An InitProducerId response as decoded. */
export type InitProducerIdResponse = Decoded<typeof initProducerIdResponse>
/** An InitProducerId request to encode. */
export type InitProducerIdRequestInput = Encodable<typeof initProducerIdRequest>
/** An InitProducerId response to encode. */
export type InitProducerIdResponseInput = Encodable<typeof initProducerIdResponse>
