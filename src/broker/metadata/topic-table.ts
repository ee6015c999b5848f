/**
 * The topics of an image and their partitions.
 *
 * A topic's list of partitions is the one thing in an image that is changed in place, for a topic may have thousands.
 * `freeze` hands the lists out as they are; the first change of a topic after that works on a copy of its list, so that
 * freezing costs one reference per topic and the copies only what changes while somebody still reads.
 */

import type { MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import type { Digest, EntityHash } from './digest.ts'
import { found, MetadataError } from './metadata-error.ts'
import { mixPartition, type PartitionImage, recordOfPartition } from './partition-image.ts'

export interface TopicImage {
  readonly name: string
  readonly id: Uuid
  /** By partition index, without gaps. Changes with the image; see `freeze`. */
  readonly partitions: readonly PartitionImage[]
}

interface Topic {
  readonly name: string
  readonly id: Uuid
  partitions: PartitionImage[]
  /** The freeze after which the list was last made this topic's own. */
  ownedSince: number
  /** The sum over its partitions, so that removing a topic of very many takes no longer than one of few. */
  hash: EntityHash
}

/** A partition whose hash is taken: all that is left is to put it in its place. */
export interface ReadyPartition {
  readonly type: 'ReadyPartition'
  readonly topicId: Uuid
  readonly partition: PartitionImage
  readonly hash: EntityHash
}

export class TopicTable {
  readonly #byName = new Map<string, Topic>()
  readonly #byId = new Map<Uuid, Topic>()
  /** One text for each directory id, however many partitions name it. */
  readonly #directories = new Map<Uuid, Uuid>()
  readonly #digest: Digest
  #freezes = 0

  constructor(digest: Digest) {
    this.#digest = digest
  }

  /** In the order of their creation. */
  values(): IterableIterator<TopicImage> {
    return this.#byName.values()
  }

  byName(name: string): TopicImage | undefined {
    return this.#byName.get(name)
  }

  byId(id: Uuid): TopicImage | undefined {
    return this.#byId.get(id)
  }

  create(name: string, id: Uuid): TopicImage {
    if (this.#byName.has(name) || this.#byId.has(id)) {
      throw new MetadataError(`topic ${name} (${id}) is created and exists; the metadata log contradicts itself`)
    }
    const topic: Topic = { name, id, partitions: [], ownedSince: this.#freezes, hash: { a: 0, b: 0 } }
    this.#byName.set(name, topic)
    this.#byId.set(id, topic)
    this.#digest.addRecord(recordOfTopic(topic))
    return topic
  }

  /** Removes a topic with its partitions; returns it as it was. */
  remove(id: Uuid): TopicImage {
    const topic = found(this.#byId.get(id), `a topic is removed that does not exist (${id})`)
    this.#byName.delete(topic.name)
    this.#byId.delete(id)
    this.#digest.removeRecord(recordOfTopic(topic))
    this.#digest.removeHash(topic.hash)
    return topic
  }

  /** Takes a partition's hash; changes nothing, so that it may be done long before the partition counts. */
  makeReady(topicId: Uuid, partition: PartitionImage): ReadyPartition {
    const hash = mixPartition(this.#digest, topicId, partition).hash()
    return { type: 'ReadyPartition', topicId, partition: this.#sharingDirectories(partition), hash }
  }

  /** Puts a partition in its place, which is the next one where it is new; gives back what it was before. */
  put({ topicId, partition, hash }: ReadyPartition): PartitionImage | undefined {
    const topic = this.#byId.get(topicId)
    if (topic === undefined) throw new MetadataError(`a partition is of a topic that does not exist (${topicId})`)
    const { index } = partition
    if (index < 0 || index > topic.partitions.length) {
      throw new MetadataError(`partition ${index} of topic ${topic.name} comes when it has ${topic.partitions.length}`)
    }
    const before = topic.partitions[index]
    if (before !== undefined) {
      const gone = mixPartition(this.#digest, topicId, before).hash()
      this.#digest.removeHash(gone)
      topic.hash = { a: (topic.hash.a - gone.a) | 0, b: (topic.hash.b - gone.b) | 0 }
    }
    this.#digest.addHash(hash)
    topic.hash = { a: (topic.hash.a + hash.a) | 0, b: (topic.hash.b + hash.b) | 0 }
    if (topic.ownedSince < this.#freezes) {
      topic.partitions = topic.partitions.slice()
      topic.ownedSince = this.#freezes
    }
    topic.partitions[index] = partition
    return before
  }

  /** The topics as they are now; what comes later does not change them. */
  freeze(): readonly TopicImage[] {
    this.#freezes++
    return Array.from(this.#byName.values(), ({ name, id, partitions }) => ({ name, id, partitions }))
  }

  #sharingDirectories(partition: PartitionImage): PartitionImage {
    const shared = partition.directories.map((directory) => {
      const known = this.#directories.get(directory)
      if (known === undefined) this.#directories.set(directory, directory)
      return known ?? directory
    })
    return { ...partition, directories: shared }
  }
}

/** The records that make the topic what it is, as snapshots have them. */
export function* recordsOfTopic(topic: TopicImage): Generator<MetadataRecordInput> {
  yield recordOfTopic(topic)
  for (const partition of topic.partitions) yield recordOfPartition(topic.id, partition)
}

function recordOfTopic({ name, id }: TopicImage): MetadataRecordInput {
  return { type: 'TopicRecord', version: 0, name, topicId: id }
}
