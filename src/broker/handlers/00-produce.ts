/**
 * Produce (key 0), versions 3 to 13: appends batches as the leader and answers when they are vouched for.
 *
 * acks=0: no response; on an error the connection is closed. acks=1 and acks=all differ only with more than one replica:
 * here both wait until the records are vouched for: at once, unless `flush.messages=1`. The request's timeout is for other
 * replicas; of a flush here Kafka takes no time off, however short it is. A repeated batch of an idempotent producer gets its first offsets.
 * Versions below 7 take no zstd (KIP-110). Left out: transactions (refused), quotas.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { ProduceRequest, ProduceResponseInput } from '../../protocol/messages/00-produce.ts'
import { batchBytes } from '../../protocol/record-batch.ts'
import { assert } from '../../world/assert.ts'
import type { DelayedOperation } from '../delayed/purgatory.ts'
import type { AppendResult } from '../log/partition-log.ts'
import type { Partition } from '../replication/partition.ts'
import {
  asTopicKeeps,
  formProblem,
  type ProduceProblem,
  produceProblem,
  type RecordError,
  requestProblem,
} from './produce-validation.ts'
import { handler, type Services } from './services.ts'

const ALL = -1
/** How long a flush may take before the request is answered without it. */
const FLUSH_MS_MAX = 30_000

/** What became of one partition of a request. */
interface PartitionResult {
  readonly index: number
  readonly partition?: Partition
  errorCode: ErrorCode
  readonly errorMessage?: string | null
  readonly recordErrors?: readonly RecordError[]
  /** Where the log begins, as far as the answer tells it: not where the records were not brought to the log. */
  readonly logStartOffset: number
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
  const refusal = requestProblem(request)
  if (refusal !== undefined) return answer(request.acks === 0 ? 'close' : refuseAll(request, refusal))
  const topics = mergedTopics(request).map((topic) => produceToTopic(services, apiVersion, request, topic))
  services.partitions.settle()
  if (request.acks === 0) return answer(topics.some(hasFailed) ? 'close' : 'none')
  const waiting = resultsBehind(topics)
  if (waiting.length === 0) return answer(respond(topics))
  const operation = new DelayedProduce(waiting, () => answer(respond(topics)))
  const keys = waiting.map(({ partition }) => partition!)
  whenGone?.(services.partitions.produces.tryElseWatch(operation, keys, Math.max(request.timeoutMs, FLUSH_MS_MAX)))
})

function hasFailed({ partitions }: TopicResult): boolean {
  return partitions.some((result) => result.errorCode !== errorCode.NONE)
}

/** Those whose records are not vouched for yet. */
function resultsBehind(topics: readonly TopicResult[]): readonly PartitionResult[] {
  const behind: PartitionResult[] = []
  for (const { partitions } of topics) {
    for (const result of partitions) {
      if (result.partition !== undefined && result.partition.highWatermark < result.requiredEnd) behind.push(result)
    }
  }
  return behind
}

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

type AskedTopic = ProduceRequest['topicData'][number]

/** A topic of a request, with the records of each partition it names. */
interface TopicRecords extends Pick<AskedTopic, 'name' | 'topicId'> {
  readonly partitionData: readonly PartitionRecords[]
}

interface PartitionRecords {
  readonly index: number
  readonly records: Uint8Array | null
  /** What stands before them in the same request for the same partition. */
  readonly earlier?: readonly (Uint8Array | null)[]
}

/** Each topic and partition once. */
function mergedTopics({ topicData }: ProduceRequest): readonly TopicRecords[] {
  // A batch in a request of its own is what many small batches are.
  if (topicData.length === 1 && topicData[0]!.partitionData.length === 1) return topicData
  const topics = new Map<string, Pick<AskedTopic, 'name' | 'topicId'> & { sent: Map<number, (Uint8Array | null)[]> }>()
  for (const { name, topicId, partitionData } of topicData) {
    if (partitionData.length === 0) continue
    const key = `${name}/${topicId}`
    const topic = topics.get(key) ?? { name, topicId, sent: new Map() }
    topics.set(key, topic)
    for (const { index, records } of partitionData) {
      const known = topic.sent.get(index)
      if (known === undefined) topic.sent.set(index, [records])
      else known.push(records)
    }
  }
  return [...topics.values()].map(({ name, topicId, sent }) => {
    const partitionData = [...sent].map(([index, all]) => {
      const records = all.at(-1) ?? null
      return all.length === 1 ? { index, records } : { index, records, earlier: all.slice(0, -1) }
    })
    return { name, topicId, partitionData }
  })
}

