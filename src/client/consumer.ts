/**
 * The consumer that people program against: partitions are assigned, `poll` gives their records in order.
 *
 * A poll hands out what was fetched before and has the next fetch started, or waits for one, at most as long as it was
 * told to. Errors that pass are retried behind the scenes; a poll fails only for what the caller must decide about, once
 * for each occurrence, and the position stays where it was (but for `LOG_TRUNCATED`, see there).
 * Not here: groups, committed offsets, transactions (uncommitted records are read).
 */

import { assert } from '../world/assert.ts'
import type { Timer } from '../world/clock.ts'
import { promised } from '../world/promises.ts'
import { AssignedPartition, type StartingPoint } from './assigned-partition.ts'
import type { ConsumedRecord } from './fetched-records.ts'
import { Fetcher } from './fetcher.ts'
import { OffsetQuery, type OffsetTarget } from './offset-query.ts'
import { type ConsumerOptions, type ConsumerSettings, consumerSettings } from './options.ts'
import { clientFailure, type Failure, type Outcome } from './outcomes.ts'
import type { Services } from './services.ts'

/** A partition to read, and where to begin. */
export interface Assignment {
  readonly topic: string
  readonly partition: number
  readonly from: StartingPoint
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** The offset after the last record that can be read. */
export interface EndOffset extends TopicPartition {
  readonly offset: number
}

/** How a poll ends: with records, none if there were none in time; or with what the caller must decide about. */
export type PollOutcome = { readonly kind: 'records'; readonly records: readonly ConsumedRecord[] } | Failure

interface PendingPoll {
  readonly done: (outcome: PollOutcome) => void
  readonly timer: Timer
}

/** See the head of this file. */
export class Consumer {
  readonly #services: Services
  readonly #settings: ConsumerSettings
  readonly #fetcher: Fetcher
  /** In the order in which they get their turn; whoever was handed out last is at the end. */
  #partitions: AssignedPartition[] = []
  #poll: PendingPoll | undefined
  #wake: Timer | undefined
  #isClosed = false

  constructor(services: Services, options: ConsumerOptions) {
    this.#services = services
    this.#settings = consumerSettings(options)
    this.#fetcher = new Fetcher(services, this.#settings, { progressed: () => this.#progressed() })
  }

  /** Replaces the assignment: these partitions are read, each from where it says, and no others. */
  assign(assignments: readonly Assignment[]): void {
    for (const partition of this.#partitions) partition.isAssigned = false
    this.#partitions = assignments.map(({ topic, partition, from }) => new AssignedPartition(topic, partition, from))
    for (const { topic } of assignments) this.#services.metadata.want(topic)
    this.#progressed()
  }

  /**
   * The next records, at most `maxPollRecords`; waits for at least one, at most `maxWaitMs`. Of each partition they come
   * in order, each once. One poll at a time.
   */
  poll(maxWaitMs: number): Promise<PollOutcome> {
    assert(this.#poll === undefined, 'a consumer is polled by one caller at a time')
    return promised(this.#services.world.promises, (done) => {
      if (this.#isClosed) done(undefined, closedFailure())
      else this.#begin(maxWaitMs, (outcome) => done(undefined, outcome))
    })
  }

  /** Offset of the next record of an assigned partition; undefined while it is still to be looked up. */
  position(topic: string, partition: number): number | undefined {
    const assigned = this.#partitions.find((each) => each.topic === topic && each.partition === partition)
    return assigned?.seek === undefined ? assigned?.offset : undefined
  }

  /** The ends of partitions, assigned or not, in the order asked for; fails if one of them cannot be told. */
  endOffsets(partitions: readonly TopicPartition[]): Promise<Outcome<readonly EndOffset[]>> {
    return promised(this.#services.world.promises, (done) => {
      const targets = partitions.map(({ topic, partition }) => ({ topic, partition, point: 'latest' as const }))
      const found = new Map<object, number | Failure>()
      if (targets.length === 0) done(undefined, { kind: 'ok', value: [] })
      const { defaultApiTimeoutMs } = this.#services.settings
      new OffsetQuery(this.#services, targets, defaultApiTimeoutMs, (target, offset) => {
        found.set(target, offset)
        if (found.size === targets.length) done(undefined, collectOffsets(targets, found))
      })
    })
  }

