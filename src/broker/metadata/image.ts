/**
 * The metadata image: topics, their partitions and settings, finalized features. Changed in place, by committed records
 * only; subscribers inside the broker are told what each batch changed.
 *
 * Not here yet: brokers, removals, snapshots.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import { assert } from '../../world/assert.ts'
import type { CommittedRecords } from '../quorum/quorum.ts'

export interface TopicImage {
  readonly name: string
  readonly id: Uuid
  /** By partition index, without gaps once its batch is applied. */
  readonly partitions: PartitionImage[]
  readonly settings: Map<string, string>
}

export interface PartitionImage {
  readonly index: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly leader: number
  readonly leaderEpoch: number
}

/** What one committed batch changed. */
export interface MetadataDelta {
  readonly createdTopics: readonly TopicImage[]
}

/** The type number of topics among the resources that settings belong to (Kafka's `ConfigResource`). */
const TOPIC_RESOURCE = 2

export class MetadataImage {
  readonly #topicsByName = new Map<string, TopicImage>()
  readonly #topicsById = new Map<Uuid, TopicImage>()
  readonly #features = new Map<string, number>()
  readonly #listeners: ((delta: MetadataDelta) => void)[] = []
  #endOffset = 0

  /** Everything below this offset of the metadata log is in the image. */
  get endOffset(): number {
    return this.#endOffset
  }

  /** Topics in the order of their creation. */
  topics(): Iterable<TopicImage> {
    return this.#topicsByName.values()
  }

  topic(name: string): TopicImage | undefined {
    return this.#topicsByName.get(name)
  }

  topicById(id: Uuid): TopicImage | undefined {
    return this.#topicsById.get(id)
  }

  /** Finalized feature levels by name. */
  features(): ReadonlyMap<string, number> {
    return this.#features
  }

  onPublished(listener: (delta: MetadataDelta) => void): void {
    this.#listeners.push(listener)
  }

  /** Applies a committed batch and tells the subscribers. */
  apply(committed: CommittedRecords): void {
    assert(committed.baseOffset === this.#endOffset, 'the image follows the log without a gap')
    const created: TopicImage[] = []
    for (const record of committed.records) this.#applyRecord(record, created)
    this.#endOffset = committed.endOffset
    for (const topic of created) {
      assert(topic.partitions.length > 0, 'a topic is committed with its partitions')
    }
    if (created.length > 0) for (const listener of this.#listeners) listener({ createdTopics: created })
  }

  #applyRecord(record: MetadataRecord, created: TopicImage[]): void {
    switch (record.type) {
      case 'TopicRecord': {
        const topic = { name: record.name, id: record.topicId, partitions: [], settings: new Map() }
        this.#topicsByName.set(topic.name, topic)
        this.#topicsById.set(topic.id, topic)
        created.push(topic)
        return
      }
      case 'PartitionRecord': {
        const { partitionId: index, replicas, isr, leader, leaderEpoch } = record
        this.#topicsById.get(record.topicId)!.partitions[index] = { index, replicas, isr, leader, leaderEpoch }
        return
      }
      case 'ConfigRecord': {
        const settings = record.resourceType === TOPIC_RESOURCE ? this.topic(record.resourceName)?.settings : undefined
        if (record.value === null) settings?.delete(record.name)
        else settings?.set(record.name, record.value)
        return
      }
      case 'FeatureLevelRecord':
        this.#features.set(record.name, record.featureLevel)
        return
      default:
        return
    }
  }
}
