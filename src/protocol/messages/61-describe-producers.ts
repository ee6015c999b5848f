/**
 * DescribeProducers (key 61): the producers that a partition remembers, and their open transactions.
 *
 * Version 0; flexible. Any replica's broker may be asked.
 * - 0: the producers (KIP-664).
 */

import { array, type Decoded, type Encodable, int16, int32, int64, message, string } from '../schema.ts'

/** The request's schema. */
export const describeProducersRequest = message(
  { name: 'DescribeProducersRequest', apiKey: 61, versions: '0', flexible: '0+' },
  {
    topics: array(
      {
        name: string({ versions: '0+' }),
        partitionIndexes: array('int32', { versions: '0+' }),
      },
      { versions: '0+' },
    ),
  },
)

/**
 * The response's schema. `currentTxnStartOffset` is -1 where no transaction is open; `producerEpoch` is an int32 here.
 */
export const describeProducersResponse = message(
  { name: 'DescribeProducersResponse', apiKey: 61, versions: '0', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    topics: array(
      {
        name: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            errorCode: int16({ versions: '0+' }),
            errorMessage: string({ versions: '0+', nullable: '0+', default: null }),
            activeProducers: array(
              {
                producerId: int64({ versions: '0+' }),
                producerEpoch: int32({ versions: '0+' }),
                lastSequence: int32({ versions: '0+', default: -1 }),
                lastTimestamp: int64({ versions: '0+', default: -1 }),
                coordinatorEpoch: int32({ versions: '0+' }),
                currentTxnStartOffset: int64({ versions: '0+', default: -1 }),
              },
              { versions: '0+' },
            ),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** A DescribeProducers request as decoded. */
export type DescribeProducersRequest = Decoded<typeof describeProducersRequest>
/** A DescribeProducers response as decoded. */
export type DescribeProducersResponse = Decoded<typeof describeProducersResponse>
/** A DescribeProducers request to encode. */
export type DescribeProducersRequestInput = Encodable<typeof describeProducersRequest>
/** A DescribeProducers response to encode. */
export type DescribeProducersResponseInput = Encodable<typeof describeProducersResponse>