  /** True after `close`. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Ends the consumer and its connections; a poll under way fails as `CLOSED`. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#wake?.cancel()
    this.#services.connections.close()
    this.#settle(closedFailure())
  }

  #begin(maxWaitMs: number, done: (outcome: PollOutcome) => void): void {
    const timer = this.#services.world.clock.setTimer(maxWaitMs * 1000, () => {
      this.#settle({ kind: 'records', records: [] })
    })
    this.#poll = { done, timer }
    this.#progressed()
  }

  /** Hands out what there is to the poll under way, if any, and sees to it that more comes. */
  #progressed(): void {
    if (this.#isClosed || this.#poll === undefined) return
    const outcome = this.#collect()
    this.#lookUp()
    this.#fetch()
    if (outcome !== undefined) this.#settle(outcome)
  }

  #settle(outcome: PollOutcome): void {
    const poll = this.#poll
    if (poll === undefined) return
    this.#poll = undefined
    this.#wake?.cancel()
    this.#wake = undefined
    poll.timer.cancel()
    poll.done(outcome)
  }

  /** Records if there are any, else a problem if there is one. */
  #collect(): PollOutcome | undefined {
    const records: ConsumedRecord[] = []
    for (const partition of [...this.#partitions]) {
      if (records.length >= this.#settings.maxPollRecords) break
      if (partition.fetched === undefined) continue
      const handout = partition.fetched.handOut(partition, records, this.#settings.maxPollRecords)
      if (handout === 'more') continue
      partition.fetched = undefined
      if (handout !== 'all') partition.problem = handout
      this.#partitions.push(...this.#partitions.splice(this.#partitions.indexOf(partition), 1))
    }
    if (records.length > 0) return { kind: 'records', records }
    const failed = this.#partitions.find(({ problem }) => problem !== undefined)
    const problem = failed?.problem
    if (failed !== undefined) failed.problem = undefined
    return problem
  }

  /** Has the offsets of partitions looked up that do not know theirs. */
  #lookUp(): void {
    const seeking = this.#partitions.filter(
      ({ seek, isLookingUp, problem }) => seek !== undefined && !isLookingUp && problem === undefined,
    )
    if (seeking.length === 0) return
    const partitions = new Map<OffsetTarget, AssignedPartition>()
    for (const partition of seeking) {
      partition.isLookingUp = true
      partition.lookingUpSinceUs = this.#services.world.clock.monotonicUs()
      const point = partition.seek as OffsetTarget['point']
      partitions.set({ topic: partition.topic, partition: partition.partition, point }, partition)
    }
    const { defaultApiTimeoutMs } = this.#services.settings
    new OffsetQuery(this.#services, [...partitions.keys()], defaultApiTimeoutMs, (target, offset) => {
      const partition = partitions.get(target)!
      partition.isLookingUp = false
      this.#found(partition, offset)
    })
  }

  #found(partition: AssignedPartition, offset: number | Failure): void {
    if (!partition.isAssigned) return
    if (typeof offset !== 'number') partition.problem = offset
    // No record is at or after the time asked for: the next one to come will be.
    else if (offset < 0) partition.seek = 'latest'
    else partition.moveTo(offset)
    this.#progressed()
  }

  #fetch(): void {
    const { clock } = this.#services.world
    const nowUs = clock.monotonicUs()
    this.#services.refresher.refreshIfOld(nowUs)
    const dueUs = this.#fetcher.fetch(this.#partitions, nowUs)
    this.#wake?.cancel()
    this.#wake = dueUs === Number.MAX_SAFE_INTEGER ? undefined : clock.setTimer(dueUs - nowUs, () => this.#progressed())
  }
}

function closedFailure(): Failure {
  return clientFailure('definite', 'CLOSED', 'the consumer is closed')
}

function collectOffsets(
  targets: readonly TopicPartition[],
  found: ReadonlyMap<object, number | Failure>,
): Outcome<readonly EndOffset[]> {
  const value: EndOffset[] = []
  for (const target of targets) {
    const offset = found.get(target)!
    if (typeof offset !== 'number') return offset
    value.push({ topic: target.topic, partition: target.partition, offset })
  }
  return { kind: 'ok', value }
}
