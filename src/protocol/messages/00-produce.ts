/**
 * Produce (key 0): append record batches to partitions.
 *
 * Versions 3 to 13; flexible from 9. A broker advertises 0 to 13 nevertheless, for librdkafka takes a missing version 0
 * to mean that there is no compression (KAFKA-18659), and rejects 0 to 2.
 * - 3: transactional id; record batches of format v2 only (KIP-98).
 * - 4: KAFKA_STORAGE_ERROR may come back (KIP-112).
 * - 5: log start offset in the response (KIP-107).
 * - 6: throttled responses are sent before the throttling (KIP-219).
 * - 7: batches may be compressed with Zstandard (KIP-110).
 * - 8: which records of a batch were refused, and why (KIP-467).
 * - 9: flexible (KIP-482).
 * - 10: the current leader and its endpoint in the response (KIP-951).
 * - 11: TRANSACTION_ABORTABLE may come back (KIP-890).
 * - 12: adds the partition to the transaction implicitly (KIP-890).
 * - 13: topic ids in place of names (KIP-516).
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
  uuid,
} from '../schema.ts'

/** The request's schema. `acks` is 0, 1 or -1 (all in-sync replicas). */
export const produceRequest = message(
  { name: 'ProduceRequest', apiKey: 0, versions: '3-13', flexible: '9+' },
  {
    transactionalId: string({ versions: '3+', nullable: '3+', default: null }),
    acks: int16({ versions: '0+' }),
    timeoutMs: int32({ versions: '0+' }),
    topicData: array(
      {
        name: string({ versions: '0-12', mapKey: true, ignorable: true }),
        topicId: uuid({ versions: '13+', mapKey: true, ignorable: true }),
        partitionData: array(
          {
            index: int32({ versions: '0+' }),
            records: records({ versions: '0+', nullable: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** The response's schema. `logAppendTimeMs` is -1 where the topic keeps the producer's timestamps. */
export const produceResponse = message(
  { name: 'ProduceResponse', apiKey: 0, versions: '3-13', flexible: '9+' },
  {
    responses: array(
      {
        name: string({ versions: '0-12', mapKey: true, ignorable: true }),
        topicId: uuid({ versions: '13+', mapKey: true, ignorable: true }),
        partitionResponses: array(
          {
            index: int32({ versions: '0+' }),
            errorCode: int16({ versions: '0+' }),
            baseOffset: int64({ versions: '0+' }),
            logAppendTimeMs: int64({ versions: '2+', default: -1, ignorable: true }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            recordErrors: array(
              {
                batchIndex: int32({ versions: '8+' }),
                batchIndexErrorMessage: string({ versions: '8+', nullable: '8+', default: null }),
              },
              { versions: '8+', ignorable: true },
            ),
            errorMessage: string({ versions: '8+', nullable: '8+', default: null, ignorable: true }),
            currentLeader: struct(
              {
                leaderId: int32({ versions: '10+', default: -1 }),
                leaderEpoch: int32({ versions: '10+', default: -1 }),
              },
              { versions: '10+', tagged: '10+', tag: 0 },
            ),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
    throttleTimeMs: int32({ versions: '1+', default: 0, ignorable: true }),
    nodeEndpoints: array(
      {
        nodeId: int32({ versions: '10+', mapKey: true }),
        host: string({ versions: '10+' }),
        port: int32({ versions: '10+' }),
        rack: string({ versions: '10+', nullable: '10+', default: null }),
      },
      { versions: '10+', tagged: '10+', tag: 0 },
    ),
  },
)

/** A Produce request as decoded. */
export type ProduceRequest = Decoded<typeof produceRequest>
/** A Produce response as decoded. */
export type ProduceResponse = Decoded<typeof produceResponse>
/** A Produce request to encode. */
export type ProduceRequestInput = Encodable<typeof produceRequest>
/** A Produce response to encode. */
export type ProduceResponseInput = Encodable<typeof produceResponse>
