/**
 * Everything the controller knows of the cluster, folded from metadata records: brokers, topics, partitions, settings,
 * features, producer ids, controllers.
 *
 * On the active controller records are applied when they are appended, elsewhere when they are committed; what is not
 * committed can be taken back. A record that does not fit the state, or of a kind that is not served, is an error after
 * which the state is worth nothing: to pass over it would be to lose a decision. Between BeginTransaction and
 * EndTransaction (KIP-868) records take effect for the controller at once, and an AbortTransaction undoes them.
 *
 * Not here: sessions of brokers, which die with an active controller's term.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import { TOPIC_RESOURCE } from '../metadata/config-table.ts'
import { unsupportedLevel } from '../metadata/features.ts'
import { TimelineMap } from '../timeline/timeline-map.ts'
import { ApplyError } from './apply-error.ts'
import { changedPartition, type PartitionState, partitionOf } from './partition-state.ts'
import { RecordTransactions } from './record-transactions.ts'
import {
  type BrokerRegistration,
  type ControllerRegistration,
  changedRegistration,
  registrationOf,
} from './registrations.ts'
import { collisionKey } from './topic-name.ts'

export interface TopicState {
  readonly name: string
  readonly id: Uuid
  /** Partitions are numbered from 0 without gaps. */
  readonly partitionCount: number
}

type RecordOf<T extends MetadataRecord['type']> = Extract<MetadataRecord, { readonly type: T }>
type TransactionRecord = RecordOf<'BeginTransactionRecord' | 'EndTransactionRecord' | 'AbortTransactionRecord'>

export class ClusterState {
  readonly #brokers = new TimelineMap<number, BrokerRegistration>()
  readonly #controllers = new TimelineMap<number, ControllerRegistration>()
  readonly #topics = new TimelineMap<Uuid, TopicState>()
  readonly #topicIds = new TimelineMap<string, Uuid>()
  /** Names by what they have in common with all names that they collide with. */
  readonly #collisions = new TimelineMap<string, readonly string[]>()
  readonly #partitions = new TimelineMap<string, PartitionState>()
  readonly #configs = new TimelineMap<string, ReadonlyMap<string, string>>()
  readonly #features = new TimelineMap<string, number>()
  readonly #nextProducerId = new TimelineMap<'next', number>()
  readonly #transactions = new RecordTransactions()
  /** Every map above. */
  readonly #maps: readonly Pick<TimelineMap<unknown, unknown>, 'commitTo' | 'revertTo' | 'undoFrom'>[]

  constructor() {
    this.#maps = [
      ...[this.#brokers, this.#controllers, this.#topics, this.#topicIds, this.#collisions, this.#partitions],
      ...[this.#configs, this.#features, this.#nextProducerId, this.#transactions.map],
    ]
  }

  broker(brokerId: number): BrokerRegistration | undefined {
    return this.#brokers.get(brokerId)
  }

  /** Registered brokers, in no order that means anything. */
  brokers(): Iterable<BrokerRegistration> {
    return this.#brokers.values()
  }

  controllers(): Iterable<ControllerRegistration> {
    return this.#controllers.values()
  }

  topic(id: Uuid): TopicState | undefined {
    return this.#topics.get(id)
  }

  topicNamed(name: string): TopicState | undefined {
    const id = this.#topicIds.get(name)
    return id === undefined ? undefined : this.#topics.get(id)
  }

  topics(): Iterable<TopicState> {
    return this.#topics.values()
  }

  /** The name of a topic whose name would collide with this one: it differs in `.` and `_` only, or not at all. */
  topicLike(name: string): string | undefined {
    return this.#alike(name)[0]
  }

  /** More than one where they were created by one request. */
  #alike(name: string): readonly string[] {
    return this.#collisions.get(collisionKey(name)) ?? []
  }

  partition(topicId: Uuid, index: number): PartitionState | undefined {
    return this.#partitions.get(partitionKey(topicId, index))
  }

  partitions(): Iterable<PartitionState> {
    return this.#partitions.values()
  }

  /** What was set of a resource; empty where nothing was. */
  configs(resourceType: number, resourceName: string): ReadonlyMap<string, string> {
    return this.#configs.get(configKey(resourceType, resourceName)) ?? new Map()
  }

