/**
 * DeleteTopics (key 20): topics to delete, by name or id.
 *
 * Versions 1 to 6; flexible from 4. A broker passes it on; only the active controller decides.
 * - 1: throttle time (KIP-124).
 * - 2: throttled responses are sent before the throttling (KIP-219).
 * - 3: TOPIC_DELETION_DISABLED may come back (KIP-322).
 * - 4: flexible (KIP-482).
 * - 5: error messages; THROTTLING_QUOTA_EXCEEDED may come back (KIP-599).
 * - 6: topics by name or by id (KIP-516).
 */

import { array, type Decoded, type Encodable, int16, int32, message, string, uuid } from '../schema.ts'
import { ZERO_UUID } from '../uuid.ts'

/**
 * The request's schema. Versions to 5 name topics in `topicNames`; from 6 on each of `topics` has a name or an id, not
 * both.
 */
export const deleteTopicsRequest = message(
  { name: 'DeleteTopicsRequest', apiKey: 20, versions: '1-6', flexible: '4+' },
  {
    topics: array(
      {
        name: string({ versions: '6+', nullable: '6+', default: null }),
        topicId: uuid({ versions: '6+', default: ZERO_UUID }),
      },
      { versions: '6+', default: [] },
    ),
    topicNames: array('string', { versions: '0-5', ignorable: true }),
    timeoutMs: int32({ versions: '0+' }),
  },
)

/**
 * The response's schema. `name` is null for a topic asked for by an id that is unknown, or that the client may not see.
 */
export const deleteTopicsResponse = message(
  { name: 'DeleteTopicsResponse', apiKey: 20, versions: '1-6', flexible: '4+' },
  {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    responses: array(
      {
        name: string({ versions: '0+', nullable: '6+', mapKey: true }),
        topicId: uuid({ versions: '6+', ignorable: true }),
        errorCode: int16({ versions: '0+' }),
        errorMessage: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
      },
      { versions: '0+' },
    ),
  },
)

/** A DeleteTopics request as decoded. */
export type DeleteTopicsRequest = Decoded<typeof deleteTopicsRequest>
/** A DeleteTopics response as decoded. */
export type DeleteTopicsResponse = Decoded<typeof deleteTopicsResponse>
/** A DeleteTopics request to encode. */
export type DeleteTopicsRequestInput = Encodable<typeof deleteTopicsRequest>
/** A DeleteTopics response to encode. */
export type DeleteTopicsResponseInput = Encodable<typeof deleteTopicsResponse>
