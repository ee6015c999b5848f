/**
 * The metadata records that the controller writes, with every field, in the versions that belong to metadata.version
 * 4.0-IV3 (25), the only level that is served. Source: Kafka's `MetadataVersion`.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import { NO_LEADER_CHANGE, type PartitionState } from './partition-state.ts'
import type { BrokerRegistration } from './registrations.ts'

type RecordOf<T extends MetadataRecord['type']> = Extract<MetadataRecord, { readonly type: T }>

/** A change of one partition. */
export type PartitionChange = RecordOf<'PartitionChangeRecord'>

/** From level 17 (3.7-IV2) on: with log directories. */
const REGISTER_BROKER_VERSION = 3
/** From level 23 (4.0-IV1) on: with eligible leader replicas. */
const PARTITION_VERSION = 2

/** A new partition, at leader and partition epoch 0. */
export function partitionRecord(
  topicId: Uuid,
  partitionId: number,
  { replicas, isr, directories }: Pick<PartitionState, 'replicas' | 'isr' | 'directories'>,
): MetadataRecord {
  return {
    type: 'PartitionRecord',
    version: PARTITION_VERSION,
    topicId,
    partitionId,
    replicas,
    isr,
    directories,
    removingReplicas: [],
    addingReplicas: [],
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
    leader: isr[0]!,
    leaderRecoveryState: 0,
    leaderEpoch: 0,
    partitionEpoch: 0,
  }
}

/** A change; what is not said does not change. */
export function partitionChange(
  { topicId, index }: Pick<PartitionState, 'topicId' | 'index'>,
  change: Partial<Pick<PartitionChange, 'isr' | 'leader' | 'leaderRecoveryState' | 'replicas' | 'directories'>>,
): PartitionChange {
  // Field by field: there is one for each partition of a broker that comes or goes.
  return {
    type: 'PartitionChangeRecord',
    version: PARTITION_VERSION,
    topicId,
    partitionId: index,
    isr: change.isr ?? null,
    leader: change.leader ?? NO_LEADER_CHANGE,
    replicas: change.replicas ?? null,
    removingReplicas: null,
    addingReplicas: null,
    leaderRecoveryState: change.leaderRecoveryState ?? -1,
    directories: change.directories ?? null,
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
  }
}

export function registerBrokerRecord(registration: Omit<BrokerRegistration, 'registrationOffset'>): MetadataRecord {
  const { brokerId, epoch: brokerEpoch, incarnationId, endPoints, features, rack, logDirs } = registration
  const { fenced, inControlledShutdown } = registration
  return {
    ...{ type: 'RegisterBrokerRecord', version: REGISTER_BROKER_VERSION, brokerId, brokerEpoch, incarnationId },
    ...{ endPoints, features, rack, logDirs, fenced, inControlledShutdown, isMigratingZkBroker: false },
  }
}

/** A change of a registration, in the lowest version that carries it. */
export function registrationChange(
  { brokerId, epoch: brokerEpoch }: Pick<BrokerRegistration, 'brokerId' | 'epoch'>,
  change: Partial<Pick<RecordOf<'BrokerRegistrationChangeRecord'>, 'fenced' | 'inControlledShutdown' | 'logDirs'>>,
): MetadataRecord {
  const version = change.logDirs !== undefined ? 2 : change.inControlledShutdown !== undefined ? 1 : 0
  return {
    ...{ type: 'BrokerRegistrationChangeRecord', version, brokerId, brokerEpoch },
    ...{ fenced: 0, inControlledShutdown: 0, logDirs: [], ...change },
  }
}

export function configRecord(
  resourceType: number,
  resourceName: string,
  name: string,
  value: string | null,
): RecordOf<'ConfigRecord'> {
  return { type: 'ConfigRecord', version: 0, resourceType, resourceName, name, value }
}
