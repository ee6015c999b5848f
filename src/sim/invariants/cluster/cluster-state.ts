/**
 * What the committed metadata records amount to: topics, partitions, registrations. Folded here anew, not with the code
 * of the broker's image, which is what is being judged.
 *
 * Records of a metadata transaction count once it ends (KIP-868): until then they are kept aside. Source: KIP-631.
 */

import { decodeMetadataRecord, type MetadataRecord } from '../../../protocol/metadata-records/table.ts'
import { decodeRecords } from '../../../protocol/records.ts'
import type { Uuid } from '../../../protocol/uuid.ts'
import type { GhostBatch } from '../ghost.ts'

export interface CommittedBroker {
  readonly incarnationId: Uuid
  readonly brokerEpoch: number
  readonly isFenced: boolean
  /** It was fenced by a decision of its own, not merely by registering anew. */
  readonly wasFencedByDecision: boolean
}

export interface CommittedPartition {
  readonly topicId: Uuid
  readonly index: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly leader: number
  readonly leaderEpoch: number
  readonly partitionEpoch: number
}

type PartitionChange = Extract<MetadataRecord, { readonly type: 'PartitionChangeRecord' }>

/** Kafka's number of the kind of resource that a topic is. */
export const RESOURCE_TOPIC = 2

/** A topic as it was when what created it was complete. */
export interface CreatedTopic {
  readonly partitions: number
  readonly configs: ReadonlyMap<string, string>
}

export class ClusterState {
  readonly brokers = new Map<number, CommittedBroker>()
  /** By topic id and index: `id/0`. */
  readonly partitions = new Map<string, CommittedPartition>()
  /** Names of present topics, by id. */
  readonly topics = new Map<Uuid, string>()
  readonly #everIds = new Set<Uuid>()
  readonly #everNames = new Set<string>()
  readonly #configs = new Map<string, Map<string, string>>()
  /** `topic/name=value` of every setting of a topic there ever was. */
  readonly #everSet = new Set<string>()
  readonly #created = new Map<Uuid, CreatedTopic>()
  #nextProducerId = 0
  #transaction: MetadataRecord[] | undefined

  /** Whether records of a transaction are kept aside. */
  get isInTransaction(): boolean {
    return this.#transaction !== undefined
  }

  /** Whether a topic of this id was ever created. */
  wasEver(topicId: Uuid): boolean {
    return this.#everIds.has(topicId)
  }

  /** Whether a topic of this name was ever created. */
  wasEverNamed(name: string): boolean {
    return this.#everNames.has(name)
  }

  /** A topic as it was created, if it ever was. */
  createdAs(topicId: Uuid): CreatedTopic | undefined {
    return this.#created.get(topicId)
  }

  /** Whether a topic of this name ever had this value of a setting. */
  wasEverSet(topic: string, name: string, value: string): boolean {
    return this.#everSet.has(`${topic}/${name}=${value}`)
  }

  /** Whether a present topic has a partition of this number. */
  hasPartition(topicId: Uuid, index: number): boolean {
    return this.partitions.has(`${topicId}/${index}`)
  }

  /** Producer ids below are given away. */
  get nextProducerId(): number {
    return this.#nextProducerId
  }

  /** The settings of a topic. */
  configsOf(topic: string): ReadonlyMap<string, string> {
    return this.#configs.get(topic) ?? new Map()
  }

