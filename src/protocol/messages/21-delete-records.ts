/**
 * DeleteRecords (key 21): the log's start moves up to an offset; what is below is deleted.
 *
 * Versions 0 to 2; flexible from 2. Only a partition's leader answers it.
 * - 0: the offsets (KIP-107).
 * - 1: throttled responses are sent before the throttling (KIP-219).
 * - 2: flexible (KIP-482).
 */

import { array, type Decoded, type Encodable, int16, int32, int64, message, string } from '../schema.ts'

/** The request's schema. `offset` -1 stands for the high watermark. */
export const deleteRecordsRequest = message(
  { name: 'DeleteRecordsRequest', apiKey: 21, versions: '0-2', flexible: '2+' },
  {
    topics: array(
      {
        name: string({ versions: '0+' }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+' }),
            offset: int64({ versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
    timeoutMs: int32({ versions: '0+' }),
  },
)

/** The response's schema. `lowWatermark` is the smallest log start offset of the live replicas. */
export const deleteRecordsResponse = message(
  { name: 'DeleteRecordsResponse', apiKey: 21, versions: '0-2', flexible: '2+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    topics: array(
      {
        name: string({ versions: '0+', mapKey: true }),
        partitions: array(
          {
            partitionIndex: int32({ versions: '0+', mapKey: true }),
            lowWatermark: int64({ versions: '0+' }),
            errorCode: int16({ versions: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** A DeleteRecords request as decoded. */
export type DeleteRecordsRequest = Decoded<typeof deleteRecordsRequest>
/** A DeleteRecords response as decoded. */
export type DeleteRecordsResponse = Decoded<typeof deleteRecordsResponse>
/** A DeleteRecords request to encode. */
export type DeleteRecordsRequestInput = Encodable<typeof deleteRecordsRequest>
/** A DeleteRecords response to encode. */
export type DeleteRecordsResponseInput = Encodable<typeof deleteRecordsResponse>