  /** Resources of which something is set. */
  *configuredResources(): IterableIterator<{ readonly resourceType: number; readonly resourceName: string }> {
    for (const [key] of this.#configs.entries()) {
      const slash = key.indexOf('/')
      yield { resourceType: Number(key.slice(0, slash)), resourceName: key.slice(slash + 1) }
    }
  }

  /** Finalized levels; a feature that is off is absent. */
  features(): Iterable<readonly [string, number]> {
    return this.#features.entries()
  }

  /** 0 where the feature is off. */
  featureLevel(name: string): number {
    return this.#features.get(name) ?? 0
  }

  /** The first producer id that is not given away. */
  get nextProducerId(): number {
    return this.#nextProducerId.get('next') ?? 0
  }

  /** Whether a transaction of records has begun and not ended. */
  get isInTransaction(): boolean {
    return this.#transactions.openSince !== undefined
  }

  /** What was applied up to and including `offset` is never taken back. */
  commitTo(offset: number): void {
    const upTo = this.#transactions.commit(offset)
    for (const map of this.#maps) map.commitTo(upTo)
  }

  /** Takes back what was applied above `offset`. */
  revertTo(offset: number): void {
    for (const map of this.#maps) map.revertTo(offset)
  }

  /**
   * Applies the record at `offset`; offsets rise from call to call.
   * @throws {ApplyError} where the record does not fit; the state is then undefined.
   */
  apply(record: MetadataRecord, offset: number): void {
    switch (record.type) {
      case 'RegisterBrokerRecord':
        return this.#brokers.set(offset, record.brokerId, registrationOf(record, offset))
      case 'UnregisterBrokerRecord':
        this.#brokerOf(record, offset, record.brokerId, record.brokerEpoch)
        return this.#brokers.delete(offset, record.brokerId)
      case 'BrokerRegistrationChangeRecord': {
        const registration = this.#brokerOf(record, offset, record.brokerId, record.brokerEpoch)
        return this.#brokers.set(offset, record.brokerId, changedRegistration(registration, record))
      }
      case 'FenceBrokerRecord':
      case 'UnfenceBrokerRecord': {
        const registration = this.#brokerOf(record, offset, record.id, record.epoch)
        return this.#brokers.set(offset, record.id, { ...registration, fenced: record.type === 'FenceBrokerRecord' })
      }
      case 'RegisterControllerRecord': {
        const { controllerId, incarnationId, endPoints, features } = record
        return this.#controllers.set(offset, controllerId, { controllerId, incarnationId, endPoints, features })
      }
      case 'TopicRecord':
        return this.#applyTopic(record, offset)
      case 'RemoveTopicRecord':
        return this.#applyRemoveTopic(record, offset)
      case 'PartitionRecord':
        return this.#applyPartition(record, offset)
      case 'PartitionChangeRecord': {
        const partition = this.partition(record.topicId, record.partitionId)
        if (partition === undefined) throw new ApplyError(record, offset, 'there is no such partition')
        const key = partitionKey(record.topicId, record.partitionId)
        return this.#partitions.set(offset, key, changedPartition(partition, record))
      }
      case 'ConfigRecord':
        return this.#applyConfig(record, offset)
      case 'FeatureLevelRecord':
        return this.#applyFeature(record, offset)
      case 'ProducerIdsRecord':
        if (record.nextProducerId <= this.nextProducerId) {
          throw new ApplyError(record, offset, 'these producer ids are given away already')
        }
        return this.#nextProducerId.set(offset, 'next', record.nextProducerId)
      case 'BeginTransactionRecord':
      case 'EndTransactionRecord':
      case 'AbortTransactionRecord':
        return this.#applyTransaction(record, offset)
      case 'ClearElrRecord':
        return this.#applyClearElr(record, offset)
      case 'NoOpRecord':
      // A remnant that logs of Kafka 3 hold; it says nothing from Kafka 4.0 on.
      case 'ZkMigrationStateRecord':
        return
      default:
        throw new ApplyError(record, offset, 'records of this kind are not served')
    }
  }

  #brokerOf(record: MetadataRecord, offset: number, brokerId: number, epoch: number): BrokerRegistration {
    const registration = this.#brokers.get(brokerId)
    if (registration?.epoch === epoch) return registration
    throw new ApplyError(record, offset, `broker ${brokerId} is not registered with epoch ${epoch}`)
  }

  #applyTopic(record: RecordOf<'TopicRecord'>, offset: number): void {
    const { name, topicId: id } = record
    if (this.#topics.has(id) || this.#topicIds.has(name)) throw new ApplyError(record, offset, 'the topic exists')
    this.#topics.set(offset, id, { name, id, partitionCount: 0 })
    this.#topicIds.set(offset, name, id)
    this.#collisions.set(offset, collisionKey(name), [...this.#alike(name), name])
  }

  #applyRemoveTopic(record: RecordOf<'RemoveTopicRecord'>, offset: number): void {
    const topic = this.#topics.get(record.topicId)
    if (topic === undefined) throw new ApplyError(record, offset, 'there is no such topic')
    for (let index = 0; index < topic.partitionCount; index++) {
      this.#partitions.delete(offset, partitionKey(topic.id, index))
    }
    this.#topics.delete(offset, topic.id)
    this.#topicIds.delete(offset, topic.name)
    const others = this.#alike(topic.name).filter((name) => name !== topic.name)
    if (others.length === 0) this.#collisions.delete(offset, collisionKey(topic.name))
    else this.#collisions.set(offset, collisionKey(topic.name), others)
    this.#configs.delete(offset, configKey(TOPIC_RESOURCE, topic.name))
  }

