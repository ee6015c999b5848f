/**
 * DescribeLogDirs (key 35): a broker's log directories, and how much the partitions in them take.
 *
 * Versions 1 to 4; flexible from 2.
 * - 1: throttled responses are sent before the throttling (KIP-219); before it: the directories (KIP-113).
 * - 2: flexible (KIP-482).
 * - 3: an error for the whole response (KIP-784).
 * - 4: size and free space of the volumes (KIP-827).
 */

import { array, bool, type Decoded, type Encodable, int16, int32, int64, message, string } from '../schema.ts'

/** The request's schema. `topics` null stands for all. */
export const describeLogDirsRequest = message(
  { name: 'DescribeLogDirsRequest', apiKey: 35, versions: '1-4', flexible: '2+' },
  {
    topics: array(
      {
        topic: string({ versions: '0+', mapKey: true }),
        partitions: array('int32', { versions: '0+' }),
      },
      { versions: '0+', nullable: '0+' },
    ),
  },
)

/**
 * The response's schema. Sizes are in bytes, those of a volume -1 where unknown; `offsetLag` is the distance from the
 * log's end to the high watermark, or for a replica that moves here, to the end of the one that it will replace.
 */
export const describeLogDirsResponse = message(
  { name: 'DescribeLogDirsResponse', apiKey: 35, versions: '1-4', flexible: '2+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '3+', ignorable: true }),
    results: array(
      {
        errorCode: int16({ versions: '0+' }),
        logDir: string({ versions: '0+' }),
        topics: array(
          {
            name: string({ versions: '0+' }),
            partitions: array(
              {
                partitionIndex: int32({ versions: '0+' }),
                partitionSize: int64({ versions: '0+' }),
                offsetLag: int64({ versions: '0+' }),
                isFutureKey: bool({ versions: '0+' }),
              },
              { versions: '0+' },
            ),
          },
          { versions: '0+' },
        ),
        totalBytes: int64({ versions: '4+', default: -1, ignorable: true }),
        usableBytes: int64({ versions: '4+', default: -1, ignorable: true }),
      },
      { versions: '0+' },
    ),
  },
)

/** A DescribeLogDirs request as decoded. */
export type DescribeLogDirsRequest = Decoded<typeof describeLogDirsRequest>
/** A DescribeLogDirs response as decoded. */
export type DescribeLogDirsResponse = Decoded<typeof describeLogDirsResponse>
/** A DescribeLogDirs request to encode. */
export type DescribeLogDirsRequestInput = Encodable<typeof describeLogDirsRequest>
/** A DescribeLogDirs response to encode. */
export type DescribeLogDirsResponseInput = Encodable<typeof describeLogDirsResponse>
