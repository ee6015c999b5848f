/**
 * Fetch sessions: a fetcher names its partitions once and then only what changed; it is answered only what changed.
 *
 * A session is created by a full fetch (epoch 0) while there is a free slot or one whose session has been idle for two
 * minutes; the epoch counts its requests. Session errors are answered for the whole request. All sessions together
 * remember a bounded number of partitions: who would exceed it fetches without a session, or loses the one it has and is
 * told that it is not found. KIP-227.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { FetchRequest } from '../../protocol/messages/01-fetch.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import type { Clock } from '../../world/clock.ts'
import { drawBelow, type Random } from '../../world/random.ts'

/** One partition that is fetched, as the fetcher asked for it. */
export interface FetchTarget {
  readonly topic: string
  readonly topicId: Uuid
  readonly partition: number
  readonly currentLeaderEpoch: number
  readonly fetchOffset: number
  readonly lastFetchedEpoch: number
  readonly maxBytes: number
}

/** What a session remembers of a partition: the target, and what the fetcher was told last. */
export interface SessionPartition {
  target: FetchTarget
  highWatermark: number
  logStartOffset: number
}

export interface FetchSession {
  readonly id: number
  readonly usesTopicIds: boolean
  /** In the order in which they are read: those answered with records move to the end. */
  readonly partitions: Map<string, SessionPartition>
  /** The epoch of the next request. */
  epoch: number
  lastUsedUs: number
}

export type SessionPlan =
  | { readonly kind: 'sessionless'; readonly targets: readonly FetchTarget[] }
  | { readonly kind: 'full' | 'incremental'; readonly session: FetchSession; readonly targets: readonly FetchTarget[] }
  | { readonly kind: 'refused'; readonly errorCode: ErrorCode }

/** Sessions idle for less than this are not evicted (`min.incremental.fetch.session.eviction.ms`). */
const EVICTION_US = 120_000_000
/** Partitions that all sessions together remember, unless told otherwise. */
const SESSION_PARTITIONS_MAX = 1_000_000
const FINAL_EPOCH = -1
const INITIAL_EPOCH = 0

export class FetchSessions {
  readonly #clock: Clock
  readonly #random: Random
  readonly #slots: number
  readonly #partitionsMax: number
  #partitions = 0
  /** Least recently used first. */
  readonly #sessions = new Map<number, FetchSession>()

  constructor(clock: Clock, random: Random, slots: number, partitionsMax: number = SESSION_PARTITIONS_MAX) {
    this.#clock = clock
    this.#random = random
    this.#slots = slots
    this.#partitionsMax = partitionsMax
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Partitions that all sessions together remember. */
  get partitions(): number {
    return this.#partitions
  }

  /** What a request asks to be read, and in which session. */
  plan(request: FetchRequest, usesTopicIds: boolean): SessionPlan {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === FINAL_EPOCH || sessionEpoch === INITIAL_EPOCH) {
      this.#drop(this.#sessions.get(sessionId))
      const asked = targetsOf(request)
      const targets = [...asked.values()]
      const session = sessionEpoch === INITIAL_EPOCH ? this.#create(asked, usesTopicIds) : undefined
      return session === undefined ? { kind: 'sessionless', targets } : { kind: 'full', session, targets }
    }
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return { kind: 'refused', errorCode: errorCode.FETCH_SESSION_ID_NOT_FOUND }
    if (session.epoch !== sessionEpoch) return { kind: 'refused', errorCode: errorCode.INVALID_FETCH_SESSION_EPOCH }
    if (session.usesTopicIds !== usesTopicIds) {
      return { kind: 'refused', errorCode: errorCode.FETCH_SESSION_TOPIC_ID_ERROR }
    }
    this.#update(session, request)
    if (this.#partitions > this.#partitionsMax) {
      this.#drop(session)
      return { kind: 'refused', errorCode: errorCode.FETCH_SESSION_ID_NOT_FOUND }
    }
    return { kind: 'incremental', session, targets: [...session.partitions.values()].map(({ target }) => target) }
  }

  /** What a session is fetching now; nothing where there is no such session. */
  targets(sessionId: number): readonly FetchTarget[] {
    return [...(this.#sessions.get(sessionId)?.partitions.values() ?? [])].map(({ target }) => target)
  }

  #create(targets: ReadonlyMap<string, FetchTarget>, usesTopicIds: boolean): FetchSession | undefined {
    if (this.#partitions + targets.size > this.#partitionsMax) return undefined
    if (!this.#makeRoom()) return undefined
    const session: FetchSession = {
      ...{ id: this.#newId(), usesTopicIds, epoch: 1, lastUsedUs: this.#clock.monotonicUs() },
      partitions: new Map(),
    }
    for (const [key, target] of targets) session.partitions.set(key, unanswered(target))
    this.#sessions.set(session.id, session)
    this.#partitions += session.partitions.size
    return session
  }

  #drop(session: FetchSession | undefined): void {
    if (session === undefined || !this.#sessions.delete(session.id)) return
    this.#partitions -= session.partitions.size
  }

  #makeRoom(): boolean {
    if (this.#sessions.size < this.#slots) return true
    const [oldest] = this.#sessions.values()
    if (oldest === undefined || this.#clock.monotonicUs() - oldest.lastUsedUs < EVICTION_US) return false
    this.#drop(oldest)
    return true
  }

  #newId(): number {
    for (;;) {
      const id = drawBelow(this.#random, 2 ** 31 - 1) + 1
      if (!this.#sessions.has(id)) return id
    }
  }

  #update(session: FetchSession, request: FetchRequest): void {
    const before = session.partitions.size
    for (const [key, target] of targetsOf(request)) {
      const known = session.partitions.get(key)
      if (known === undefined) session.partitions.set(key, unanswered(target))
      else known.target = target
    }
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      for (const partition of partitions) session.partitions.delete(keyOf({ topic, topicId, partition }))
    }
    this.#partitions += session.partitions.size - before
    session.epoch = session.epoch === 2 ** 31 - 1 ? 1 : session.epoch + 1
    session.lastUsedUs = this.#clock.monotonicUs()
    this.#sessions.delete(session.id)
    this.#sessions.set(session.id, session)
  }
}

/** The partition within a session; requests name topics by name or by id, never both. */
export function keyOf({ topic, topicId, partition }: Pick<FetchTarget, 'topic' | 'topicId' | 'partition'>): string {
  return `${topic}/${topicId}/${partition}`
}

function unanswered(target: FetchTarget): SessionPartition {
  return { target, highWatermark: -1, logStartOffset: -1 }
}

/** Each partition once, by its key: where one is named twice, what is said last counts, as in Kafka. */
function targetsOf(request: FetchRequest): Map<string, FetchTarget> {
  const targets = new Map<string, FetchTarget>()
  for (const { topic, topicId, partitions } of request.topics) {
    for (const { partition, currentLeaderEpoch, fetchOffset, lastFetchedEpoch, partitionMaxBytes } of partitions) {
      const maxBytes = partitionMaxBytes
      const target = { topic, topicId, partition, currentLeaderEpoch, fetchOffset, lastFetchedEpoch, maxBytes }
      targets.set(keyOf(target), target)
    }
  }
  return targets
}
