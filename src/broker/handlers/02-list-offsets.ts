/**
 * ListOffsets (key 2), versions 1 to 11: offsets by timestamp, and by the special timestamps.
 *
 * −1 latest (the high watermark), −2 earliest, −3 the record with the largest timestamp (KIP-734), −4 earliest local
 * (KIP-405; the same as earliest without tiered storage), −5 latest tiered (KIP-1005) and −6 earliest pending upload
 * (KIP-1023): none without tiered storage. Left out: tiered storage, requests of followers.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { ListOffsetsRequest, ListOffsetsResponseInput } from '../../protocol/messages/02-list-offsets.ts'
import type { DiskError } from '../../world/disk.ts'
import type { TimestampedOffset } from '../log/log-read.ts'
import type { Partition } from '../replication/partition.ts'
import { leaderEpochProblem } from './fetch-operation.ts'
import { handler, type Services } from './services.ts'

type Wanted = ListOffsetsRequest['topics'][number]['partitions'][number]
type Listed = ListOffsetsResponseInput['topics'][number]['partitions'][number]

/** The first version that knows a special timestamp. */
const sinceVersion = new Map([
  [-3, 7],
  [-4, 8],
  [-5, 9],
  [-6, 11],
])

export const handleListOffsets = handler(apis.listOffsets, (services, { apiVersion }, request, answer) => {
  const asked = merged(request)
  const topics = asked.map(({ name, partitions }) => ({ name, partitions: new Array<Listed>(partitions.length) }))
  let open = 1
  const close = (): void => {
    open--
    if (open === 0) answer({ topics: apiVersion < 4 ? topics.map(withoutEpochs) : topics })
  }
  asked.forEach(({ name, partitions }, at) => {
    partitions.forEach((wanted, index) => {
      open++
      list(services, apiVersion, name, wanted, (listed) => {
        topics[at]!.partitions[index] = listed
        close()
      })
    })
  })
  close()
})

interface AskedTopic {
  readonly name: string
  /** Only its number where a partition is named more than once, which is an error. */
  readonly partitions: readonly (Wanted | number)[]
}

/** Each topic and partition once, topics without partitions left out, as Kafka answers them. */
function merged({ topics }: ListOffsetsRequest): readonly AskedTopic[] {
  const byName = new Map<string, Map<number, Wanted | number>>()
  for (const { name, partitions } of topics) {
    const known = byName.get(name) ?? new Map<number, Wanted | number>()
    for (const wanted of partitions) {
      const { partitionIndex } = wanted
      known.set(partitionIndex, known.has(partitionIndex) ? partitionIndex : wanted)
    }
    if (known.size > 0) byName.set(name, known)
  }
  return [...byName].map(([name, partitions]) => ({ name, partitions: [...partitions.values()] }))
}

/** Leader epochs are told from version 4 on. */
function withoutEpochs({ name, partitions }: { readonly name: string; readonly partitions: readonly Listed[] }) {
  return { name, partitions: partitions.map((listed) => ({ ...listed, leaderEpoch: -1 })) }
}

function list(
  services: Services,
  apiVersion: number,
  topic: string,
  wanted: Wanted | number,
  done: (listed: Listed) => void,
): void {
  if (typeof wanted === 'number') return done(failure({ partitionIndex: wanted }, errorCode.INVALID_REQUEST))
  if (wanted.timestamp < -2 && apiVersion < (sinceVersion.get(wanted.timestamp) ?? Number.POSITIVE_INFINITY)) {
    return done(failure(wanted, errorCode.UNSUPPORTED_VERSION))
  }
  const partition = services.partitions.led(topic, wanted.partitionIndex)
  if (typeof partition === 'number') return done(failure(wanted, partition))
  const epochProblem = leaderEpochProblem(wanted.currentLeaderEpoch, partition.leaderEpoch)
  if (epochProblem !== undefined) return done(failure(wanted, epochProblem))
  const { log, highWatermark } = partition
  const at = (offset: number): void => done(found(wanted, partition, { offset, timestamp: -1 }))
  const located = (error: DiskError | undefined, record: TimestampedOffset | undefined): void => {
    if (error !== undefined) return done(failure(wanted, errorCode.KAFKA_STORAGE_ERROR))
    const isShown = record !== undefined && record.offset < highWatermark
    done(isShown ? found(wanted, partition, record) : found(wanted, partition, undefined))
  }
  switch (wanted.timestamp) {
    case -1:
      return at(highWatermark)
    case -2:
    case -4:
      return at(log.startOffset)
    case -3:
      return log.offsetOfMaxTimestamp(located)
    case -5:
    case -6:
      return done(found(wanted, partition, undefined))
    default:
      return log.offsetForTimestamp(wanted.timestamp, located)
  }
}

function found(wanted: Wanted, partition: Partition, record: TimestampedOffset | undefined): Listed {
  const { partitionIndex } = wanted
  const base = { partitionIndex, errorCode: errorCode.NONE }
  if (record === undefined) return { ...base, timestamp: -1, offset: -1, leaderEpoch: -1 }
  const { offset, timestamp } = record
  const isEnd = offset >= partition.log.endOffset
  const epoch = isEnd ? partition.leaderEpoch : partition.log.epochs.epochAt(offset)
  return { ...base, timestamp, offset, leaderEpoch: epoch }
}

function failure({ partitionIndex }: Pick<Wanted, 'partitionIndex'>, code: ErrorCode): Listed {
  return { partitionIndex, errorCode: code, timestamp: -1, offset: -1, leaderEpoch: -1 }
}
