/** One partition as a consumer has it: where it stands, and what it has fetched and not handed out. */

import type { FetchedRecords } from './fetched-records.ts'
import type { Failure } from './outcomes.ts'

/** Where to begin: the log's start, its end, an offset, or the first record at or after a time (ms, Unix epoch). */
export type StartingPoint = 'earliest' | 'latest' | number | { readonly timestampMs: number }

/**
 * States: *seeking* (`seek` is set: an offset is to be looked up), *fetching* (nothing set), *fetched* (`fetched` is set: to
 * be handed out before more is fetched), *failed* (`problem` is set: to be reported by the next poll, then fetching again).
 */
export class AssignedPartition {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record to hand out. Means nothing while seeking. */
  offset = 0
  /** What to look up. */
  seek: StartingPoint | undefined
  /** The look-up is under way, since this monotonic time. */
  isLookingUp = false
  lookingUpSinceUs = 0
  /** Leader epoch of the last batch handed out; -1 before that, and after a seek (KIP-320). */
  lastEpoch = -1
  fetched: FetchedRecords | undefined
  problem: Failure | undefined
  /** Errors in a row that passed; for the back-off. */
  failures = 0
  /** Not fetched before this monotonic time, in microseconds. */
  retryAtUs = 0
  /** False once another assignment has replaced this one: late answers are dropped. */
  isAssigned = true

  constructor(topic: string, partition: number, from: StartingPoint) {
    this.topic = topic
    this.partition = partition
    this.seek = from
    if (typeof from === 'number') this.moveTo(from)
  }

  /** The next record to hand out is the first at or after this offset. */
  moveTo(offset: number): void {
    this.offset = offset
    this.seek = undefined
    this.lastEpoch = -1
    this.fetched = undefined
  }
}
