/**
 * CreateTopics (key 19): create topics with a number of partitions or an assignment of replicas, and configurations.
 *
 * Versions 2 to 7; flexible from 5.
 * - 2: validate only, error messages, throttle time (KIP-4, KIP-124).
 * - 3: throttled responses are sent before the throttling (KIP-219).
 * - 4: partitions and replication factor may be left to the broker, as -1 (KIP-464).
 * - 5: flexible (KIP-482); the response tells partitions, replication factor and configurations (KIP-525).
 * - 6: THROTTLING_QUOTA_EXCEEDED may come back (KIP-599).
 * - 7: the topic's id in the response (KIP-516).
 */

import { array, bool, type Decoded, type Encodable, int8, int16, int32, message, string, uuid } from '../schema.ts'

/** The request's schema. */
export const createTopicsRequest = message(
  { name: 'CreateTopicsRequest', apiKey: 19, versions: '2-7', flexible: '5+' },
  {
    topics: array(
      {
        name: string({ versions: '0+', mapKey: true }),
        numPartitions: int32({ versions: '0+' }),
        replicationFactor: int16({ versions: '0+' }),
        assignments: array(
          {
            partitionIndex: int32({ versions: '0+', mapKey: true }),
            brokerIds: array('int32', { versions: '0+' }),
          },
          { versions: '0+', default: [] },
        ),
        configs: array(
          {
            name: string({ versions: '0+', mapKey: true }),
            value: string({ versions: '0+', nullable: '0+' }),
          },
          { versions: '0+', default: [] },
        ),
      },
      { versions: '0+' },
    ),
    timeoutMs: int32({ versions: '0+', default: 60_000 }),
    validateOnly: bool({ versions: '1+', default: false }),
  },
)

/** The response's schema. `topicConfigErrorCode` says why `configs` are missing, where the client may not see them. */
export const createTopicsResponse = message(
  { name: 'CreateTopicsResponse', apiKey: 19, versions: '2-7', flexible: '5+' },
  {
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    topics: array(
      {
        name: string({ versions: '0+', mapKey: true }),
        topicId: uuid({ versions: '7+', ignorable: true }),
        errorCode: int16({ versions: '0+' }),
        errorMessage: string({ versions: '1+', nullable: '0+', ignorable: true }),
        topicConfigErrorCode: int16({ versions: '5+', tagged: '5+', tag: 0, ignorable: true }),
        numPartitions: int32({ versions: '5+', default: -1, ignorable: true }),
        replicationFactor: int16({ versions: '5+', default: -1, ignorable: true }),
        configs: array(
          {
            name: string({ versions: '5+' }),
            value: string({ versions: '5+', nullable: '5+' }),
            readOnly: bool({ versions: '5+' }),
            configSource: int8({ versions: '5+', default: -1, ignorable: true }),
            isSensitive: bool({ versions: '5+' }),
          },
          { versions: '5+', nullable: '5+', ignorable: true },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** A CreateTopics request as decoded. */
export type CreateTopicsRequest = Decoded<typeof createTopicsRequest>
/** A CreateTopics response as decoded. */
export type CreateTopicsResponse = Decoded<typeof createTopicsResponse>
/** A CreateTopics request to encode. */
export type CreateTopicsRequestInput = Encodable<typeof createTopicsRequest>
/** A CreateTopics response to encode. */
export type CreateTopicsResponseInput = Encodable<typeof createTopicsResponse>
