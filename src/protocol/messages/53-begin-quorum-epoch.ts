/**
 * BeginQuorumEpoch (key 53): the new leader of the quorum tells each voter that it was elected, until it has heard.
 *
 * Versions 0 to 1; flexible from 1. Only controllers speak it.
 * - 0: leader and epoch (KIP-595).
 * - 1: flexible; the voter's id and directory id, the leader's endpoints in both directions (KIP-853).
 */

import { array, type Decoded, type Encodable, int16, int32, message, string, uint16, uuid } from '../schema.ts'

/** The request's schema. `leaderEndpoints` are the leader's own, one per listener of the controllers. */
export const beginQuorumEpochRequest = message(
  { name: 'BeginQuorumEpochRequest', apiKey: 53, versions: '0-1', flexible: '1+' },
  {
    clusterId: string({ versions: '0+', nullable: '0+', default: null }),
    voterId: int32({ versions: '1+', default: -1, ignorable: true }),
    topics: array(
      {
        topicName: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            voterDirectoryId: uuid({ versions: '1+', ignorable: true }),
            leaderId: int32({ versions: '0+' }),
            leaderEpoch: int32({ versions: '0+' }),
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

/** The response's schema. Of an epoch that is over, FENCED_LEADER_EPOCH and the leader of the present one. */
export const beginQuorumEpochResponse = message(
  { name: 'BeginQuorumEpochResponse', apiKey: 53, versions: '0-1', flexible: '1+' },
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

/** A BeginQuorumEpoch request as decoded. */
export type BeginQuorumEpochRequest = Decoded<typeof beginQuorumEpochRequest>
/** A BeginQuorumEpoch response as decoded. */
export type BeginQuorumEpochResponse = Decoded<typeof beginQuorumEpochResponse>
/** A BeginQuorumEpoch request to encode. */
export type BeginQuorumEpochRequestInput = Encodable<typeof beginQuorumEpochRequest>
/** A BeginQuorumEpoch response to encode. */
export type BeginQuorumEpochResponseInput = Encodable<typeof beginQuorumEpochResponse>
