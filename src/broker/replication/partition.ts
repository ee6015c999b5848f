/**
 * One partition of which this broker has a replica.
 *
 * The high watermark is what every in-sync replica vouches for; with one replica, what this one does. It never
 * decreases within a life. Transitions: `advance`, after an append or a flush; `follow`, when the image tells who leads;
 * `remove`, when the topic or the replica is gone: nothing is done with it any more.
 */

import type { Uuid } from '../../protocol/uuid.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { Observer } from '../observe/observer.ts'
import type { ReplicationRules } from './rules.ts'

export interface PartitionOptions {
  readonly topic: string
  readonly topicId: Uuid
  readonly index: number
  readonly isLeader: boolean
  readonly leaderEpoch: number
  readonly log: PartitionLog
  readonly rules: ReplicationRules
  readonly observer: Observer
}

export class Partition {
  readonly topic: string
  readonly topicId: Uuid
  readonly index: number
  readonly log: PartitionLog
  readonly #rules: ReplicationRules
  readonly #observer: Observer
  #isLeader: boolean
  #leaderEpoch: number
  #isRemoved = false
  #highWatermark: number

  constructor(options: PartitionOptions) {
    this.topic = options.topic
    this.topicId = options.topicId
    this.index = options.index
    this.#isLeader = options.isLeader
    this.#leaderEpoch = options.leaderEpoch
    this.log = options.log
    this.#rules = options.rules
    this.#observer = options.observer
    this.#highWatermark = options.rules.vouchedEnd(options.log)
  }

  /** Whether this broker leads it, as far as the image knows. */
  get isLeader(): boolean {
    return this.#isLeader && !this.#isRemoved
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch
  }

  get isRemoved(): boolean {
    return this.#isRemoved
  }

  /** Takes note of who leads, in which epoch. An epoch older than the known one is passed over. */
  follow(isLeader: boolean, leaderEpoch: number): void {
    if (leaderEpoch < this.#leaderEpoch) return
    this.#isLeader = isLeader
    this.#leaderEpoch = leaderEpoch
  }

  remove(): void {
    this.#isRemoved = true
  }

  /** Records below are shown to consumers and may be acknowledged. */
  get highWatermark(): number {
    return this.#highWatermark
  }

  /** Moves the high watermark to what is vouched for; true when it moved. */
  advance(): boolean {
    const vouched = this.#rules.vouchedEnd(this.log)
    // A topic that begins to vouch for flushed records only may have shown more; the high watermark waits.
    if (vouched <= this.#highWatermark) return false
    this.#highWatermark = vouched
    if (this.#observer.watching) {
      this.#observer.tell({ type: 'HighWatermarkMoved', partition: this.log.directory, highWatermark: vouched })
    }
    return true
  }
}
