/**
 * The metadata image: what this node knows of the cluster. Folded from committed records alone, in place, so that every
 * node holds the same at the same offset; subscribers inside the node are told what each step changed.
 *
 * Transitions: `apply`, a committed batch; `reset`, a snapshot in place of everything. A metadata transaction (KIP-868)
 * is published whole: from the batch in which it begins to the one in which it ends, batches are held and neither the
 * image nor its offset moves; what was aborted leaves no trace. A record that cannot be applied is an error after which
 * the image is not whole: the node must stop (`follow-quorum.ts`).
 */

import type { MetadataRecord, MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import { assert } from '../../world/assert.ts'
import type { CommittedRecords } from '../quorum/quorum.ts'
import type { SnapshotId } from '../quorum/snapshots/snapshot-id.ts'
import type { BrokerImage } from './broker-image.ts'
import { TOPIC_RESOURCE } from './config-table.ts'
import { DeltaBuilder, type MetadataDelta } from './delta.ts'
import { type ControllerImage, ImageState, type ReadyRecord, recordsOfState } from './image-state.ts'
import { deltaBetween } from './state-difference.ts'
import type { TopicImage } from './topic-table.ts'
import { isTransactionOpen, withoutTransactions } from './transactions.ts'

/** An image that stays as it is. */
export interface FrozenImage {
  /** Everything below this offset of the metadata log is in it, and nothing else. */
  readonly endOffset: number
  /** Of the leader that appended the last record in it; 0 for an empty image. */
  readonly epoch: number
  readonly hash: string
  /** The records that rebuild it: applied to an empty image they give the same hash. */
  records(): Generator<MetadataRecordInput>
}

export class MetadataImage {
  #state = new ImageState()
  #endOffset = 0
  #epoch = 0
  /** Where the next batch begins; beyond `#endOffset` while a transaction is open. */
  #nextOffset = 0
  /** Batches since the one in which the open transaction began, their work done as far as it changes nothing. */
  #held: (readonly ReadyRecord[])[] = []
  readonly #listeners: ((delta: MetadataDelta) => void)[] = []

  /** Everything below this offset of the metadata log is in the image: a boundary of batches outside transactions. */
  get endOffset(): number {
    return this.#endOffset
  }

  /** Sixteen hexadecimal digits, equal on all nodes at equal `endOffset`. */
  get hash(): string {
    return this.#state.hash
  }

  /** Topics in the order of their creation. */
  topics(): Iterable<TopicImage> {
    return this.#state.topics.values()
  }

  topic(name: string): TopicImage | undefined {
    return this.#state.topics.byName(name)
  }

  topicById(id: Uuid): TopicImage | undefined {
    return this.#state.topics.byId(id)
  }

  /** Registered brokers, fenced or not. */
  brokers(): Iterable<BrokerImage> {
    return this.#state.brokers.values()
  }

  broker(id: number): BrokerImage | undefined {
    return this.#state.brokers.get(id)
  }

  controllers(): Iterable<ControllerImage> {
    return this.#state.controllers.values()
  }

  controller(id: number): ControllerImage | undefined {
    return this.#state.controllers.get(id)
  }

  /** Finalized feature levels by name. */
  features(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.#state.features.values(), ({ name, featureLevel }) => [name, featureLevel]))
  }

  /** A resource's dynamic settings by name; empty where it has none. `type` is Kafka's `ConfigResource.Type`. */
  settings(type: number, name: string): ReadonlyMap<string, string> {
    return this.#state.configs.get(type, name)
  }

  topicSettings(name: string): ReadonlyMap<string, string> {
    return this.settings(TOPIC_RESOURCE, name)
  }

  /** The first producer id that was not given to a broker yet. */
  get nextProducerId(): number {
    return this.#state.producerIds.get('next')?.nextProducerId ?? 0
  }

  /** Calls at each step, once it is applied; a step may have changed nothing. In the order of subscription. */
  onPublished(listener: (delta: MetadataDelta) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * Applies a committed batch and tells the subscribers. `beforeRecord` is called with its type before each record takes effect; what it
   * throws is a failed apply. @throws {MetadataError} after which the image is not whole.
   */
  apply(committed: CommittedRecords, beforeRecord?: (type: MetadataRecord['type']) => void): void {
    assert(committed.baseOffset === this.#nextOffset, 'the image follows the log without a gap')
    const isOpen = isTransactionOpen(committed.records, this.#held.length > 0)
    this.#nextOffset = committed.endOffset
    if (isOpen) {
      this.#held.push(committed.records.map((record) => this.#state.makeReady(record)))
      return
    }
    const batches = [...this.#held, committed.records]
    this.#held = []
    const builder = new DeltaBuilder()
    for (const record of withoutTransactions(batches)) {
      beforeRecord?.(record.type === 'ReadyPartition' ? 'PartitionRecord' : record.type)
      this.#state.apply(record, builder)
    }
    this.#publish(builder.delta(), committed)
  }

  /**
   * Puts the state that a snapshot's records make in place of everything, and tells the subscribers how it differs. The
   * snapshot's end does not lie below the image's.
   */
  reset(state: ImageState, id: SnapshotId): void {
    assert(id.endOffset >= this.#endOffset, 'an image never goes back')
    const delta = deltaBetween(this.#state, state)
    this.#state = state
    this.#held = []
    this.#nextOffset = id.endOffset
    this.#publish(delta, id)
  }

  /** The image as it is now, which later steps do not change. Costs one reference per topic, broker and resource. */
  freeze(): FrozenImage {
    const state = this.#state.freeze()
    const [endOffset, epoch] = [this.#endOffset, this.#epoch]
    return { endOffset, epoch, hash: state.hash, records: () => recordsOfState(state) }
  }

  #publish(delta: MetadataDelta, { endOffset, epoch }: SnapshotId): void {
    this.#endOffset = endOffset
    this.#epoch = epoch
    for (const listener of this.#listeners) listener(delta)
  }
}

/** The state that the records of a snapshot make, to `MetadataImage.reset` with. */
export class SnapshotState {
  readonly state = new ImageState()
  /** Nobody is told of single records of a snapshot. */
  #ignored = new DeltaBuilder()

  /** @throws {MetadataError} for a record that contradicts those before it. */
  apply(records: readonly MetadataRecord[]): void {
    for (const record of records) this.state.apply(record, this.#ignored)
    this.#ignored = new DeltaBuilder()
  }
}
