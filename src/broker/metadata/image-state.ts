/**
 * Everything the metadata records say, folded: what an image holds at one offset.
 *
 * Each record is applied whole or refused; every type and version that the protocol decodes has its place here, also
 * those that nothing is served of yet (access rules, credentials, quotas, tokens), so that a snapshot loses nothing.
 * `freeze` gives the records that would rebuild the same state. Not here: offsets, transactions, subscribers.
 * Source: Kafka's `MetadataDelta` and the images beneath it; KIP-631.
 */

import type { MetadataRecord, MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import { type BrokerImage, brokerOf, changedBroker } from './broker-image.ts'
import { ConfigTable, type ResourceSettings, recordsOfResource, TOPIC_RESOURCE } from './config-table.ts'
import type { DeltaBuilder } from './delta.ts'
import { Digest } from './digest.ts'
import { type KeptRecord, keepingOf, ownedRecord } from './kept-records.ts'
import { found, MetadataError } from './metadata-error.ts'
import { changedPartition, partitionOf, withoutElr } from './partition-image.ts'
import { RecordTable } from './record-table.ts'
import { type ReadyPartition, recordsOfTopic, type TopicImage, TopicTable } from './topic-table.ts'

type RecordOf<T extends MetadataRecord['type']> = Extract<MetadataRecord, { readonly type: T }>

/** A controller's registration. */
export type ControllerImage = RecordOf<'RegisterControllerRecord'>

/** A record, or what was made of one before it counts. */
export type ReadyRecord = MetadataRecord | ReadyPartition

export class ImageState {
  readonly #digest = new Digest()
  readonly topics = new TopicTable(this.#digest)
  readonly configs = new ConfigTable(this.#digest)
  readonly features = new RecordTable<string, RecordOf<'FeatureLevelRecord'>>(this.#digest)
  readonly brokers = new RecordTable<number, BrokerImage>(this.#digest)
  readonly controllers = new RecordTable<number, ControllerImage>(this.#digest)
  readonly producerIds = new RecordTable<'next', RecordOf<'ProducerIdsRecord'>>(this.#digest)
  /** What nothing is served of yet, by keys that tell the types apart. */
  readonly kept = new RecordTable<string, MetadataRecord>(this.#digest)

  /** Equal for equal states, in whatever order they came about; see `Digest`. */
  get hash(): string {
    return this.#digest.value
  }

  /**
   * Does of a record's work what changes nothing yet, so that a transaction of very many partitions takes little at its
   * end, when all of them begin to count in one step.
   */
  makeReady(record: MetadataRecord): ReadyRecord {
    return record.type === 'PartitionRecord' ? this.topics.makeReady(record.topicId, partitionOf(record)) : record
  }

  /** Applies a record and notes what it changed. @throws {MetadataError} for one that contradicts what came before. */
  apply(record: ReadyRecord, delta: DeltaBuilder): void {
    switch (record.type) {
      case 'TopicRecord':
        return delta.topicCreated(this.topics.create(record.name, record.topicId))
      case 'RemoveTopicRecord':
        return this.#removeTopic(record, delta)
      case 'PartitionRecord':
        return this.#put(this.topics.makeReady(record.topicId, partitionOf(record)), delta)
      case 'ReadyPartition':
        return this.#put(record, delta)
      case 'PartitionChangeRecord':
        return this.#changePartition(record, delta)
      case 'ClearElrRecord':
        return this.#clearElr(record, delta)
      case 'ConfigRecord':
        this.configs.set(record.resourceType, record.resourceName, record.name, record.value)
        return delta.configChanged(record.resourceType, record.resourceName)
      case 'FeatureLevelRecord':
        if (record.featureLevel === 0) this.features.delete(record.name)
        else this.features.set(record.name, record)
        return delta.featureChanged(record.name)
      case 'ProducerIdsRecord':
        return this.producerIds.set('next', record)
      case 'RegisterControllerRecord':
        this.controllers.set(record.controllerId, record)
        return delta.controllerChanged(record.controllerId)
      case 'RegisterBrokerRecord':
      case 'UnregisterBrokerRecord':
      case 'FenceBrokerRecord':
      case 'UnfenceBrokerRecord':
      case 'BrokerRegistrationChangeRecord':
        return this.#applyToBroker(record, delta)
      case 'BeginTransactionRecord':
      case 'EndTransactionRecord':
      case 'AbortTransactionRecord':
        throw new MetadataError(`a ${record.type} where no transaction can be, as within a snapshot`)
      case 'NoOpRecord':
      case 'ZkMigrationStateRecord':
        return
      default:
        // Anything else is a type of `KeptRecord`: the compiler sees to it that none is forgotten.
        return this.#keep(record)
    }
  }

  /** The state as it is now, for as long as it is held; costs a reference per entity other than partitions. */
  freeze(): FrozenState {
    return {
      hash: this.hash,
      features: [...this.features.values()],
      brokers: [...this.brokers.values()],
      controllers: [...this.controllers.values()],
      topics: this.topics.freeze(),
      configs: [...this.configs.values()],
      rest: [...this.producerIds.values(), ...this.kept.values()],
    }
  }

  #removeTopic(record: RecordOf<'RemoveTopicRecord'>, delta: DeltaBuilder): void {
    const topic = this.topics.remove(record.topicId)
    this.configs.remove(TOPIC_RESOURCE, topic.name)
    delta.configForgotten(TOPIC_RESOURCE, topic.name)
    delta.topicRemoved(topic)
  }

  #changePartition(record: RecordOf<'PartitionChangeRecord'>, delta: DeltaBuilder): void {
    const { topicId, partitionId } = record
    const topic = found(this.topics.byId(topicId), `a partition is of a topic that does not exist (${topicId})`)
    const missing = `partition ${partitionId} of topic ${topic.name} is changed and does not exist`
    const changing = found(topic.partitions[partitionId], missing)
    this.#put(this.topics.makeReady(topicId, changedPartition(changing, record)), delta)
  }

  #put(ready: ReadyPartition, delta: DeltaBuilder): void {
    const before = this.topics.put(ready)
    delta.partitionChanged(this.topics.byId(ready.topicId)!, ready.partition.index, before)
  }

  #clearElr({ topicName }: RecordOf<'ClearElrRecord'>, delta: DeltaBuilder): void {
    const topics =
      topicName === ''
        ? this.topics.values()
        : [found(this.topics.byName(topicName), `the ELR of topic ${topicName} is cleared, which does not exist`)]
    for (const topic of topics) {
      for (const partition of topic.partitions) {
        const cleared = withoutElr(partition)
        if (cleared !== partition) this.#put(this.topics.makeReady(topic.id, cleared), delta)
      }
    }
  }

  #applyToBroker(record: BrokerRecord, delta: DeltaBuilder): void {
    const id = 'brokerId' in record ? record.brokerId : record.id
    delta.brokerChanged(id)
    if (record.type === 'RegisterBrokerRecord') return this.brokers.set(id, brokerOf(record))
    const epoch = 'brokerEpoch' in record ? record.brokerEpoch : record.epoch
    const broker = found(this.brokers.get(id), `${record.type} of broker ${id}, which is not registered`)
    if (broker.brokerEpoch !== epoch) {
      throw new MetadataError(`${record.type} of broker ${id} at epoch ${epoch}, whose epoch is ${broker.brokerEpoch}`)
    }
    if (record.type === 'UnregisterBrokerRecord') this.brokers.delete(id)
    else this.brokers.set(id, changedBroker(broker, record))
  }

  #keep(record: KeptRecord): void {
    const { key, isRemoved, mustExist } = keepingOf(record)
    if (!isRemoved) return this.kept.set(key, ownedRecord(record))
    if (!this.kept.delete(key) && mustExist) throw new MetadataError(`${record.type} of ${key}, which does not exist`)
  }
}

type BrokerRecord = RecordOf<
  | 'RegisterBrokerRecord'
  | 'UnregisterBrokerRecord'
  | 'FenceBrokerRecord'
  | 'UnfenceBrokerRecord'
  | 'BrokerRegistrationChangeRecord'
>

/** A state that does not change any more. */
export interface FrozenState {
  readonly hash: string
  readonly features: readonly RecordOf<'FeatureLevelRecord'>[]
  readonly brokers: readonly MetadataRecord[]
  readonly controllers: readonly MetadataRecord[]
  readonly topics: readonly TopicImage[]
  readonly configs: readonly ResourceSettings[]
  readonly rest: readonly MetadataRecord[]
}

/** The records that rebuild a state, in the order of Kafka's snapshots: features first, `metadata.version` before all. */
export function* recordsOfState(state: FrozenState): Generator<MetadataRecordInput> {
  yield* state.features.filter(({ name }) => name === 'metadata.version')
  yield* state.features.filter(({ name }) => name !== 'metadata.version')
  yield* state.brokers
  yield* state.controllers
  for (const topic of state.topics) yield* recordsOfTopic(topic)
  for (const resource of state.configs) yield* recordsOfResource(resource)
  yield* state.rest
}
