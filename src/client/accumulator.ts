/**
 * The records of a producer that are not settled: in batches, by partition, within a bound of bytes.
 *
 * Not here: which partition a record goes to (`partitioner.ts`), when a batch is sent and what becomes of it
 * (`sender.ts`), the order within a partition (`partition-queue.ts`).
 */

import type { RecordInput } from '../protocol/record-batch-encode.ts'
import { FlushEras } from './flush-eras.ts'
import type { ProducerSettings } from './options.ts'
import { PartitionQueue } from './partition-queue.ts'
import { ProducerBatch, type Settle } from './producer-batch.ts'

/** What adding a record has changed: a batch was begun, the one before was closed because it was full. */
export type Added = 'to-open' | 'began' | 'closed-and-began'

/** A record on its way in. */
export interface Incoming {
  readonly record: RecordInput
  /** An upper bound of its size, in bytes; reserved. */
  readonly size: number
  /** The flush era it was sent in. */
  readonly era: number
  readonly settle: Settle
}

/** See the head of this file. */
export class Accumulator {
  readonly eras = new FlushEras()
  readonly #settings: ProducerSettings
  readonly #queues = new Map<string, Map<number, PartitionQueue>>()
  /** Queues that are not empty; those served last are at the end. */
  readonly #active = new Set<PartitionQueue>()
  #reservedBytes = 0

  constructor(settings: ProducerSettings) {
    this.#settings = settings
  }

  /** Queues that are not empty. `retire` may be called while this is walked. */
  get active(): ReadonlySet<PartitionQueue> {
    return this.#active
  }

  /** Takes room for a record; false where `bufferBytes` are taken. Released when its batch is settled. */
  reserve(size: number): boolean {
    if (this.#reservedBytes + size > this.#settings.bufferBytes) return false
    this.#reservedBytes += size
    return true
  }

  /** Gives room back. */
  release(size: number): void {
    this.#reservedBytes -= size
  }

  /** Adds a record to the partition's open batch, or to a new one. */
  add(topic: string, partition: number, incoming: Incoming, nowUs: number): Added {
    const queue = this.#queue(topic, partition)
    const { record, size, settle } = incoming
    const open = queue.open
    if (open?.tryAdd(record, size, this.#settings.batchBytes, settle) === true) return 'to-open'
    if (open !== undefined) open.isClosed = true
    const batch = new ProducerBatch(partition, nowUs, incoming.era)
    batch.tryAdd(record, size, this.#settings.batchBytes, settle)
    this.eras.begin(batch.era)
    queue.waiting.push(batch)
    this.#active.add(queue)
    return open === undefined ? 'began' : 'closed-and-began'
  }

  /** Closes all open batches and calls `done` when everything that is here now is settled. */
  flush(done: () => void): void {
    for (const queue of this.#active) {
      const open = queue.open
      if (open !== undefined) open.isClosed = true
    }
    this.eras.flush(done)
  }

  /** The batch is settled and has left its queue. */
  settled(queue: PartitionQueue, batch: ProducerBatch): void {
    this.release(batch.sizeBytes)
    if (queue.isEmpty) this.#active.delete(queue)
    this.eras.end(batch.era)
  }

  /** Serves the other queues before this one. */
  rotate(queue: PartitionQueue): void {
    this.#active.delete(queue)
    this.#active.add(queue)
  }

  #queue(topic: string, partition: number): PartitionQueue {
    let queues = this.#queues.get(topic)
    if (queues === undefined) {
      queues = new Map()
      this.#queues.set(topic, queues)
    }
    let queue = queues.get(partition)
    if (queue === undefined) {
      queue = new PartitionQueue(topic, partition, this.#settings.firstSequence)
      queues.set(partition, queue)
    }
    return queue
  }
}
