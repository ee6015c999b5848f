/**
 * DeleteRecords (key 21), versions 0 to 2: the partition's leader moves the log's start up to an offset, −1 for the high
 * watermark (KIP-107). An offset at or below the start changes nothing.
 *
 * Kafka puts the new start on record within a minute; here it is before the answer, so that what was answered is deleted
 * for good. Left out: the request's timeout, which is for followers that lag.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { DeleteRecordsResponseInput } from '../../protocol/messages/21-delete-records.ts'
import { mayDeleteRecords } from '../config/topic-settings.ts'
import { isInternalTopic } from '../controller/topic-name.ts'
import type { Partition } from '../replication/partition.ts'
import { handler, type Services } from './services.ts'

type Answered = DeleteRecordsResponseInput['topics'][number]['partitions'][number]

/** In place of an offset: everything that is shown to consumers. */
const HIGH_WATERMARK = -1

export const handleDeleteRecords = handler(apis.deleteRecords, (services, _context, request, answer) => {
  const topics = new Map<string, Map<number, number>>()
  for (const { name, partitions } of request.topics) {
    if (partitions.length === 0) continue
    const offsets = topics.get(name) ?? new Map<number, number>()
    topics.set(name, offsets)
    // What is asked of a partition last is what is meant.
    for (const { partitionIndex, offset } of partitions) offsets.set(partitionIndex, offset)
  }
  const answered = [...topics].map(([name, { size }]) => ({ name, partitions: new Array<Answered>(size) }))
  let open = 1
  const close = (): void => {
    open--
    if (open === 0) answer({ topics: answered })
  }
  for (const [at, [name, offsets]] of [...topics].entries()) {
    for (const [index, [partitionIndex, offset]] of [...offsets].entries()) {
      open++
      deleteFrom(services, name, partitionIndex, offset, (one) => {
        answered[at]!.partitions[index] = one
        close()
      })
    }
  }
  close()
})

function deleteFrom(
  services: Services,
  topic: string,
  partitionIndex: number,
  asked: number,
  done: (answered: Answered) => void,
): void {
  const refuse = (code: ErrorCode): void => done({ partitionIndex, errorCode: code, lowWatermark: -1 })
  const partition = deletable(services, topic, partitionIndex)
  if (typeof partition === 'number') return refuse(partition)
  const offset = asked === HIGH_WATERMARK ? partition.highWatermark : asked
  if (offset < 0 || offset > partition.highWatermark) return refuse(errorCode.OFFSET_OUT_OF_RANGE)
  services.partitions.deleteRecords(partition, offset, (outcome) => {
    if ('errorCode' in outcome) return refuse(outcome.errorCode)
    done({ partitionIndex, errorCode: errorCode.NONE, lowWatermark: outcome.lowWatermark })
  })
}

/** The partition whose records may be deleted, else why they may not, in Kafka's order of checks. */
function deletable({ image, partitions }: Services, topic: string, index: number): Partition | ErrorCode {
  if (image.topic(topic)?.partitions[index] === undefined) return errorCode.UNKNOWN_TOPIC_OR_PARTITION
  if (isInternalTopic(topic)) return errorCode.INVALID_TOPIC_EXCEPTION
  const partition = partitions.led(topic, index)
  if (typeof partition === 'number') return partition
  return mayDeleteRecords(partition.log.config) ? partition : errorCode.POLICY_VIOLATION
}
