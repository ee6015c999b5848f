/**
 * ListOffsets (key 2): the offset of a partition that goes with a timestamp, or with one of the special negative ones.
 *
 * Versions 1 to 11; flexible from 6.
 * - 1: one offset per partition, with its timestamp (KIP-79).
 * - 2: isolation level (KIP-98).
 * - 3: throttled responses are sent before the throttling (KIP-219).
 * - 4: leader epochs in request and response (KIP-320).
 * - 5: OFFSET_NOT_AVAILABLE may come back (KIP-207).
 * - 6: flexible (KIP-482).
 * - 7: timestamp -3, the record with the largest timestamp (KIP-734).
 * - 8: timestamp -4, the earliest local offset (KIP-405).
 * - 9: timestamp -5, the last tiered offset (KIP-1005).
 * - 10: timeout for looking into remote storage (KIP-1075).
 * - 11: timestamp -6, the earliest offset not yet uploaded (KIP-1023).
 */

import { array, type Decoded, type Encodable, int8, int16, int32, int64, message, string } from '../schema.ts'

/** The request's schema. `timestamp` -1 asks for the end of the log, -2 for its start. */
export const listOffsetsRequest = message(
  { name: 'ListOffsetsRequest', apiKey: 2, versions: '1-11', flexible: '6+' },
  {
    replicaId: int32({ versions: '0+' }),
    isolationLevel: int8({ versions: '2+', default: 0 }),
    topics: array(
      {
        name: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            currentLeaderEpoch: int32({ versions: '4+', default: -1, ignorable: true }),
            timestamp: int64({ versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
    timeoutMs: int32({ versions: '10+', ignorable: true }),
  },
)

/** The response's schema. */
export const listOffsetsResponse = message(
  { name: 'ListOffsetsResponse', apiKey: 2, versions: '1-11', flexible: '6+' },
  {
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    topics: array(
      {
        name: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            errorCode: int16({ versions: '0+' }),
            timestamp: int64({ versions: '1+', default: -1 }),
            offset: int64({ versions: '1+', default: -1 }),
            leaderEpoch: int32({ versions: '4+', default: -1 }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** A ListOffsets request as decoded. */
export type ListOffsetsRequest = Decoded<typeof listOffsetsRequest>
/** A ListOffsets response as decoded. */
export type ListOffsetsResponse = Decoded<typeof listOffsetsResponse>
/** A ListOffsets request to encode. */
export type ListOffsetsRequestInput = Encodable<typeof listOffsetsRequest>
/** A ListOffsets response to encode. */
export type ListOffsetsResponseInput = Encodable<typeof listOffsetsResponse>
