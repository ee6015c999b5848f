/**
 * One partition led by this broker.
 *
 * The high watermark is what every in-sync replica vouches for; with one replica, what this one does. It never
 * decreases within a life. Transition: `advance`, after an append or a flush.
 */

import type { Uuid } from '../../protocol/uuid.ts'
import { assert } from '../../world/assert.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { Observer } from '../observe/observer.ts'
import type { ReplicationRules } from './rules.ts'

export interface PartitionOptions {
  readonly topic: string
  readonly topicId: Uuid
  readonly index: number
  readonly leaderEpoch: number
  readonly log: PartitionLog
  readonly rules: ReplicationRules
  readonly observer: Observer
}

export class Partition {
  readonly topic: string
  readonly topicId: Uuid
  readonly index: number
  readonly leaderEpoch: number
  readonly log: PartitionLog
  readonly #rules: ReplicationRules
  readonly #observer: Observer
  #highWatermark: number

  constructor(options: PartitionOptions) {
    this.topic = options.topic
    this.topicId = options.topicId
    this.index = options.index
    this.leaderEpoch = options.leaderEpoch
    this.log = options.log
    this.#rules = options.rules
    this.#observer = options.observer
    this.#highWatermark = options.rules.vouchedEnd(options.log)
  }

  /** Records below are shown to consumers and may be acknowledged. */
  get highWatermark(): number {
    return this.#highWatermark
  }

  /** Moves the high watermark to what is vouched for; true when it moved. */
  advance(): boolean {
    const vouched = this.#rules.vouchedEnd(this.log)
    assert(vouched >= this.#highWatermark, 'the high watermark never decreases')
    if (vouched === this.#highWatermark) return false
    this.#highWatermark = vouched
    if (this.#observer.watching) {
      this.#observer.tell({ type: 'HighWatermarkMoved', partition: this.log.directory, highWatermark: vouched })
    }
    return true
  }
}
