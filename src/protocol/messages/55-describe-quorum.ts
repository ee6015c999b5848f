/**
 * DescribeQuorum (key 55): leader, epoch, voters and observers of the quorum, and how far each replica is.
 *
 * Versions 0 to 2; flexible from 0. A broker passes it on; only the leader answers it.
 * - 0: the quorum (KIP-595).
 * - 1: when each replica fetched last, and when it was last caught up (KIP-836).
 * - 2: error messages, directory ids, the endpoints of the nodes (KIP-853).
 */

import { array, type Decoded, type Encodable, int16, int32, int64, message, string, uint16, uuid } from '../schema.ts'

/** The request's schema. The one partition there is to ask for is that of `__cluster_metadata`. */
export const describeQuorumRequest = message(
  { name: 'DescribeQuorumRequest', apiKey: 55, versions: '0-2', flexible: '0+' },
  {
    topics: array(
      {
        topicName: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** How far a replica is, as the leader knows it. `logEndOffset` is -1 where it is unknown. */
const replicaState = {
  replicaId: int32({ versions: '0+' }),
  replicaDirectoryId: uuid({ versions: '2+' }),
  logEndOffset: int64({ versions: '0+' }),
  lastFetchTimestamp: int64({ versions: '1+', default: -1, ignorable: true }),
  lastCaughtUpTimestamp: int64({ versions: '1+', default: -1, ignorable: true }),
}

/** The response's schema. Timestamps are in milliseconds of the leader's wall clock, -1 where unknown. */
export const describeQuorumResponse = message(
  { name: 'DescribeQuorumResponse', apiKey: 55, versions: '0-2', flexible: '0+' },
  {
    errorCode: int16({ versions: '0+' }),
    errorMessage: string({ versions: '2+', nullable: '2+', ignorable: true }),
    topics: array(
      {
        topicName: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            errorCode: int16({ versions: '0+' }),
            errorMessage: string({ versions: '2+', nullable: '2+', ignorable: true }),
            leaderId: int32({ versions: '0+' }),
            leaderEpoch: int32({ versions: '0+' }),
            highWatermark: int64({ versions: '0+' }),
            currentVoters: array(replicaState, { versions: '0+' }),
            observers: array(replicaState, { versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
    nodes: array(
      {
        nodeId: int32({ versions: '2+', mapKey: true }),
        listeners: array(
          {
            name: string({ versions: '2+', mapKey: true }),
            host: string({ versions: '2+' }),
            port: uint16({ versions: '2+' }),
          },
          { versions: '2+' },
        ),
      },
      { versions: '2+', default: [] },
    ),
  },
)

/** A DescribeQuorum request as decoded. */
export type DescribeQuorumRequest = Decoded<typeof describeQuorumRequest>
/** A DescribeQuorum response as decoded. */
export type DescribeQuorumResponse = Decoded<typeof describeQuorumResponse>
/** A DescribeQuorum request to encode. */
export type DescribeQuorumRequestInput = Encodable<typeof describeQuorumRequest>
/** A DescribeQuorum response to encode. */
export type DescribeQuorumResponseInput = Encodable<typeof describeQuorumResponse>
