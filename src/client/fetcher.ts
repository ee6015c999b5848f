/**
 * Fetches the records of a consumer's partitions from their leaders, one fetch per broker at a time.
 *
 * A broker is asked again when everything its last answer brought was handed out, so what is buffered is bounded by one
 * answer (`fetchMaxBytes`) per broker. Errors that pass lead to a refresh of metadata and a pause of that partition; others
 * become the partition's `problem`. Not here: which record is next (`fetched-records.ts`), looking offsets up.
 *
 * Source: KIP-74 (bounds), KIP-227 (sessions), KIP-320 (leader epochs, truncation), KIP-516 (topic ids).
 */

import { apis } from '../protocol/apis.ts'
import { errorCode, isRetriable } from '../protocol/errors.ts'
import type { FetchRequestInput, FetchResponse } from '../protocol/messages/01-fetch.ts'
import { type Uuid, ZERO_UUID } from '../protocol/uuid.ts'
import type { AssignedPartition } from './assigned-partition.ts'
import { backoffMs } from './backoff.ts'
import { type FetchPlan, type FetchPosition, FetchSession } from './fetch-session.ts'
import { FetchedRecords } from './fetched-records.ts'
import type { ConsumerSettings } from './options.ts'
import { clientFailure, failureOfCode } from './outcomes.ts'
import type { Services } from './services.ts'

/** Who hands records out. Each call is an event of its own. */
export interface FetchOwner {
  /** Something came in, or something may be tried again. */
  progressed(): void
}

/** The consumer's side of one broker. */
interface Source {
  readonly session: FetchSession
  isFetching: boolean
}

type PartitionAnswer = FetchResponse['responses'][number]['partitions'][number]

const never = Number.MAX_SAFE_INTEGER

/** See the head of this file. */
export class Fetcher {
  readonly #services: Services
  readonly #settings: ConsumerSettings
  readonly #owner: FetchOwner
  readonly #sources = new Map<number, Source>()
  readonly #crc32c: ((bytes: Uint8Array, start: number, end: number) => number) | undefined
  #isRefreshing = false

  constructor(services: Services, settings: ConsumerSettings, owner: FetchOwner) {
    this.#services = services
    this.#settings = settings
    this.#owner = owner
    const { codecs } = services.world
    this.#crc32c = settings.checkCrcs ? (bytes, start, end) => codecs.crc32c(bytes, start, end) : undefined
  }

  /** Starts a fetch at every broker that can be asked. Returns when to call again, in monotonic µs, if time is awaited. */
  fetch(partitions: readonly AssignedPartition[], nowUs: number): number {
    const byLeader = new Map<number, AssignedPartition[]>()
    const held = new Set<number>()
    let dueUs = never
    for (const partition of partitions) {
      const leader = this.#services.metadata.leaderOf(partition.topic, partition.partition)
      if (leader < 0) this.refresh()
      else if (partition.fetched !== undefined || partition.problem !== undefined) held.add(leader)
      else if (partition.seek !== undefined) {
        const holdUntilUs = this.#holdUntilUs(partition)
        if (holdUntilUs > nowUs) {
          held.add(leader)
          dueUs = Math.min(dueUs, holdUntilUs)
        }
      } else if (partition.retryAtUs > nowUs) dueUs = Math.min(dueUs, partition.retryAtUs)
      else {
        const group = byLeader.get(leader)
        if (group === undefined) byLeader.set(leader, [partition])
        else group.push(partition)
      }
    }
    for (const [leader, group] of byLeader) {
      const source = this.#source(leader)
      if (!source.isFetching && !held.has(leader)) this.#send(leader, source, group)
    }
    return dueUs
  }

