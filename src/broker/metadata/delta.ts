/**
 * What one step of the image changed: a committed batch, a transaction, or a snapshot that replaced everything.
 *
 * It tells what subscribers must act on, net of what came and went within the step. Topics in it are those of the image,
 * and go on changing with it: a delta is for the call in which it is told.
 */

import type { Uuid } from '../../protocol/uuid.ts'
import type { ConfigResource } from './config-table.ts'
import type { PartitionImage } from './partition-image.ts'
import type { TopicImage } from './topic-table.ts'

export interface MetadataDelta {
  /** Topics that are new, with all their partitions. A topic made anew under its old name is also among the removed. */
  readonly createdTopics: readonly TopicImage[]
  /** Topics that are gone, as they were last. */
  readonly removedTopics: readonly TopicImage[]
  /** Partitions that are new or different, of topics that were there before. */
  readonly changedPartitions: readonly PartitionDelta[]
  /** Resources of which some setting changed; not those of topics that are gone. */
  readonly changedConfigs: readonly ConfigResource[]
  /** Ids of brokers that registered, changed or were unregistered. */
  readonly changedBrokers: readonly number[]
  readonly changedControllers: readonly number[]
  /** Names of features whose level changed. */
  readonly changedFeatures: readonly string[]
}

export interface PartitionDelta {
  readonly topic: TopicImage
  readonly partition: PartitionImage
  /** Undefined where the partition is new. */
  readonly before: PartitionImage | undefined
}

/** Collects what a step changes while its records are applied. */
export class DeltaBuilder {
  readonly #created = new Map<Uuid, TopicImage>()
  readonly #removed = new Map<Uuid, TopicImage>()
  readonly #partitions = new Map<TopicImage, Map<number, PartitionImage | undefined>>()
  readonly #configs = new Map<string, ConfigResource>()
  readonly #brokers = new Set<number>()
  readonly #controllers = new Set<number>()
  readonly #features = new Set<string>()

  topicCreated(topic: TopicImage): void {
    this.#created.set(topic.id, topic)
  }

  topicRemoved(topic: TopicImage): void {
    this.#partitions.delete(topic)
    if (!this.#created.delete(topic.id)) this.#removed.set(topic.id, topic)
  }

  /** `before`: what the partition was until now, undefined where it is new. */
  partitionChanged(topic: TopicImage, index: number, before: PartitionImage | undefined): void {
    if (this.#created.has(topic.id)) return
    const changed = this.#partitions.get(topic)
    if (changed === undefined) this.#partitions.set(topic, new Map([[index, before]]))
    else if (!changed.has(index)) changed.set(index, before)
  }

  configChanged(type: number, name: string): void {
    this.#configs.set(`${type}/${name}`, { type, name })
  }

  /** The settings went with their resource. */
  configForgotten(type: number, name: string): void {
    this.#configs.delete(`${type}/${name}`)
  }

  brokerChanged(id: number): void {
    this.#brokers.add(id)
  }

  controllerChanged(id: number): void {
    this.#controllers.add(id)
  }

  featureChanged(name: string): void {
    this.#features.add(name)
  }

  /** Everything so far. */
  delta(): MetadataDelta {
    const changedPartitions: PartitionDelta[] = []
    for (const [topic, changed] of this.#partitions) {
      for (const [index, before] of changed) {
        changedPartitions.push({ topic, partition: topic.partitions[index]!, before })
      }
    }
    return {
      createdTopics: [...this.#created.values()],
      removedTopics: [...this.#removed.values()],
      changedPartitions,
      changedConfigs: [...this.#configs.values()],
      changedBrokers: [...this.#brokers],
      changedControllers: [...this.#controllers],
      changedFeatures: [...this.#features],
    }
  }
}
