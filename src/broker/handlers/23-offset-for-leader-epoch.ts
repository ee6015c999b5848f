/**
 * OffsetForLeaderEpoch (key 23), versions 2 to 4: where a leader epoch ended, from the partition's leader (KIP-101,
 * KIP-279, KIP-320). An epoch that is not known yet has no end: both fields are −1 then, without an error.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type {
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponseInput,
} from '../../protocol/messages/23-offset-for-leader-epoch.ts'
import { localReplica } from './local-replica.ts'
import { handler, type Services } from './services.ts'

type Asked = OffsetForLeaderEpochRequest['topics'][number]['partitions'][number]
type Answered = OffsetForLeaderEpochResponseInput['topics'][number]['partitions'][number]

export const handleOffsetForLeaderEpoch = handler(
  apis.offsetForLeaderEpoch,
  (services, _context, { topics }, answer) => {
    answer({
      throttleTimeMs: 0,
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map((asked) => endOf(services, topic, asked)),
      })),
    })
  },
)

function endOf(
  services: Services,
  topic: string,
  { partition: index, currentLeaderEpoch, leaderEpoch }: Asked,
): Answered {
  const partition = localReplica(services, { topic, index, currentLeaderEpoch }, 'leader')
  const unknown = { partition: index, leaderEpoch: -1, endOffset: -1 }
  if (typeof partition === 'number') return { ...unknown, errorCode: partition }
  const end = partition.endOfEpoch(leaderEpoch)
  if (end === undefined) return { ...unknown, errorCode: errorCode.NONE }
  return { partition: index, errorCode: errorCode.NONE, leaderEpoch: end.epoch, endOffset: end.endOffset }
}
