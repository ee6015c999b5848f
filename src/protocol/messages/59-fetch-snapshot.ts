/**
 * FetchSnapshot (key 59): a follower that is behind the start of the metadata log reads a snapshot, piece by piece.
 *
 * Versions 0 to 1; flexible from 0. Only controllers answer it.
 * - 0: the snapshot (KIP-630).
 * - 1: the replica's directory id; the leader's endpoint in the response (KIP-853).
 */

import {
  array,
  type Decoded,
  type Encodable,
  int16,
  int32,
  int64,
  message,
  records,
  string,
  struct,
  uint16,
  uuid,
} from '../schema.ts'

/** The request's schema. `position` is a byte in the snapshot; the first request begins at 0. */
export const fetchSnapshotRequest = message(
  { name: 'FetchSnapshotRequest', apiKey: 59, versions: '0-1', flexible: '0+' },
  {
    clusterId: string({ versions: '0+', nullable: '0+', tagged: '0+', tag: 0, default: null }),
    replicaId: int32({ versions: '0+', default: -1 }),
    maxBytes: int32({ versions: '0+', default: 0x7fff_ffff }),
    topics: array(
      {
        name: string({ versions: '0+' }),
        partitions: array(
          {
            partition: int32({ versions: '0+' }),
            currentLeaderEpoch: int32({ versions: '0+' }),
            snapshotId: struct(
              {
                endOffset: int64({ versions: '0+' }),
                epoch: int32({ versions: '0+' }),
              },
              { versions: '0+' },
            ),
            position: int64({ versions: '0+' }),
            replicaDirectoryId: uuid({ versions: '1+', tagged: '1+', tag: 0, ignorable: true }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/**
 * The response's schema. `size` is that of the whole snapshot in bytes; `unalignedRecords` may begin and end within a
 * batch. Where no `currentLeader` was sent it is leader 0 of epoch 0, for Kafka gives it no other default.
 */
export const fetchSnapshotResponse = message(
  { name: 'FetchSnapshotResponse', apiKey: 59, versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', ignorable: true }),
    errorCode: int16({ versions: '0+' }),
    topics: array(
      {
        name: string({ versions: '0+' }),
        partitions: array(
          {
            index: int32({ versions: '0+' }),
            errorCode: int16({ versions: '0+' }),
            snapshotId: struct(
              {
                endOffset: int64({ versions: '0+' }),
                epoch: int32({ versions: '0+' }),
              },
              { versions: '0+' },
            ),
            currentLeader: struct(
              {
                leaderId: int32({ versions: '0+' }),
                leaderEpoch: int32({ versions: '0+' }),
              },
              { versions: '0+', tagged: '0+', tag: 0 },
            ),
            size: int64({ versions: '0+' }),
            position: int64({ versions: '0+' }),
            unalignedRecords: records({ versions: '0+' }),
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

/** A FetchSnapshot request as decoded. */
export type FetchSnapshotRequest = Decoded<typeof fetchSnapshotRequest>
/** A FetchSnapshot response as decoded. */
export type FetchSnapshotResponse = Decoded<typeof fetchSnapshotResponse>
/** A FetchSnapshot request to encode. */
export type FetchSnapshotRequestInput = Encodable<typeof fetchSnapshotRequest>
/** A FetchSnapshot response to encode. */
export type FetchSnapshotResponseInput = Encodable<typeof fetchSnapshotResponse>
