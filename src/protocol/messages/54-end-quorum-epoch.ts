/**
 * EndQuorumEpoch (key 54): a leader of the quorum that steps down tells the voters, so that none waits for a timeout.
 *
 * Versions 0 to 1; flexible from 1. Only controllers speak it.
 * - 0: leader, epoch and who should follow (KIP-595).
 * - 1: flexible; directory ids of those who should follow, the leader's endpoints in both directions (KIP-853).
 */

import { array, type Decoded, type Encodable, int16, int32, message, string, uint16, uuid } from '../schema.ts'

/** The request's schema. Of the `preferredCandidates` the first may campaign at once. */
export const endQuorumEpochRequest = message(
  { name: 'EndQuorumEpochRequest', apiKey: 54, versions: '0-1', flexible: '1+' },
  {
    clusterId: string({ versions: '0+', nullable: '0+', default: null }),
    topics: array(
      {
        topicName: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            leaderId: int32({ versions: '0+' }),
            leaderEpoch: int32({ versions: '0+' }),
            preferredSuccessors: array('int32', { versions: '0', ignorable: true }),
            preferredCandidates: array(
              {
                candidateId: int32({ versions: '1+' }),
                candidateDirectoryId: uuid({ versions: '1+' }),
              },
              { versions: '1+', ignorable: true },
            ),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
    leaderEndpoints: array(
      {
        name: string({ versions: '1+', mapKey: true }),
        host: string({ versions: '1+' }),
        port: uint16({ versions: '1+' }),
      },
      { versions: '1+', ignorable: true },
    ),
  },
)

/** The response's schema. `leaderId` is -1 where the voter knows no leader of `leaderEpoch`. */
export const endQuorumEpochResponse = message(
  { name: 'EndQuorumEpochResponse', apiKey: 54, versions: '0-1', flexible: '1+' },
  {
    errorCode: int16({ versions: '0+' }),
    topics: array(
      {
        topicName: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            errorCode: int16({ versions: '0+' }),
            leaderId: int32({ versions: '0+' }),
            leaderEpoch: int32({ versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
    nodeEndpoints: array(
      {
        nodeId: int32({ versions: '1+', mapKey: true }),
        host: string({ versions: '1+' }),
        port: uint16({ versions: '1+' }),
      },
      { versions: '1+', tagged: '1+', tag: 0 },
    ),
  },
)

/** An EndQuorumEpoch request as decoded. */
export type EndQuorumEpochRequest = Decoded<typeof endQuorumEpochRequest>
/** An EndQuorumEpoch response as decoded. */
export type EndQuorumEpochResponse = Decoded<typeof endQuorumEpochResponse>
/** An EndQuorumEpoch request to encode. */
export type EndQuorumEpochRequestInput = Encodable<typeof endQuorumEpochRequest>
/** An EndQuorumEpoch response to encode. */
export type EndQuorumEpochResponseInput = Encodable<typeof endQuorumEpochResponse>
