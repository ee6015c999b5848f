/**
 * Looks up offsets of partitions at their leaders: starts, ends, or the first record at or after a time.
 *
 * One operation, with one deadline. It asks each leader once for all its partitions, and asks again, after a refresh of
 * metadata and a pause, for those that could not be told yet. Each partition's result is handed over as it comes.
 * Offsets are those of a reader of uncommitted records.
 */

import { apis } from '../protocol/apis.ts'
import { errorCode, impliesStaleMetadata, isRetriable } from '../protocol/errors.ts'
import type { ListOffsetsRequestInput, ListOffsetsResponse } from '../protocol/messages/02-list-offsets.ts'
import type { StartingPoint } from './assigned-partition.ts'
import { backoffMs } from './backoff.ts'
import { clientFailure, type Failure, failureOfCode } from './outcomes.ts'
import type { Services } from './services.ts'

/** What to look up. */
export interface OffsetTarget {
  readonly topic: string
  readonly partition: number
  readonly point: Exclude<StartingPoint, number>
}

/** Gets one target's offset, or why there is none. Once per target, never within the call that began the query. */
export type OffsetFound = (target: OffsetTarget, offset: number | Failure) => void

const timestamps = { latest: -1, earliest: -2 } as const

/** See the head of this file. */
export class OffsetQuery {
  readonly #services: Services
  readonly #found: OffsetFound
  readonly #deadlineUs: number
  /** Targets without a result. */
  readonly #open: Set<OffsetTarget>
  #unanswered = 0
  #rounds = 0

  /** Begins the query; it ends by itself. */
  constructor(services: Services, targets: readonly OffsetTarget[], timeoutMs: number, found: OffsetFound) {
    this.#services = services
    this.#found = found
    this.#deadlineUs = services.world.clock.monotonicUs() + timeoutMs * 1000
    this.#open = new Set(targets)
    for (const { topic } of targets) services.metadata.want(topic)
    this.#startRound()
  }

  #startRound(): void {
    this.#rounds++
    const byLeader = new Map<number, OffsetTarget[]>()
    for (const target of this.#open) {
      const leader = this.#services.metadata.leaderOf(target.topic, target.partition)
      if (leader < 0) continue
      const targets = byLeader.get(leader)
      if (targets === undefined) byLeader.set(leader, [target])
      else targets.push(target)
    }
    this.#unanswered = byLeader.size
    for (const [leader, targets] of byLeader) this.#ask(leader, targets)
    if (byLeader.size === 0) this.#endRound()
  }

  #ask(leader: number, targets: readonly OffsetTarget[]): void {
    const { connections, settings, world } = this.#services
    const leftMs = Math.ceil((this.#deadlineUs - world.clock.monotonicUs()) / 1000)
    const timeoutMs = Math.max(1, Math.min(settings.requestTimeoutMs, leftMs))
    connections.request(
      leader,
      apis.listOffsets,
      () => this.#body(targets),
      { timeoutMs },
      (_error, response) => {
        if (response !== undefined) this.#take(targets, response)
        if (--this.#unanswered === 0) this.#endRound()
      },
    )
  }

  #body(targets: readonly OffsetTarget[]): ListOffsetsRequestInput {
    const { metadata, settings } = this.#services
    const topics = targets.map(({ topic, partition, point }) => ({
      name: topic,
      partitions: [
        {
          partitionIndex: partition,
          currentLeaderEpoch: metadata.partition(topic, partition)?.leaderEpoch ?? -1,
          timestamp: typeof point === 'string' ? timestamps[point] : point.timestampMs,
        },
      ],
    }))
    return { replicaId: -1, topics: mergeTopics(topics), timeoutMs: settings.requestTimeoutMs }
  }

  #take(targets: readonly OffsetTarget[], response: ListOffsetsResponse): void {
    for (const target of targets) {
      const answer = response.topics
        .find(({ name }) => name === target.topic)
        ?.partitions.find(({ partitionIndex }) => partitionIndex === target.partition)
      if (answer === undefined || isRetriable(answer.errorCode)) continue
      // A broker that has not caught up says so once; believing it at once would fail what a moment later succeeds.
      if (impliesStaleMetadata(answer.errorCode) || answer.errorCode === errorCode.UNKNOWN_SERVER_ERROR) continue
      this.#open.delete(target)
      if (answer.errorCode === errorCode.NONE) this.#found(target, answer.offset)
      else {
        const context = `an offset of ${target.topic}-${target.partition} was asked for`
        this.#found(target, failureOfCode(answer.errorCode, context, null))
      }
    }
  }

  #endRound(): void {
    if (this.#open.size === 0) return
    const { settings, world, refresher } = this.#services
    const { retryBackoffMs, retryBackoffMaxMs } = settings
    // After the first round the pause that a refresh makes anyway is enough.
    const pauseMs =
      this.#rounds === 1 ? 0 : backoffMs(world.random, retryBackoffMs, retryBackoffMaxMs, this.#rounds - 1)
    const leftUs = this.#deadlineUs - world.clock.monotonicUs()
    world.clock.setTimer(Math.max(0, Math.min(pauseMs * 1000, leftUs)), () => {
      if (world.clock.monotonicUs() >= this.#deadlineUs || this.#services.isClosed()) this.#giveUp()
      else refresher.refresh(() => this.#startRound())
    })
  }

  #giveUp(): void {
    const targets = [...this.#open]
    this.#open.clear()
    for (const target of targets) {
      const message = `no leader of ${target.topic}-${target.partition} told an offset in time`
      this.#found(target, clientFailure('definite', this.#services.isClosed() ? 'CLOSED' : 'API_TIMED_OUT', message))
    }
  }
}

interface TopicRequest {
  readonly name: string
  readonly partitions: readonly {
    readonly partitionIndex: number
    readonly currentLeaderEpoch: number
    readonly timestamp: number
  }[]
}

/** One entry per topic, as brokers expect. */
function mergeTopics(topics: readonly TopicRequest[]): readonly TopicRequest[] {
  const merged = new Map<string, TopicRequest>()
  for (const topic of topics) {
    const before = merged.get(topic.name)
    if (before === undefined) merged.set(topic.name, topic)
    else merged.set(topic.name, { name: topic.name, partitions: [...before.partitions, ...topic.partitions] })
  }
  return [...merged.values()]
}