  /**
   * A broker answers in order, so a fetch that waits for records would hold up an offset's look-up behind it: the look-up
   * goes first, unless it takes long.
   */
  #holdUntilUs(partition: AssignedPartition): number {
    return partition.lookingUpSinceUs + this.#services.settings.retryBackoffMaxMs * 1000
  }

  /** Asks for metadata, and tells the owner when that is done. */
  refresh(): void {
    if (this.#isRefreshing || this.#services.isClosed()) return
    this.#isRefreshing = true
    this.#services.refresher.refresh(() => {
      this.#isRefreshing = false
      this.#owner.progressed()
    })
  }

  #send(leader: number, source: Source, group: readonly AssignedPartition[]): void {
    const positions = group.map((partition) => this.#positionOf(partition))
    const hasIds = positions.every(({ topicId }) => topicId !== ZERO_UUID)
    const plan = source.session.plan(positions)
    const { connections } = this.#services
    source.isFetching = true
    const options = hasIds ? {} : { versionMax: 12 }
    connections.request(
      leader,
      apis.fetch,
      (version) => this.#body(plan, version),
      options,
      (_error, response) => {
        source.isFetching = false
        if (response === undefined) {
          source.session.lost()
          this.#pause(group)
        } else {
          source.session.answered(response.errorCode, response.sessionId)
          if (response.errorCode !== errorCode.NONE) this.#pause(group)
          else this.#take(group, positions, response)
        }
        this.#owner.progressed()
      },
    )
  }

  #positionOf({ topic, partition, offset, lastEpoch }: AssignedPartition): FetchPosition {
    const { metadata } = this.#services
    const topicId = metadata.topic(topic)?.id ?? ZERO_UUID
    const currentLeaderEpoch = metadata.partition(topic, partition)?.leaderEpoch ?? -1
    return { topic, topicId, partition, offset, currentLeaderEpoch, lastFetchedEpoch: lastEpoch }
  }

  #body(plan: FetchPlan, version: number): FetchRequestInput {
    const { fetchMaxWaitMs, fetchMinBytes, fetchMaxBytes, maxPartitionFetchBytes } = this.#settings
    const named = plan.named.map((position) => ({
      partition: position.partition,
      currentLeaderEpoch: position.currentLeaderEpoch,
      fetchOffset: position.offset,
      lastFetchedEpoch: version >= 12 ? position.lastFetchedEpoch : -1,
      partitionMaxBytes: maxPartitionFetchBytes,
    }))
    const forgotten = plan.forgotten.map(({ partition }) => partition)
    return {
      maxWaitMs: fetchMaxWaitMs,
      minBytes: fetchMinBytes,
      maxBytes: fetchMaxBytes,
      sessionId: plan.sessionId,
      sessionEpoch: plan.sessionEpoch,
      topics: byTopic(plan.named, named),
      forgottenTopicsData: byTopic(plan.forgotten, forgotten),
    }
  }

  #take(group: readonly AssignedPartition[], positions: readonly FetchPosition[], response: FetchResponse): void {
    const answers = new Map<string, PartitionAnswer>()
    for (const topic of response.responses) {
      for (const answer of topic.partitions) {
        // Either the name or the id is there, as the version has it; the other is empty or zero.
        answers.set(`${topic.topic === '' ? topic.topicId : topic.topic}/${answer.partitionIndex}`, answer)
      }
    }
    for (const [index, partition] of group.entries()) {
      const { topic, topicId, offset } = positions[index]!
      const answer = answers.get(`${topic}/${partition.partition}`) ?? answers.get(`${topicId}/${partition.partition}`)
      // In a session the answer leaves out what has no news; and a partition may have been assigned anew meanwhile.
      if (answer === undefined || !partition.isAssigned || partition.offset !== offset) continue
      if (answer.errorCode === errorCode.NONE) this.#accept(partition, answer)
      else this.#refused(partition, answer, response)
    }
  }

  #accept(partition: AssignedPartition, answer: PartitionAnswer): void {
    partition.failures = 0
    const { epoch, endOffset } = answer.divergingEpoch
    if (epoch >= 0) {
      const { topic, partition: number, offset } = partition
      const message = `${topic}-${number} was truncated to offset ${endOffset} of leader epoch ${epoch}`
      const detail = `${message}; records before offset ${offset} that were read are gone, reading goes on from there`
      if (endOffset >= 0 && endOffset < offset) partition.moveTo(endOffset)
      partition.lastEpoch = -1
      partition.problem = clientFailure('definite', 'LOG_TRUNCATED', detail)
    } else if (answer.records !== null && answer.records.length > 0) {
      partition.fetched = new FetchedRecords(answer.records, this.#crc32c, this.#services.world.codecs)
    }
  }

  #refused(partition: AssignedPartition, answer: PartitionAnswer, response: FetchResponse): void {
    const { topic, partition: number, offset } = partition
    const code = answer.errorCode
    this.#services.metadata.learnLeader(topic, number, answer.currentLeader, response.nodeEndpoints)
    if (code === errorCode.OFFSET_OUT_OF_RANGE && this.#settings.autoOffsetReset !== 'error') {
      partition.seek = this.#settings.autoOffsetReset
    } else if (code === errorCode.UNKNOWN_SERVER_ERROR || (isRetriable(code) && code !== errorCode.CORRUPT_MESSAGE)) {
      this.#pause([partition])
    } else {
      partition.problem = failureOfCode(code, `${topic}-${number} was fetched at offset ${offset}`, null)
    }
  }

  /** Leaves the partitions alone for a while, and has a look at the cluster. */
  #pause(partitions: readonly AssignedPartition[]): void {
    const { world, settings } = this.#services
    const nowUs = world.clock.monotonicUs()
    for (const partition of partitions) {
      partition.failures++
      const { retryBackoffMs, retryBackoffMaxMs } = settings
      const pauseMs = backoffMs(world.random, retryBackoffMs, retryBackoffMaxMs, partition.failures)
      partition.retryAtUs = nowUs + pauseMs * 1000
    }
    this.refresh()
  }

  #source(leader: number): Source {
    let source = this.#sources.get(leader)
    if (source === undefined) {
      source = { session: new FetchSession(this.#settings.fetchSessions), isFetching: false }
      this.#sources.set(leader, source)
    }
    return source
  }
}

interface TopicPart<Part> {
  readonly topic: string
  readonly topicId: Uuid
  readonly partitions: Part[]
}

/** Groups `parts`, one for each position, by topic; topics in the order in which they first come. */
function byTopic<Part>(positions: readonly FetchPosition[], parts: readonly Part[]): readonly TopicPart<Part>[] {
  const topics = new Map<string, TopicPart<Part>>()
  for (const [index, { topic, topicId }] of positions.entries()) {
    const part = parts[index]!
    const key = `${topic}/${topicId}`
    const known = topics.get(key)
    if (known === undefined) topics.set(key, { topic, topicId, partitions: [part] })
    else known.partitions.push(part)
  }
  return [...topics.values()]
}
