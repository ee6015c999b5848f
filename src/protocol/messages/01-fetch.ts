/**
 * Fetch (key 1): read record batches of partitions; consumers, followers and the quorum's voters use it.
 *
 * Versions 4 to 18; flexible from 12.
 * - 4: isolation level, last stable offset, aborted transactions (KIP-98).
 * - 5: log start offsets (KIP-107).
 * - 6: KAFKA_STORAGE_ERROR may come back (KIP-112).
 * - 7: incremental fetch sessions (KIP-227).
 * - 8: throttled responses are sent before the throttling (KIP-219).
 * - 9: the leader epoch that the fetcher believes in (KIP-320).
 * - 10: batches may be compressed with Zstandard (KIP-110).
 * - 11: rack of the consumer, preferred read replica (KIP-392).
 * - 12: flexible (KIP-482); last fetched epoch, diverging epoch, current leader, snapshot id (KIP-595, KIP-630).
 * - 13: topic ids in place of names (KIP-516).
 * - 14: OFFSET_MOVED_TO_TIERED_STORAGE may come back (KIP-405).
 * - 15: the replica's state, with its epoch, in place of the replica's id (KIP-903).
 * - 16: endpoints of current leaders in the response (KIP-951).
 * - 17: the replica's directory id (KIP-853).
 * - 18: the high watermark that the replica knows (KIP-1166).
 */

import {
  array,
  type Decoded,
  type Encodable,
  int8,
  int16,
  int32,
  int64,
  message,
  records,
  string,
  struct,
  UNBOUNDED,
  uuid,
} from '../schema.ts'

/** The request's schema. A partition's `highWatermark` is -1 where unknown, `UNBOUNDED` where the fetcher tells none. */
export const fetchRequest = message(
  { name: 'FetchRequest', apiKey: 1, versions: '4-18', flexible: '12+' },
  {
    clusterId: string({ versions: '12+', nullable: '12+', default: null, tagged: '12+', tag: 0, ignorable: true }),
    replicaId: int32({ versions: '0-14', default: -1 }),
    replicaState: struct(
      {
        replicaId: int32({ versions: '15+', default: -1 }),
        replicaEpoch: int64({ versions: '15+', default: -1 }),
      },
      { versions: '15+', tagged: '15+', tag: 1 },
    ),
    maxWaitMs: int32({ versions: '0+' }),
    minBytes: int32({ versions: '0+' }),
    maxBytes: int32({ versions: '3+', default: 0x7fff_ffff, ignorable: true }),
    isolationLevel: int8({ versions: '4+', default: 0, ignorable: true }),
    sessionId: int32({ versions: '7+', default: 0, ignorable: true }),
    sessionEpoch: int32({ versions: '7+', default: -1, ignorable: true }),
    topics: array(
      {
        topic: string({ versions: '0-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array(
          {
            partition: int32({ versions: '0+' }),
            currentLeaderEpoch: int32({ versions: '9+', default: -1, ignorable: true }),
            fetchOffset: int64({ versions: '0+' }),
            lastFetchedEpoch: int32({ versions: '12+', default: -1 }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            partitionMaxBytes: int32({ versions: '0+' }),
            replicaDirectoryId: uuid({ versions: '17+', tagged: '17+', tag: 0, ignorable: true }),
            highWatermark: int64({ versions: '18+', default: UNBOUNDED, tagged: '18+', tag: 1, ignorable: true }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
    forgottenTopicsData: array(
      {
        topic: string({ versions: '7-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array('int32', { versions: '7+' }),
      },
      { versions: '7+', default: [] },
    ),
    rackId: string({ versions: '11+', default: '', ignorable: true }),
  },
)

/** The response's schema. */
export const fetchResponse = message(
  { name: 'FetchResponse', apiKey: 1, versions: '4-18', flexible: '12+' },
  {
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16({ versions: '7+', ignorable: true }),
    sessionId: int32({ versions: '7+', default: 0 }),
    responses: array(
      {
        topic: string({ versions: '0-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            errorCode: int16({ versions: '0+' }),
            highWatermark: int64({ versions: '0+' }),
            lastStableOffset: int64({ versions: '4+', default: -1, ignorable: true }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            divergingEpoch: struct(
              {
                epoch: int32({ versions: '12+', default: -1 }),
                endOffset: int64({ versions: '12+', default: -1 }),
              },
              { versions: '12+', tagged: '12+', tag: 0 },
            ),
            currentLeader: struct(
              {
                leaderId: int32({ versions: '12+', default: -1 }),
                leaderEpoch: int32({ versions: '12+', default: -1 }),
              },
              { versions: '12+', tagged: '12+', tag: 1 },
            ),
            snapshotId: struct(
              {
                endOffset: int64({ versions: '0+', default: -1 }),
                epoch: int32({ versions: '0+', default: -1 }),
              },
              { versions: '12+', tagged: '12+', tag: 2 },
            ),
            abortedTransactions: array(
              {
                producerId: int64({ versions: '4+' }),
                firstOffset: int64({ versions: '4+' }),
              },
              { versions: '4+', nullable: '4+', ignorable: true },
            ),
            preferredReadReplica: int32({ versions: '11+', default: -1 }),
            records: records({ versions: '0+', nullable: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
    nodeEndpoints: array(
      {
        nodeId: int32({ versions: '16+', mapKey: true }),
        host: string({ versions: '16+' }),
        port: int32({ versions: '16+' }),
        rack: string({ versions: '16+', nullable: '16+', default: null }),
      },
      { versions: '16+', tagged: '16+', tag: 0 },
    ),
  },
)

/** A Fetch request as decoded. */
export type FetchRequest = Decoded<typeof fetchRequest>
/** A Fetch response as decoded. */
export type FetchResponse = Decoded<typeof fetchResponse>
/** A Fetch request to encode. */
export type FetchRequestInput = Encodable<typeof fetchRequest>
/** A Fetch response to encode. */
export type FetchResponseInput = Encodable<typeof fetchResponse>
