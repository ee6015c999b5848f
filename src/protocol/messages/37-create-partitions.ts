/**
 * CreatePartitions (key 37): topics get more partitions.
 *
 * Versions 0 to 3; flexible from 2. A broker passes it on; only the active controller decides.
 * - 0: the partitions (KIP-195).
 * - 1: throttled responses are sent before the throttling (KIP-219).
 * - 2: flexible (KIP-482).
 * - 3: THROTTLING_QUOTA_EXCEEDED may come back (KIP-599).
 */

import { array, bool, type Decoded, type Encodable, int16, int32, message, string } from '../schema.ts'

/**
 * The request's schema. `count` is that of all partitions afterwards; `assignments`, where not null, the replicas of
 * each new one.
 */
export const createPartitionsRequest = message(
  { name: 'CreatePartitionsRequest', apiKey: 37, versions: '0-3', flexible: '2+' },
  {
    topics: array(
      {
        name: string({ versions: '0+', mapKey: true }),
        count: int32({ versions: '0+' }),
        assignments: array(
          {
            brokerIds: array('int32', { versions: '0+' }),
          },
          { versions: '0+', nullable: '0+' },
        ),
      },
      { versions: '0+' },
    ),
    timeoutMs: int32({ versions: '0+' }),
    validateOnly: bool({ versions: '0+' }),
  },
)

/** The response's schema. */
export const createPartitionsResponse = message(
  { name: 'CreatePartitionsResponse', apiKey: 37, versions: '0-3', flexible: '2+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    results: array(
      {
        name: string({ versions: '0+' }),
        errorCode: int16({ versions: '0+' }),
        errorMessage: string({ versions: '0+', nullable: '0+', default: null }),
      },
      { versions: '0+' },
    ),
  },
)

/** A CreatePartitions request as decoded. */
export type CreatePartitionsRequest = Decoded<typeof createPartitionsRequest>
/** A CreatePartitions response as decoded. */
export type CreatePartitionsResponse = Decoded<typeof createPartitionsResponse>
/** A CreatePartitions request to encode. */
export type CreatePartitionsRequestInput = Encodable<typeof createPartitionsRequest>
/** A CreatePartitions response to encode. */
export type CreatePartitionsResponseInput = Encodable<typeof createPartitionsResponse>
