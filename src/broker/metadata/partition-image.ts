/**
 * The state of one partition in the image. Immutable: a change makes another one, so that whoever holds the old one (a
 * frozen image, a delta) keeps what it was. There are many of them, so lists that are empty or equal are shared.
 * Kafka's `PartitionRegistration`.
 */

import type { MetadataRecord, MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import { type Uuid, ZERO_UUID } from '../../protocol/uuid.ts'
import type { Digest } from './digest.ts'

type PartitionRecord = Extract<MetadataRecord, { readonly type: 'PartitionRecord' }>
type PartitionChangeRecord = Extract<MetadataRecord, { readonly type: 'PartitionChangeRecord' }>

export interface PartitionImage {
  readonly index: number
  /** Broker ids in the order of preference. */
  readonly replicas: readonly number[]
  /** The log directory of each replica, in the order of `replicas`; all zeros where it is not known (KIP-858). */
  readonly directories: readonly Uuid[]
  readonly isr: readonly number[]
  readonly removingReplicas: readonly number[]
  readonly addingReplicas: readonly number[]
  /** −1: none. */
  readonly leader: number
  /** Of every change of the leader. */
  readonly leaderEpoch: number
  /** Of every change at all. */
  readonly partitionEpoch: number
  /** 0 recovered, 1 recovering from an unclean election. */
  readonly leaderRecoveryState: number
  /** Replicas that may lead although they are not in sync, for they have everything committed (KIP-966). */
  readonly eligibleLeaderReplicas: readonly number[]
  readonly lastKnownElr: readonly number[]
}

/** `PartitionChangeRecord.leader` where the leader stays. */
const NO_LEADER_CHANGE = -2
/** `PartitionChangeRecord.leaderRecoveryState` where it stays. */
const NO_RECOVERY_CHANGE = -1

const none: readonly never[] = Object.freeze([])

export function partitionOf(record: PartitionRecord): PartitionImage {
  const { replicas, directories } = record
  return {
    index: record.partitionId,
    replicas,
    directories: directoriesOf(directories, replicas),
    isr: sharing(replicas, record.isr),
    removingReplicas: sharing(none, record.removingReplicas),
    addingReplicas: sharing(none, record.addingReplicas),
    leader: record.leader,
    leaderEpoch: record.leaderEpoch,
    partitionEpoch: record.partitionEpoch,
    leaderRecoveryState: record.leaderRecoveryState,
    eligibleLeaderReplicas: sharing(none, record.eligibleLeaderReplicas ?? none),
    lastKnownElr: sharing(none, record.lastKnownElr ?? none),
  }
}

/** The partition after a change: what the record leaves out stays; a leader that is named begins an epoch. */
export function changedPartition(partition: PartitionImage, record: PartitionChangeRecord): PartitionImage {
  const replicas = record.replicas ?? partition.replicas
  const isLed = record.leader !== NO_LEADER_CHANGE
  const isRecovery = record.leaderRecoveryState !== NO_RECOVERY_CHANGE
  return {
    index: partition.index,
    replicas,
    directories: directoriesOf(record.directories ?? partition.directories, replicas),
    isr: record.isr === null ? partition.isr : sharing(replicas, record.isr),
    removingReplicas: sharing(none, record.removingReplicas ?? partition.removingReplicas),
    addingReplicas: sharing(none, record.addingReplicas ?? partition.addingReplicas),
    leader: isLed ? record.leader : partition.leader,
    leaderEpoch: partition.leaderEpoch + (isLed ? 1 : 0),
    partitionEpoch: partition.partitionEpoch + 1,
    leaderRecoveryState: isRecovery ? record.leaderRecoveryState : partition.leaderRecoveryState,
    eligibleLeaderReplicas: sharing(none, record.eligibleLeaderReplicas ?? partition.eligibleLeaderReplicas),
    lastKnownElr: sharing(none, record.lastKnownElr ?? partition.lastKnownElr),
  }
}

/** The partition without eligible leader replicas; the same one where it had none. */
export function withoutElr(partition: PartitionImage): PartitionImage {
  if (partition.eligibleLeaderReplicas.length + partition.lastKnownElr.length === 0) return partition
  const partitionEpoch = partition.partitionEpoch + 1
  return { ...partition, partitionEpoch, eligibleLeaderReplicas: none, lastKnownElr: none }
}

/** The record that makes the partition what it is, as snapshots have it. */
export function recordOfPartition(topicId: Uuid, partition: PartitionImage): MetadataRecordInput {
  const { eligibleLeaderReplicas, lastKnownElr } = partition
  // Field by field, for copying the rest of an object costs five times as much.
  return {
    type: 'PartitionRecord',
    version: 2,
    partitionId: partition.index,
    topicId,
    replicas: partition.replicas,
    isr: partition.isr,
    removingReplicas: partition.removingReplicas,
    addingReplicas: partition.addingReplicas,
    leader: partition.leader,
    leaderRecoveryState: partition.leaderRecoveryState,
    leaderEpoch: partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch,
    directories: partition.directories,
    eligibleLeaderReplicas: eligibleLeaderReplicas.length === 0 ? null : eligibleLeaderReplicas,
    lastKnownElr: lastKnownElr.length === 0 ? null : lastKnownElr,
  }
}

/** Mixes in the partition as an entity; for `add` or `remove` to follow. */
export function mixPartition(digest: Digest, topicId: Uuid, partition: PartitionImage): Digest {
  return digest
    .begin()
    .text(topicId)
    .integer(partition.index)
    .integers(partition.replicas)
    .texts(partition.directories)
    .integers(partition.isr)
    .integers(partition.removingReplicas)
    .integers(partition.addingReplicas)
    .integer(partition.leader)
    .integer(partition.leaderEpoch)
    .integer(partition.partitionEpoch)
    .integer(partition.leaderRecoveryState)
    .integers(partition.eligibleLeaderReplicas)
    .integers(partition.lastKnownElr)
}

/** Whether nothing tells the two apart. */
export function isSamePartition(a: PartitionImage, b: PartitionImage): boolean {
  return (
    a.leader === b.leader &&
    a.leaderEpoch === b.leaderEpoch &&
    a.partitionEpoch === b.partitionEpoch &&
    a.leaderRecoveryState === b.leaderRecoveryState &&
    isSameList(a.replicas, b.replicas) &&
    isSameList(a.directories, b.directories) &&
    isSameList(a.isr, b.isr) &&
    isSameList(a.removingReplicas, b.removingReplicas) &&
    isSameList(a.addingReplicas, b.addingReplicas) &&
    isSameList(a.eligibleLeaderReplicas, b.eligibleLeaderReplicas) &&
    isSameList(a.lastKnownElr, b.lastKnownElr)
  )
}

function directoriesOf(directories: readonly Uuid[], replicas: readonly number[]): readonly Uuid[] {
  return directories.length === replicas.length ? directories : replicas.map(() => ZERO_UUID)
}

/** `list`, or `shared` where that says the same. */
function sharing<T>(shared: readonly T[], list: readonly T[]): readonly T[] {
  return isSameList(shared, list) ? shared : list
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