  #applyPartition(record: RecordOf<'PartitionRecord'>, offset: number): void {
    const topic = this.#topics.get(record.topicId)
    if (topic === undefined) throw new ApplyError(record, offset, 'there is no such topic')
    const key = partitionKey(record.topicId, record.partitionId)
    // In a snapshot a topic's partitions come in any order, so the count is that of partitions, not the highest index.
    if (!this.#partitions.has(key)) {
      this.#topics.set(offset, topic.id, { ...topic, partitionCount: topic.partitionCount + 1 })
    }
    this.#partitions.set(offset, key, partitionOf(record))
  }

  #applyConfig({ resourceType, resourceName, name, value }: RecordOf<'ConfigRecord'>, offset: number): void {
    const key = configKey(resourceType, resourceName)
    const configs = new Map(this.#configs.get(key))
    if (value === null) configs.delete(name)
    else configs.set(name, value)
    if (configs.size > 0) this.#configs.set(offset, key, configs)
    else this.#configs.delete(offset, key)
  }

  #applyFeature(record: RecordOf<'FeatureLevelRecord'>, offset: number): void {
    const { name, featureLevel } = record
    const problem = unsupportedLevel(name, featureLevel)
    if (problem !== undefined) throw new ApplyError(record, offset, problem)
    if (featureLevel === 0) this.#features.delete(offset, name)
    else this.#features.set(offset, name, featureLevel)
  }

  #applyTransaction(record: TransactionRecord, offset: number): void {
    const begin = this.#transactions.openSince
    if (record.type === 'BeginTransactionRecord') {
      if (begin !== undefined) throw new ApplyError(record, offset, 'a transaction is open')
      return this.#transactions.begin(offset)
    }
    if (begin === undefined) throw new ApplyError(record, offset, 'no transaction is open')
    if (record.type === 'AbortTransactionRecord') for (const map of this.#maps) map.undoFrom(offset, begin)
    this.#transactions.end(offset, begin)
  }

  #applyClearElr(record: RecordOf<'ClearElrRecord'>, offset: number): void {
    const only = record.topicName === '' ? undefined : this.topicNamed(record.topicName)
    if (record.topicName !== '' && only === undefined) throw new ApplyError(record, offset, 'there is no such topic')
    for (const [key, partition] of [...this.#partitions.entries()]) {
      const isMeant = only === undefined || partition.topicId === only.id
      if (!isMeant || partition.eligibleLeaderReplicas.length + partition.lastKnownElr.length === 0) continue
      this.#partitions.set(offset, key, { ...partition, eligibleLeaderReplicas: [], lastKnownElr: [] })
    }
  }
}

function partitionKey(topicId: Uuid, index: number): string {
  return `${topicId}/${index}`
}

function configKey(resourceType: number, resourceName: string): string {
  return `${resourceType}/${resourceName}`
}
