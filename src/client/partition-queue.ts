/**
 * The batches of one partition that are not settled, and the rules of the order in which they may be sent.
 *
 * Batches wait (closed ones, then at most one open), fly (sent, unanswered), and leave when their fate is settled. A batch
 * that is to be sent again goes back to its old place among the waiting. With idempotence each holds a range of sequence
 * numbers under a producer id and epoch (KIP-98), and these rules hold (KIP-360):
 *
 * - A batch keeps its id, epoch and sequence through all retries, for only so does the broker recognise it.
 * - A batch that is sent again goes out only as the oldest of all that hold sequence numbers.
 * - The first of an id and epoch flies alone until it is in the log: a leader that knows nothing of a producer takes any
 *   number, so that a later one, sent behind one that came too early for the leader, would lie before it.
 * - Sequence numbers are given up only by a batch that certainly is not in the log. If it was the youngest, they are used
 *   again; otherwise, and whenever the fate of a failed batch is unknown, there is a *gap*: nothing new is sent until every
 *   batch that holds numbers has its answer, and then numbering begins anew, at 0, under a new epoch.
 *
 * Not here: which error means what (`sender.ts`), and where ids and epochs come from (`producer-identity.ts`).
 */

import { nextSequence } from '../protocol/record-batch.ts'
import { assert } from '../world/assert.ts'
import type { ProducerBatch } from './producer-batch.ts'

/** A producer id and epoch. */
export interface ProducerIdAndEpoch {
  readonly producerId: number
  readonly epoch: number
}

/** What stands in the way of sending the head of a queue, if anything. */
export type Readiness =
  | 'sendable'
  /** A response will change it. */
  | 'blocked'
  /** All numbered batches are settled after a gap: a new epoch is needed first. */
  | 'needs-new-epoch'

