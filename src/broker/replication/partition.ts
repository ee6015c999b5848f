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

/** Asked for by who has no records. */
const NO_EPOCH = -1

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
  /** Where the log ended when this broker learned of the leader epoch. */
  #epochStart: number

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
    this.#epochStart = options.log.endOffset
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
    if (leaderEpoch > this.#leaderEpoch) this.#epochStart = this.log.endOffset
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

  /**
   * Whether the high watermark has not reached the records of the leader epoch yet: what an earlier leader may have shown
   * above it is not known here then, so that it must not be told as the end (KIP-207).
   */
  get isHighWatermarkLagging(): boolean {
    return this.#epochStart > this.#highWatermark
  }

  /**
   * The largest epoch not above `epoch` that the log knows, and the offset after its last record; undefined where `epoch`
   * is above the leader's, or is none. The leader's epoch counts before anything was appended in it: it begins where the
   * log ends. An epoch below all that are known ends where they begin, as in Kafka, be it negative.
   */
  endOfEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } | undefined {
    if (epoch === NO_EPOCH || epoch > this.#leaderEpoch) return undefined
    const { epochs, endOffset } = this.log
    if (epoch === this.#leaderEpoch) return { epoch, endOffset }
    // The epochs between the last one with records and the leader's are passed over.
    const { latest } = epochs
    if (latest === undefined) return { epoch, endOffset }
    if (epoch > latest) return { epoch: latest, endOffset }
    return epochs.endOf(epoch, endOffset)
  }

  /** The leader epoch at the log's start; −1 where it is not known. */
  get startEpoch(): number {
    const { epochs, startOffset, endOffset } = this.log
    const [first] = epochs.entries
    if (first === undefined) return endOffset <= startOffset ? this.#leaderEpoch : -1
    return epochs.epochAt(startOffset)
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
