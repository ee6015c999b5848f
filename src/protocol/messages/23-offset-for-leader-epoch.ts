/**
 * OffsetForLeaderEpoch (key 23): where a leader epoch ends in the leader's log, so that a reader finds what was cut
 * off.
 *
 * Versions 2 to 4; flexible from 4.
 * - 2: the leader epoch that the reader believes in, so that old metadata is found out (KIP-320).
 * - 3: the replica's id (KIP-392).
 * - 4: flexible (KIP-482).
 */

import { array, type Decoded, type Encodable, int16, int32, int64, message, string } from '../schema.ts'

/** The request's schema. `replicaId` is -1 for a consumer, -2 for one that may see beyond the high watermark. */
export const offsetForLeaderEpochRequest = message(
  { name: 'OffsetForLeaderEpochRequest', apiKey: 23, versions: '2-4', flexible: '4+' },
  {
    replicaId: int32({ versions: '3+', default: -2, ignorable: true }),
    topics: array(
      {
        topic: string({ versions: '0+', mapKey: true }),
        partitions: array(
          {
            partition: int32({ versions: '0+' }),
            currentLeaderEpoch: int32({ versions: '2+', default: -1, ignorable: true }),
            leaderEpoch: int32({ versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/**
 * The response's schema. `leaderEpoch` is the largest one that is not above what was asked for, `endOffset` the end of
 * it; both are -1 where it is unknown.
 */
export const offsetForLeaderEpochResponse = message(
  { name: 'OffsetForLeaderEpochResponse', apiKey: 23, versions: '2-4', flexible: '4+' },
  {
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    topics: array(
      {
        topic: string({ versions: '0+', mapKey: true }),
        partitions: array(
          {
            errorCode: int16({ versions: '0+' }),
            partition: int32({ versions: '0+' }),
            leaderEpoch: int32({ versions: '1+', default: -1, ignorable: true }),
            endOffset: int64({ versions: '0+', default: -1 }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** An OffsetForLeaderEpoch request as decoded. */
export type OffsetForLeaderEpochRequest = Decoded<typeof offsetForLeaderEpochRequest>
/** An OffsetForLeaderEpoch response as decoded. */
export type OffsetForLeaderEpochResponse = Decoded<typeof offsetForLeaderEpochResponse>
/** An OffsetForLeaderEpoch request to encode. */
export type OffsetForLeaderEpochRequestInput = Encodable<typeof offsetForLeaderEpochRequest>
/** An OffsetForLeaderEpoch response to encode. */
export type OffsetForLeaderEpochResponseInput = Encodable<typeof offsetForLeaderEpochResponse>
