/**
 * ListOffsets (key 2), versions 1 to 11: offsets by timestamp, and by the special timestamps.
 *
 * −1 latest (for consumers the high watermark), −2 earliest, −3 the record with the largest timestamp (KIP-734), −4
 * earliest local (KIP-405; the same as earliest without tiered storage), −5 latest tiered (KIP-1005) and −6 earliest
 * pending upload (KIP-1023): none without tiered storage. A consumer is told OFFSET_NOT_AVAILABLE (LEADER_NOT_AVAILABLE
 * before version 5) while the high watermark lags behind the leader epoch (KIP-207). A replica, or a debugging one (−2)
 * that need not ask the leader, sees the whole log. Isolation levels agree while there are no transactions.
 *
 * Unlike Kafka's, the answer to −3 never lies below the log's start. Left out: tiered storage.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { ListOffsetsRequest, ListOffsetsResponseInput } from '../../protocol/messages/02-list-offsets.ts'
import type { DiskError } from '../../world/disk.ts'
import type { TimestampedOffset } from '../log/log-read.ts'
import { localReplica } from './local-replica.ts'
import { handler, type Services } from './services.ts'

type Wanted = ListOffsetsRequest['topics'][number]['partitions'][number]
type Listed = ListOffsetsResponseInput['topics'][number]['partitions'][number]

const CONSUMER = -1
const DEBUGGING_REPLICA = -2

const LATEST = -1
const EARLIEST = -2
const MAX_TIMESTAMP = -3
const EARLIEST_LOCAL = -4
const LATEST_TIERED = -5
const EARLIEST_PENDING_UPLOAD = -6

/** The first version that knows a special timestamp. */
const sinceVersion: ReadonlyMap<number, number> = new Map([
  [LATEST, 1],
  [EARLIEST, 1],
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
])

/** One request, as far as each of its partitions needs to know it. */
interface Question {
  readonly services: Services
  readonly apiVersion: number
  readonly replicaId: number
}

export const handleListOffsets = handler(apis.listOffsets, (services, { apiVersion }, request, answer) => {
  const question = { services, apiVersion, replicaId: request.replicaId }
  const topics = new Map<string, Map<number, Wanted | 'twice'>>()
  for (const { name, partitions } of request.topics) {
    if (partitions.length === 0) continue
    const wanted = topics.get(name) ?? new Map<number, Wanted | 'twice'>()
    topics.set(name, wanted)
    for (const one of partitions) wanted.set(one.partitionIndex, wanted.has(one.partitionIndex) ? 'twice' : one)
  }
  const listed = [...topics].map(([name, wanted]) => ({ name, partitions: new Array<Listed>(wanted.size) }))
  let open = 1
  const close = (): void => {
    open--
    if (open === 0) answer({ topics: apiVersion < 4 ? listed.map(withoutEpochs) : listed })
  }
  for (const [at, [name, partitions]] of [...topics].entries()) {
    for (const [index, [partitionIndex, wanted]] of [...partitions].entries()) {
      open++
      const done = (one: Listed): void => {
        listed[at]!.partitions[index] = one
        close()
      }
      if (wanted === 'twice') done(failure({ partitionIndex }, errorCode.INVALID_REQUEST))
      else list(question, name, wanted, done)
    }
  }
  close()
})

/** Leader epochs are told from version 4 on. */
function withoutEpochs({ name, partitions }: { readonly name: string; readonly partitions: readonly Listed[] }) {
  return { name, partitions: partitions.map((listed) => ({ ...listed, leaderEpoch: -1 })) }
}

function list(question: Question, topic: string, wanted: Wanted, done: (listed: Listed) => void): void {
  const { services, apiVersion, replicaId } = question
  const { timestamp, partitionIndex: index, currentLeaderEpoch } = wanted
  if (timestamp < 0 && apiVersion < (sinceVersion.get(timestamp) ?? Number.POSITIVE_INFINITY)) {
    return done(failure(wanted, errorCode.UNSUPPORTED_VERSION))
  }
  const who = replicaId === DEBUGGING_REPLICA ? 'any' : 'leader'
  const partition = localReplica(services, { topic, index, currentLeaderEpoch }, who)
  if (typeof partition === 'number') return done(failure(wanted, partition))
  const { log } = partition
  const end = replicaId === CONSUMER ? partition.highWatermark : log.endOffset
  const notAvailable = replicaId === CONSUMER && partition.isHighWatermarkLagging ? unavailable(apiVersion) : undefined
  const located = (error: DiskError | undefined, record: TimestampedOffset | undefined): void => {
    if (error !== undefined) return done(failure(wanted, errorCode.KAFKA_STORAGE_ERROR))
    const isShown = record !== undefined && record.offset < end
    if (isShown) return done(found(wanted, record, log.epochs.epochAt(record.offset)))
    done(notAvailable === undefined ? nothing(wanted) : failure(wanted, notAvailable))
  }
  switch (timestamp) {
    case LATEST:
      if (notAvailable !== undefined) return done(failure(wanted, notAvailable))
      return done(found(wanted, { offset: end, timestamp: -1 }, partition.leaderEpoch))
    case EARLIEST:
    case EARLIEST_LOCAL:
      return done(found(wanted, { offset: log.startOffset, timestamp: -1 }, partition.startEpoch))
    case MAX_TIMESTAMP:
      return log.offsetOfMaxTimestamp(located)
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return done(nothing(wanted))
    default:
      return log.offsetForTimestamp(timestamp, located)
  }
}

/** What a consumer is told in place of an offset that may lie above what an earlier leader has shown. */
function unavailable(apiVersion: number): ErrorCode {
  return apiVersion >= 5 ? errorCode.OFFSET_NOT_AVAILABLE : errorCode.LEADER_NOT_AVAILABLE
}

function found({ partitionIndex }: Wanted, { offset, timestamp }: TimestampedOffset, leaderEpoch: number): Listed {
  return { partitionIndex, errorCode: errorCode.NONE, timestamp, offset, leaderEpoch }
}

function nothing({ partitionIndex }: Wanted): Listed {
  return { partitionIndex, errorCode: errorCode.NONE, timestamp: -1, offset: -1, leaderEpoch: -1 }
}

function failure({ partitionIndex }: Pick<Wanted, 'partitionIndex'>, code: ErrorCode): Listed {
  return { partitionIndex, errorCode: code, timestamp: -1, offset: -1, leaderEpoch: -1 }
}