  /** Takes in a committed batch; gives back the records that count from now on, in order. */
  apply({ header, bytes }: GhostBatch): readonly MetadataRecord[] {
    if (header.isControl) return []
    const effective: MetadataRecord[] = []
    for (const { value } of decodeRecords(bytes, 0)) {
      const record = decodeMetadataRecord(value!)
      if (record.type === 'BeginTransactionRecord') this.#transaction = []
      else if (record.type === 'AbortTransactionRecord') this.#transaction = undefined
      else if (record.type === 'EndTransactionRecord') {
        effective.push(...(this.#transaction ?? []))
        this.#transaction = undefined
      } else (this.#transaction ?? effective).push(record)
    }
    for (const record of effective) this.#fold(record)
    for (const record of effective) if (record.type === 'TopicRecord') this.#noteCreated(record.topicId, record.name)
    return effective
  }

  #fold(record: MetadataRecord): void {
    switch (record.type) {
      case 'TopicRecord':
        this.topics.set(record.topicId, record.name)
        this.#everIds.add(record.topicId)
        this.#everNames.add(record.name)
        return
      case 'RemoveTopicRecord':
        return this.#removeTopic(record.topicId)
      case 'PartitionRecord': {
        const { topicId, partitionId: index, replicas, isr, leader, leaderEpoch, partitionEpoch } = record
        const partition = { topicId, index, replicas, isr, leader, leaderEpoch, partitionEpoch }
        this.partitions.set(`${topicId}/${index}`, partition)
        return
      }
      case 'PartitionChangeRecord':
        return this.#changePartition(record)
      case 'ProducerIdsRecord':
        this.#nextProducerId = record.nextProducerId
        return
      case 'ConfigRecord':
        if (record.resourceType === RESOURCE_TOPIC) this.#setConfig(record.resourceName, record.name, record.value)
        return
      default:
        return this.#foldBroker(record)
    }
  }

  #foldBroker(record: MetadataRecord): void {
    switch (record.type) {
      case 'RegisterBrokerRecord': {
        const { brokerId, incarnationId, brokerEpoch, fenced } = record
        this.brokers.set(brokerId, { incarnationId, brokerEpoch, isFenced: fenced, wasFencedByDecision: false })
        return
      }
      case 'UnregisterBrokerRecord':
        this.brokers.delete(record.brokerId)
        return
      case 'FenceBrokerRecord':
        return this.#setFenced(record.id, true)
      case 'UnfenceBrokerRecord':
        return this.#setFenced(record.id, false)
      case 'BrokerRegistrationChangeRecord':
        if (record.fenced !== 0) this.#setFenced(record.brokerId, record.fenced > 0)
        return
      default:
        return
    }
  }

  #noteCreated(topicId: Uuid, name: string): void {
    let partitions = 0
    while (this.hasPartition(topicId, partitions)) partitions++
    this.#created.set(topicId, { partitions, configs: new Map(this.configsOf(name)) })
  }

  #setFenced(id: number, isFenced: boolean): void {
    const broker = this.brokers.get(id)
    if (broker !== undefined) this.brokers.set(id, { ...broker, isFenced, wasFencedByDecision: isFenced })
  }

  #removeTopic(topicId: Uuid): void {
    const name = this.topics.get(topicId)
    this.topics.delete(topicId)
    if (name !== undefined) this.#configs.delete(name)
    for (const [key, partition] of this.partitions) if (partition.topicId === topicId) this.partitions.delete(key)
  }

  #changePartition({ topicId, partitionId, isr, leader, replicas }: PartitionChange): void {
    const key = `${topicId}/${partitionId}`
    const before = this.partitions.get(key)
    if (before === undefined) return
    this.partitions.set(key, {
      ...before,
      ...{ isr: isr ?? before.isr, replicas: replicas ?? before.replicas },
      leader: leader === -2 ? before.leader : leader,
      leaderEpoch: leader === -2 ? before.leaderEpoch : before.leaderEpoch + 1,
      partitionEpoch: before.partitionEpoch + 1,
    })
  }

  #setConfig(topic: string, name: string, value: string | null): void {
    let configs = this.#configs.get(topic)
    if (configs === undefined) {
      configs = new Map()
      this.#configs.set(topic, configs)
    }
    if (value === null) configs.delete(name)
    else configs.set(name, value)
    if (value !== null) this.#everSet.add(`${topic}/${name}=${value}`)
  }
}
