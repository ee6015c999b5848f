/** Metadata records as decoded, for tests: what is left out has the value that decoding gives it. */

import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  type MetadataRecord,
  type MetadataRecordInput,
} from '../../../../src/protocol/metadata-records/table.ts'
import type { Uuid } from '../../../../src/protocol/uuid.ts'

/** The record as it comes out of a log. */
export function decoded(record: MetadataRecordInput): MetadataRecord {
  return decodeMetadataRecord(encodeMetadataRecord(record))
}

export function topicRecord(name: string, topicId: Uuid): MetadataRecord {
  return decoded({ type: 'TopicRecord', version: 0, name, topicId })
}

/** A partition led by its first replica, all of them in sync. Default: one replica, on broker 1. */
export function partitionRecord(topicId: Uuid, partitionId: number, replicas: readonly number[] = [1]): MetadataRecord {
  return decoded({
    ...{ type: 'PartitionRecord', version: 2, partitionId, topicId, replicas, isr: replicas },
    ...{ removingReplicas: [], addingReplicas: [], leader: replicas[0]!, leaderEpoch: 0, partitionEpoch: 0 },
    directories: replicas.map((id) => directoryOf(id)),
  })
}

/** One record per setting of a topic. */
export function configRecords(topic: string, settings: Readonly<Record<string, string>>): MetadataRecord[] {
  return Object.entries(settings).map(([name, value]) =>
    decoded({ type: 'ConfigRecord', version: 0, resourceType: 2, resourceName: topic, name, value }),
  )
}

/** A topic id that differs for each number up to 4095. */
export function topicIdOf(number: number): Uuid {
  return `${number.toString(16).padStart(3, '0')}bK3Q1TxiKpGVDqZ3CQA` as Uuid
}

/** A log directory's id that differs for each broker up to 4095. */
export function directoryOf(broker: number): Uuid {
  return `${broker.toString(16).padStart(3, '0')}dirK3Q1TxiKpGVDqZ3Q` as Uuid
}
