/**
 * AlterPartition (key 56): a partition's leader asks for another ISR, or reports that it has recovered.
 *
 * Versions 2 to 3; flexible. Only controllers answer it.
 * - 2: topic ids; INELIGIBLE_REPLICA and NEW_LEADER_ELECTED may come back (KIP-841). Before it: the ISR (KIP-497), the
 *   recovery of the leader (KIP-704).
 * - 3: the broker epochs of the new ISR (KIP-903).
 */

import { array, type Decoded, type Encodable, int8, int16, int32, int64, message, uuid } from '../schema.ts'

/**
 * The request's schema. `newIsr` is for version 2, `newIsrWithEpochs` for 3; a broker's epoch is -1 where it is
 * unknown. The change is made only if `partitionEpoch` is still the partition's.
 */
export const alterPartitionRequest = message(
  { name: 'AlterPartitionRequest', apiKey: 56, versions: '2-3', flexible: '0+' },
  {
    brokerId: int32({ versions: '0+' }),
    brokerEpoch: int64({ versions: '0+', default: -1 }),
    topics: array(
      {
        topicId: uuid({ versions: '2+', ignorable: true }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            leaderEpoch: int32({ versions: '0+' }),
            newIsr: array('int32', { versions: '0-2', default: [] }),
            newIsrWithEpochs: array(
              {
                brokerId: int32({ versions: '3+' }),
                brokerEpoch: int64({ versions: '3+', default: -1 }),
              },
              { versions: '3+', default: [] },
            ),
            leaderRecoveryState: int8({ versions: '1+', default: 0 }),
            partitionEpoch: int32({ versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** The response's schema: the state of each partition after the change. */
export const alterPartitionResponse = message(
  { name: 'AlterPartitionResponse', apiKey: 56, versions: '2-3', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '0+' }),
    topics: array(
      {
        topicId: uuid({ versions: '2+', ignorable: true }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            errorCode: int16({ versions: '0+' }),
            leaderId: int32({ versions: '0+' }),
            leaderEpoch: int32({ versions: '0+' }),
            isr: array('int32', { versions: '0+' }),
            leaderRecoveryState: int8({ versions: '1+', default: 0, ignorable: true }),
            partitionEpoch: int32({ versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** An AlterPartition request as decoded. */
export type AlterPartitionRequest = Decoded<typeof alterPartitionRequest>
/** An AlterPartition response as decoded. */
export type AlterPartitionResponse = Decoded<typeof alterPartitionResponse>
/** An AlterPartition request to encode. */
export type AlterPartitionRequestInput = Encodable<typeof alterPartitionRequest>
/** An AlterPartition response to encode. */
export type AlterPartitionResponseInput = Encodable<typeof alterPartitionResponse>
