/**
 * Produce (key 0), versions 3 to 13: appends batches as the leader and answers when they are vouched for.
 *
 * acks=0: no response; on an error the connection is closed. acks=1 and acks=all differ only with more than one replica:
 * here both wait until the records are vouched for (at once, unless `flush.messages=1`), acks=all no longer than the
 * request's timeout. A repeated batch of an idempotent producer gets its first offsets.
 * Versions below 7 take no zstd (KIP-110). Left out: transactions (refused), quotas.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { ProduceRequest, ProduceResponseInput } from '../../protocol/messages/00-produce.ts'
import type { DelayedOperation } from '../delayed/purgatory.ts'
import type { AppendResult } from '../log/partition-log.ts'
import type { Partition } from '../replication/partition.ts'
import { asTopicKeeps, produceProblem, versionProblem } from './produce-validation.ts'
import { handler, type Services } from './services.ts'

const ALL = -1

/** What became of one partition of a request. */
interface PartitionResult {
  readonly index: number
  readonly partition?: Partition
  errorCode: ErrorCode
  readonly errorMessage?: string | null
  readonly baseOffset: number
  /** The answer waits until this replica vouches for everything below. */
  readonly requiredEnd: number
  readonly logAppendTimeMs: number
}

interface TopicResult {
  readonly name: string
  readonly topicId: ProduceRequest['topicData'][number]['topicId']
  readonly partitions: readonly PartitionResult[]
}

export const handleProduce = handler(apis.produce, (services, { apiVersion, whenGone }, request, answer) => {
  if (request.acks !== 0 && request.acks !== 1 && request.acks !== ALL) {
    return answer(refuseAll(request, errorCode.INVALID_REQUIRED_ACKS))
  }
  const topics = request.topicData.map((topic) => produceToTopic(services, apiVersion, request, topic))
  const results = topics.flatMap(({ partitions }) => partitions)
  services.partitions.settle()
  if (request.acks === 0) {
    return answer(results.some((result) => result.errorCode !== errorCode.NONE) ? 'close' : 'none')
  }
  const waiting = results.filter(({ partition, requiredEnd }) => partition && partition.highWatermark < requiredEnd)
  if (waiting.length === 0) return answer(respond(topics))
  const operation = new DelayedProduce(waiting, () => answer(respond(topics)))
  const keys = waiting.map(({ partition }) => partition!)
  whenGone?.(services.partitions.produces.tryElseWatch(operation, keys, Math.max(request.timeoutMs, 0)))
})

/** Waits until the high watermarks have reached what was appended, or the partitions are led here no longer. */
class DelayedProduce implements DelayedOperation {
  readonly #waiting: readonly PartitionResult[]
  readonly #done: () => void

  constructor(waiting: readonly PartitionResult[], done: () => void) {
    this.#waiting = waiting
    this.#done = done
  }

  tryComplete(): boolean {
    if (this.#waiting.some(isBehind)) return false
    this.#done()
    return true
  }

  expire(): void {
    for (const result of this.#waiting) if (isBehind(result)) result.errorCode = errorCode.REQUEST_TIMED_OUT
    this.#done()
  }
}

/** Whether the answer must wait; where the partition is lost to this broker it is told so, and need not. */
function isBehind(result: PartitionResult): boolean {
  const { partition, requiredEnd } = result
  if (partition === undefined || partition.highWatermark >= requiredEnd) return false
  if (partition.isLeader) return true
  result.errorCode = partition.isRemoved ? errorCode.UNKNOWN_TOPIC_OR_PARTITION : errorCode.NOT_LEADER_OR_FOLLOWER
  return false
}

function produceToTopic(
  services: Services,
  apiVersion: number,
  request: ProduceRequest,
  topic: ProduceRequest['topicData'][number],
): TopicResult {
  const byId = apiVersion >= 13
  const name = byId ? services.image.topicById(topic.topicId)?.name : topic.name
  const partitions = topic.partitionData.map(({ index, records }) => {
    const partition = name === undefined ? errorCode.UNKNOWN_TOPIC_ID : services.partitions.led(name, index)
    if (typeof partition === 'number') return failure(index, partition)
    const unfit = versionProblem(apiVersion, records)
    if (unfit !== undefined) return failure(index, unfit.errorCode, unfit.message)
    return append(services, request, partition, records)
  })
  return { name: topic.name, topicId: topic.topicId, partitions }
}

function append(
  services: Services,
  request: ProduceRequest,
  partition: Partition,
  records: Uint8Array | null,
): PartitionResult {
  const problem = produceProblem(services.world, partition.log.config, request, records)
  if (problem !== undefined || records === null) {
    return failure(partition.index, problem?.errorCode ?? errorCode.INVALID_RECORD, problem?.message)
  }
  const batch = asTopicKeeps(services.world, partition.log.config, records)
  if (!(batch instanceof Uint8Array)) return failure(partition.index, batch.errorCode, batch.message)
  const result = partition.log.append(batch, partition.leaderEpoch)
  if (result.kind === 'appended') services.partitions.touch(partition)
  return outcome(partition, result)
}

function outcome(partition: Partition, result: AppendResult): PartitionResult {
  const { index } = partition
  switch (result.kind) {
    case 'appended':
      return {
        index,
        partition,
        errorCode: errorCode.NONE,
        baseOffset: result.baseOffset,
        requiredEnd: result.endOffset,
        logAppendTimeMs: result.timestamp,
      }
    case 'duplicate': {
      const { lastOffset, offsetDelta, timestamp } = result.batch
      const isAppendTime = partition.log.config.timestampType === 'LogAppendTime'
      return {
        index,
        partition,
        errorCode: errorCode.NONE,
        baseOffset: lastOffset - offsetDelta,
        requiredEnd: lastOffset + 1,
        logAppendTimeMs: isAppendTime ? timestamp : -1,
      }
    }
    case 'refused':
      return failure(index, errorCode[result.error])
    case 'failed':
      return failure(index, errorCode.KAFKA_STORAGE_ERROR, result.error.message)
  }
}

function failure(index: number, code: ErrorCode, message?: string): PartitionResult {
  const errorMessage = message ?? null
  return { index, errorCode: code, errorMessage, baseOffset: -1, requiredEnd: 0, logAppendTimeMs: -1 }
}

function respond(topics: readonly TopicResult[]): ProduceResponseInput {
  return {
    responses: topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitionResponses: partitions.map((result) => {
        const isAppended = result.errorCode === errorCode.NONE
        return {
          index: result.index,
          errorCode: result.errorCode,
          baseOffset: isAppended ? result.baseOffset : -1,
          logAppendTimeMs: isAppended ? result.logAppendTimeMs : -1,
          logStartOffset: isAppended ? (result.partition?.log.startOffset ?? -1) : -1,
          errorMessage: result.errorMessage ?? null,
        }
      }),
    })),
  }
}

function refuseAll(request: ProduceRequest, code: ErrorCode): ProduceResponseInput {
  return respond(
    request.topicData.map(({ name, topicId, partitionData }) => ({
      ...{ name, topicId },
      partitions: partitionData.map(({ index }) => failure(index, code)),
    })),
  )
}
