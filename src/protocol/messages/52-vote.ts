/**
 * Vote (key 52): a node that wants to lead the quorum asks a voter for its vote, or first whether it would get it.
 *
 * Versions 0 to 2; flexible from 0. Only controllers speak it.
 * - 0: the vote (KIP-595).
 * - 1: the voter's id and the directory ids of both sides; the leader's endpoint in the response (KIP-853).
 * - 2: pre-vote, which changes neither epoch nor vote; the candidate is now called a replica (KIP-996).
 */

import {
  array,
  bool,
  type Decoded,
  type Encodable,
  int16,
  int32,
  int64,
  message,
  string,
  uint16,
  uuid,
} from '../schema.ts'

/** The request's schema. `lastOffset` is the sender's log end offset, `lastOffsetEpoch` its last record's epoch. */
export const voteRequest = message(
  { name: 'VoteRequest', apiKey: 52, versions: '0-2', flexible: '0+' },
  {
    clusterId: string({ versions: '0+', nullable: '0+', default: null }),
    voterId: int32({ versions: '1+', default: -1, ignorable: true }),
    topics: array(
      {
        topicName: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            replicaEpoch: int32({ versions: '0+' }),
            replicaId: int32({ versions: '0+' }),
            replicaDirectoryId: uuid({ versions: '1+', ignorable: true }),
            voterDirectoryId: uuid({ versions: '1+', ignorable: true }),
            lastOffsetEpoch: int32({ versions: '0+' }),
            lastOffset: int64({ versions: '0+' }),
            preVote: bool({ versions: '2+', default: false }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** The response's schema. `leaderId` is -1 where the voter knows no leader of `leaderEpoch`. */
export const voteResponse = message(
  { name: 'VoteResponse', apiKey: 52, versions: '0-2', flexible: '0+' },
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
            voteGranted: bool({ versions: '0+' }),
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

/** A Vote request as decoded. */
export type VoteRequest = Decoded<typeof voteRequest>
/** A Vote response as decoded. */
export type VoteResponse = Decoded<typeof voteResponse>
/** A Vote request to encode. */
export type VoteRequestInput = Encodable<typeof voteRequest>
/** A Vote response to encode. */
export type VoteResponseInput = Encodable<typeof voteResponse>
