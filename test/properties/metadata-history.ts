/** Arbitrary histories of metadata records that contradict nothing, and what is needed to fold them. */

import fc from 'fast-check'
import type { MetadataImage } from '../../src/broker/metadata/image.ts'
import type { MetadataRecord } from '../../src/protocol/metadata-records/table.ts'
import type { Uuid } from '../../src/protocol/uuid.ts'
import { decoded, directoryOf, partitionRecord, topicIdOf, topicRecord } from '../unit/broker/metadata/records.ts'

/** One step of a history: a kind of change, and numbers that choose what it is applied to. */
type Step = readonly [kind: number, which: number, value: number]

/** Histories as lists of records in the order of a log. */
export const arbitraryHistory: fc.Arbitrary<readonly MetadataRecord[]> = fc
  .array(fc.tuple(fc.nat(11), fc.nat(5), fc.nat(999)), { maxLength: 60, size: 'max' })
  .map(historyOf)

/** Applies records as batches of the given sizes, over and over. */
export function fold(image: MetadataImage, records: readonly MetadataRecord[], sizes: readonly number[]): void {
  let baseOffset = image.endOffset
  for (let at = 0, batch = 0; at < records.length; batch++) {
    const slice = records.slice(at, at + sizes[batch % sizes.length]!)
    image.apply({ baseOffset, endOffset: baseOffset + slice.length, epoch: 1, records: slice })
    baseOffset += slice.length
    at += slice.length
  }
}

interface LiveTopic {
  readonly name: string
  readonly id: Uuid
  partitions: number
}

function historyOf(steps: readonly Step[]): readonly MetadataRecord[] {
  const topics = new Map<string, LiveTopic>()
  const brokers = new Map<number, number>()
  const records: MetadataRecord[] = []
  let created = 0
  for (const [kind, which, value] of steps) {
    const topic = topics.get(`topic-${which}`)
    const epoch = brokers.get(which)
    if (kind <= 1) {
      if (topic === undefined) {
        const made = { name: `topic-${which}`, id: topicIdOf(++created), partitions: 1 + (value % 3) }
        topics.set(made.name, made)
        records.push(topicRecord(made.name, made.id))
        for (let index = 0; index < made.partitions; index++) records.push(replicated(made.id, index, value))
      } else {
        records.push(replicated(topic.id, topic.partitions++, value))
      }
    } else if (kind <= 4 && topic !== undefined) {
      records.push(partitionChange(topic, value))
    } else if (kind === 5 && topic !== undefined) {
      topics.delete(topic.name)
      records.push(decoded({ type: 'RemoveTopicRecord', version: 0, topicId: topic.id }))
    } else if (kind === 6) {
      const setting = { name: `setting-${value % 3}`, value: value % 4 === 0 ? null : String(value) }
      const resource =
        topic === undefined
          ? { resourceType: 4, resourceName: String(which) }
          : { resourceType: 2, resourceName: topic.name }
      records.push(decoded({ type: 'ConfigRecord', version: 0, ...resource, ...setting }))
    } else if (kind === 7) {
      brokers.set(which, records.length)
      records.push(registration(which, records.length, value))
    } else if (kind === 8 && epoch !== undefined) {
      const fenced = (value % 3) - 1
      const about = { brokerId: which, brokerEpoch: epoch }
      records.push(decoded({ type: 'BrokerRegistrationChangeRecord', version: 2, ...about, fenced }))
    } else if (kind === 9 && epoch !== undefined) {
      brokers.delete(which)
      records.push(decoded({ type: 'UnregisterBrokerRecord', version: 0, brokerId: which, brokerEpoch: epoch }))
    } else if (kind === 10) {
      records.push(
        decoded({ type: 'FeatureLevelRecord', version: 0, name: `feature-${which}`, featureLevel: value % 3 }),
      )
    } else if (kind === 11) {
      records.push(kept(which, value))
    }
  }
  return records
}

function replicated(id: Uuid, index: number, value: number): MetadataRecord {
  return partitionRecord(id, index, [1 + (value % 2), 3, 4 + (value % 5)])
}

function partitionChange(topic: LiveTopic, value: number): MetadataRecord {
  const partitionId = value % topic.partitions
  const about = { type: 'PartitionChangeRecord' as const, version: 2, topicId: topic.id, partitionId }
  if (value % 3 === 0) return decoded({ ...about, leader: value % 4 })
  if (value % 3 === 1) return decoded({ ...about, isr: [1], eligibleLeaderReplicas: [3], lastKnownElr: [value % 5] })
  return decoded({ ...about, replicas: [2, 3], directories: [2, 3].map(directoryOf), addingReplicas: [value % 7] })
}

function registration(brokerId: number, brokerEpoch: number, value: number): MetadataRecord {
  return decoded({
    ...{ type: 'RegisterBrokerRecord', version: 3, brokerId, brokerEpoch, incarnationId: topicIdOf(value) },
    endPoints: [{ name: 'PLAINTEXT', host: `host-${value}`, port: value, securityProtocol: 0 }],
    ...{ features: [], rack: value % 2 === 0 ? null : 'rack', logDirs: [directoryOf(brokerId)] },
  })
}

function kept(which: number, value: number): MetadataRecord {
  if (value % 2 === 0) {
    const entity = [{ entityType: 'user', entityName: which === 0 ? null : `user-${which}` }]
    const quota = { entity, key: 'producer_byte_rate', value: value / 2, remove: value % 5 === 0 }
    return decoded({ type: 'ClientQuotaRecord', version: 0, ...quota })
  }
  return decoded({
    ...{ type: 'ProducerIdsRecord', version: 0, brokerId: which, brokerEpoch: which, nextProducerId: value * 1000 },
  })
}