function produceToTopic(
  services: Services,
  apiVersion: number,
  request: ProduceRequest,
  topic: TopicRecords,
): TopicResult {
  const byId = apiVersion >= 13
  const name = byId ? services.image.topicById(topic.topicId)?.name : topic.name
  const partitions = topic.partitionData.map((sent) => {
    const { index } = sent
    const partition = name === undefined ? errorCode.UNKNOWN_TOPIC_ID : services.partitions.led(name, index)
    if (partition === errorCode.UNKNOWN_TOPIC_ID || partition === errorCode.UNKNOWN_TOPIC_OR_PARTITION) {
      return failure(index, partition)
    }
    const appendThem = (records: Uint8Array | null): PartitionResult => {
      const { acks } = request
      if (acks !== 0 && acks !== 1 && acks !== ALL) return failure(index, errorCode.INVALID_REQUIRED_ACKS)
      if (typeof partition === 'number') return failure(index, partition)
      return append(services, request, partition, records)
    }
    return appendFit(apiVersion, sent, appendThem)
  })
  return { name: topic.name, topicId: topic.topicId, partitions }
}

/**
 * Has records appended that are a batch. Of several for one partition the last are, whatever is wrong with others; and if
 * something is, then that is what is told, as in Kafka.
 */
function appendFit(
  apiVersion: number,
  { index, records, earlier }: PartitionRecords,
  appendThem: (records: Uint8Array | null) => PartitionResult,
): PartitionResult {
  let unfit: ProduceProblem | undefined
  let result: PartitionResult | undefined
  for (const sent of earlier === undefined ? [records] : [...earlier, records].reverse()) {
    const wrong = formProblem(apiVersion, sent)
    unfit ??= wrong
    if (wrong === undefined) result ??= appendThem(sent)
  }
  if (unfit !== undefined) return failure(index, unfit.errorCode, unfit.message)
  assert(result !== undefined, 'records with which nothing is wrong are brought to the log')
  return result
}

function append(
  services: Services,
  request: ProduceRequest,
  partition: Partition,
  sent: Uint8Array | null,
): PartitionResult {
  const problem = produceProblem(services.world, partition.log.config, request, sent)
  if (problem !== undefined || sent === null) {
    return failureOf(partition, problem?.errorCode ?? errorCode.INVALID_RECORD, problem?.message, problem?.recordErrors)
  }
  // What follows the batch and is too short to be another is not kept.
  const size = batchBytes(sent, 0)
  const records = sent.length === size ? sent : sent.subarray(0, size)
  const batch = asTopicKeeps(services.world, partition.log.config, records)
  if (!(batch instanceof Uint8Array)) return failureOf(partition, batch.errorCode, batch.message)
  const result = partition.log.append(batch, partition.leaderEpoch)
  if (result.kind === 'appended') services.partitions.touch(partition)
  return outcome(partition, result)
}

function outcome(partition: Partition, result: AppendResult): PartitionResult {
  const { index } = partition
  const logStartOffset = partition.log.startOffset
  switch (result.kind) {
    case 'appended':
      return {
        index,
        partition,
        logStartOffset,
        errorCode: errorCode.NONE,
        baseOffset: result.baseOffset,
        requiredEnd: result.endOffset,
        logAppendTimeMs: result.timestamp,
      }
    case 'duplicate': {
      const { lastOffset, offsetDelta, timestamp } = result.batch
      return {
        index,
        partition,
        logStartOffset,
        errorCode: errorCode.NONE,
        baseOffset: lastOffset - offsetDelta,
        requiredEnd: lastOffset + 1,
        // Whatever the topic's kind of timestamps, as in Kafka.
        logAppendTimeMs: timestamp,
      }
    }
    case 'refused':
      return failureOf(partition, errorCode[result.error])
    case 'failed':
      return failure(index, errorCode.KAFKA_STORAGE_ERROR, result.error.message)
  }
}

function failure(index: number, code: ErrorCode, message?: string): PartitionResult {
  const errorMessage = message ?? null
  const nothing = { baseOffset: -1, requiredEnd: 0, logAppendTimeMs: -1, logStartOffset: -1 }
  return { index, errorCode: code, errorMessage, ...nothing }
}

/** What a log has refused. It tells where it begins, but for a batch that is too large or damaged. */
function failureOf(
  { index, log }: Partition,
  code: ErrorCode,
  message?: string,
  recordErrors: readonly RecordError[] = [],
): PartitionResult {
  const isUnread =
    code === errorCode.MESSAGE_TOO_LARGE ||
    code === errorCode.RECORD_LIST_TOO_LARGE ||
    code === errorCode.CORRUPT_MESSAGE
  return { ...failure(index, code, message), recordErrors, logStartOffset: isUnread ? -1 : log.startOffset }
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
          logStartOffset: isAppended || result.partition === undefined ? result.logStartOffset : -1,
          recordErrors: result.recordErrors ?? [],
          errorMessage: result.errorMessage ?? null,
        }
      }),
    })),
  }
}

function refuseAll(request: ProduceRequest, code: ErrorCode): ProduceResponseInput {
  return respond(
    mergedTopics(request).map(({ name, topicId, partitionData }) => ({
      ...{ name, topicId },
      partitions: partitionData.map(({ index }) => failure(index, code)),
    })),
  )
}
