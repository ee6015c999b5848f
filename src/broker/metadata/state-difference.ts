/** How one state of the image differs from another, as a delta: for a snapshot that replaces everything at once. */

import { encodeMetadataRecord, type MetadataRecord } from '../../protocol/metadata-records/table.ts'
import { TOPIC_RESOURCE } from './config-table.ts'
import { DeltaBuilder, type MetadataDelta } from './delta.ts'
import type { ImageState } from './image-state.ts'
import { isSamePartition } from './partition-image.ts'

/** The delta whose subscribers knew `before` and are to know `after`. Topics in it are those of `after`. */
export function deltaBetween(before: ImageState, after: ImageState): MetadataDelta {
  const delta = new DeltaBuilder()
  addTopics(delta, before, after)
  addConfigs(delta, before, after)
  for (const id of changedKeys(before.brokers, after.brokers)) delta.brokerChanged(id)
  for (const id of changedKeys(before.controllers, after.controllers)) delta.controllerChanged(id)
  for (const name of changedKeys(before.features, after.features)) delta.featureChanged(name)
  return delta.delta()
}

function addTopics(delta: DeltaBuilder, before: ImageState, after: ImageState): void {
  for (const topic of before.topics.values()) {
    if (after.topics.byId(topic.id) === undefined) delta.topicRemoved(topic)
  }
  for (const topic of after.topics.values()) {
    const known = before.topics.byId(topic.id)
    if (known === undefined) delta.topicCreated(topic)
    else {
      for (const partition of topic.partitions) {
        const old = known.partitions[partition.index]
        if (old === undefined || !isSamePartition(old, partition)) delta.partitionChanged(topic, partition.index, old)
      }
    }
  }
}

function addConfigs(delta: DeltaBuilder, before: ImageState, after: ImageState): void {
  for (const { type, name, settings } of before.configs.values()) {
    if (type === TOPIC_RESOURCE && after.topics.byName(name) === undefined) continue
    if (!isSameMap(settings, after.configs.get(type, name))) delta.configChanged(type, name)
  }
  for (const { type, name } of after.configs.values()) {
    if (before.configs.get(type, name).size === 0) delta.configChanged(type, name)
  }
}

interface Keyed<K, R> {
  get(key: K): R | undefined
  entries(): Iterable<[K, R]>
}

/** Keys whose record is gone, another one, or new. */
function* changedKeys<K, R extends MetadataRecord>(before: Keyed<K, R>, after: Keyed<K, R>): Generator<K> {
  for (const [key, record] of before.entries()) {
    const now = after.get(key)
    if (now === undefined || !isSameRecord(record, now)) yield key
  }
  for (const [key] of after.entries()) if (before.get(key) === undefined) yield key
}

function isSameRecord(a: MetadataRecord, b: MetadataRecord): boolean {
  const [bytes, others] = [encodeMetadataRecord(a), encodeMetadataRecord(b)]
  return bytes.length === others.length && bytes.every((byte, index) => byte === others[index])
}

function isSameMap(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false
  for (const [key, value] of a) if (b.get(key) !== value) return false
  return true
}