/** See the head of this file. */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  /** In the order of sending; the last may be open. Bounded by the producer's `bufferBytes`. */
  readonly waiting: ProducerBatch[] = []
  /** In the order of their first sending. Bounded by `maxInFlight`. */
  readonly inFlight: ProducerBatch[] = []
  /** Under which numbers were last given out; undefined before the first. */
  #identity: ProducerIdAndEpoch | undefined
  readonly #firstSequence: number
  #nextSequence = 0
  #nextOrdinal = 0
  /** Batches that hold sequence numbers, waiting or in flight. */
  #sequenced = 0
  #gap = false
  /** A batch of the present id and epoch is in the log. */
  #isEstablished = false

  /** `firstSequence`: of the first identity under which numbers are given out; every later one begins at 0. */
  constructor(topic: string, partition: number, firstSequence = 0) {
    this.topic = topic
    this.partition = partition
    this.#firstSequence = firstSequence
  }

  /** Under which id and epoch numbers were last given out here. */
  get identity(): ProducerIdAndEpoch | undefined {
    return this.#identity
  }

  /** A batch failed whose numbers may not be used again: whatever follows it in the same epoch will be refused. */
  get hasGap(): boolean {
    return this.#gap
  }

  /** Nothing waits and nothing flies. */
  get isEmpty(): boolean {
    return this.waiting.length === 0 && this.inFlight.length === 0
  }

  /** The batch to add records to, if one is open. */
  get open(): ProducerBatch | undefined {
    const last = this.waiting[this.waiting.length - 1]
    return last === undefined || last.isClosed ? undefined : last
  }

  /**
   * The batch to send next, if any: the first that waits; behind a gap first those that still hold numbers, so that
   * their fate is settled.
   */
  get head(): ProducerBatch | undefined {
    return this.#gap ? (this.#firstSequencedWaiting() ?? this.waiting[0]) : this.waiting[0]
  }

  /** No batch that holds sequence numbers is older than this one. */
  isOldestSequenced(batch: ProducerBatch): boolean {
    return isBefore(batch, this.inFlight[0]) && isBefore(batch, this.#firstSequencedWaiting())
  }

  /** Whether the head, which must be there, may be sent now. `identity` is undefined without idempotence. */
  readiness(identity: ProducerIdAndEpoch | undefined, maxInFlight: number): Readiness {
    const batch = this.head
    assert(batch !== undefined, 'a queue is asked about a batch that waits')
    if (this.inFlight.length >= maxInFlight) return 'blocked'
    if (batch.isSequenced) return isBefore(batch, this.inFlight[0]) ? 'sendable' : 'blocked'
    if (identity === undefined) return 'sendable'
    if (this.#sequenced > 0) {
      return this.#isEstablished && !this.#gap && isSame(this.#identity, identity) ? 'sendable' : 'blocked'
    }
    return this.#gap && isSame(this.#identity, identity) ? 'needs-new-epoch' : 'sendable'
  }

  /** Takes the head to send it, and numbers it unless it is numbered. Only where `readiness` allows it. */
  take(identity: ProducerIdAndEpoch | undefined): ProducerBatch {
    const batch = this.head
    assert(batch !== undefined, 'a batch is taken where one waits')
    this.waiting.splice(this.waiting.indexOf(batch), 1)
    batch.isClosed = true
    if (!batch.isSequenced) {
      batch.ordinal = this.#nextOrdinal++
      if (identity !== undefined) this.#number(batch, identity)
    }
    insertInOrder(this.inFlight, batch)
    return batch
  }

  /** The batch in flight has its answer, and it is in the log for good. */
  acknowledged(batch: ProducerBatch): void {
    this.#land(batch)
    if (!batch.isSequenced) return
    this.#sequenced--
    this.#isEstablished = true
  }

  /** The batch in flight is to be sent again, as it is. */
  retry(batch: ProducerBatch): void {
    this.#land(batch)
    insertInOrder(this.waiting, batch)
  }

  /** The batch in flight is certainly not in the log, and is to be sent again under new numbers, behind the gap. */
  renumber(batch: ProducerBatch): void {
    assert(!batch.isUnknown, 'only a batch of known fate is numbered anew')
    this.#land(batch)
    this.#giveUpNumbers(batch)
    insertInOrder(this.waiting, batch)
  }

  /** The batch, in flight or waiting, will not be sent again. */
  failed(batch: ProducerBatch): void {
    const at = this.inFlight.indexOf(batch)
    if (at >= 0) this.inFlight.splice(at, 1)
    else this.waiting.splice(this.waiting.indexOf(batch), 1)
    this.#giveUpNumbers(batch)
  }

  /** Those sent before are at the front, in the order of their ordinals. */
  #firstSequencedWaiting(): ProducerBatch | undefined {
    for (const batch of this.waiting) {
      if (batch.isSequenced) return batch
      if (batch.ordinal < 0) return undefined
    }
    return undefined
  }

  #land(batch: ProducerBatch): void {
    const at = this.inFlight.indexOf(batch)
    assert(at >= 0, 'a batch that is answered was in flight')
    this.inFlight.splice(at, 1)
  }

  #number(batch: ProducerBatch, identity: ProducerIdAndEpoch): void {
    if (!isSame(this.#identity, identity)) {
      assert(this.#sequenced === 0, 'an epoch begins when no batch of another is unsettled')
      this.#nextSequence = this.#identity === undefined ? this.#firstSequence : 0
      this.#identity = identity
      this.#gap = false
      this.#isEstablished = false
    }
    assert(!this.#gap, 'nothing is numbered behind a gap')
    batch.producerId = identity.producerId
    batch.producerEpoch = identity.epoch
    batch.baseSequence = this.#nextSequence
    this.#nextSequence = nextSequence(this.#nextSequence, batch.records.length)
    this.#sequenced++
  }

  #giveUpNumbers(batch: ProducerBatch): void {
    if (!batch.isSequenced) return
    this.#sequenced--
    const isYoungest = nextSequence(batch.baseSequence, batch.records.length) === this.#nextSequence
    if (isYoungest && !batch.isUnknown && !this.#gap) this.#nextSequence = batch.baseSequence
    else this.#gap = true
    batch.unsequence()
  }
}

function isSame(left: ProducerIdAndEpoch | undefined, right: ProducerIdAndEpoch): boolean {
  return left !== undefined && left.producerId === right.producerId && left.epoch === right.epoch
}

/** True where `other` is not there, holds no sequence numbers, or was first sent later. */
function isBefore(batch: ProducerBatch, other: ProducerBatch | undefined): boolean {
  return other === undefined || other === batch || !other.isSequenced || other.ordinal > batch.ordinal
}

/** Puts the batch behind those that were first sent before it, and before those never sent. */
function insertInOrder(batches: ProducerBatch[], batch: ProducerBatch): void {
  let at = batches.length
  while (at > 0 && (batches[at - 1]!.ordinal < 0 || batches[at - 1]!.ordinal > batch.ordinal)) at--
  batches.splice(at, 0, batch)
}
