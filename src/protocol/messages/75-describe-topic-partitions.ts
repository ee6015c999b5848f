/**
 * DescribeTopicPartitions (key 75): topics with their partitions, page by page, with eligible leader replicas.
 *
 * Version 0; flexible.
 * - 0: the partitions (KIP-966).
 */

import { NO_AUTHORIZED_OPERATIONS } from '../authorized-operations.ts'
import { array, bool, type Decoded, type Encodable, int16, int32, message, string, struct, uuid } from '../schema.ts'

/** Where a page begins. */
const cursor = {
  topicName: string({ versions: '0+' }),
  partitionIndex: int32({ versions: '0+' }),
}

/** The request's schema. No topics stands for all; `cursor` is the `nextCursor` of the page before. */
export const describeTopicPartitionsRequest = message(
  { name: 'DescribeTopicPartitionsRequest', apiKey: 75, versions: '0', flexible: '0+' },
  {
    topics: array(
      {
        name: string({ versions: '0+' }),
      },
      { versions: '0+' },
    ),
    responsePartitionLimit: int32({ versions: '0+', default: 2000 }),
    cursor: struct(cursor, { versions: '0+', nullable: '0+', default: null }),
  },
)

/** The response's schema. Topics come in the order of their names; `nextCursor` is null on the last page. */
export const describeTopicPartitionsResponse = message(
  { name: 'DescribeTopicPartitionsResponse', apiKey: 75, versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', ignorable: true }),
    topics: array(
      {
        errorCode: int16({ versions: '0+' }),
        name: string({ versions: '0+', nullable: '0+', mapKey: true }),
        topicId: uuid({ versions: '0+', ignorable: true }),
        isInternal: bool({ versions: '0+', default: false, ignorable: true }),
        partitions: array(
          {
            errorCode: int16({ versions: '0+' }),
            partitionIndex: int32({ versions: '0+' }),
            leaderId: int32({ versions: '0+' }),
            leaderEpoch: int32({ versions: '0+', default: -1, ignorable: true }),
            replicaNodes: array('int32', { versions: '0+' }),
            isrNodes: array('int32', { versions: '0+' }),
            eligibleLeaderReplicas: array('int32', { versions: '0+', nullable: '0+', default: null }),
            lastKnownElr: array('int32', { versions: '0+', nullable: '0+', default: null }),
            offlineReplicas: array('int32', { versions: '0+', ignorable: true }),
          },
          { versions: '0+' },
        ),
        topicAuthorizedOperations: int32({ versions: '0+', default: NO_AUTHORIZED_OPERATIONS }),
      },
      { versions: '0+' },
    ),
    nextCursor: struct(cursor, { versions: '0+', nullable: '0+', default: null }),
  },
)

/** A DescribeTopicPartitions request as decoded. */
export type DescribeTopicPartitionsRequest = Decoded<typeof describeTopicPartitionsRequest>
/** A DescribeTopicPartitions response as decoded. */
export type DescribeTopicPartitionsResponse = Decoded<typeof describeTopicPartitionsResponse>
/** A DescribeTopicPartitions request to encode. */
export type DescribeTopicPartitionsRequestInput = Encodable<typeof describeTopicPartitionsRequest>
/** A DescribeTopicPartitions response to encode. */
export type DescribeTopicPartitionsResponseInput = Encodable<typeof describeTopicPartitionsResponse>
