/**
 * The replicated metadata log, as the controller and the image see it.
 *
 * The leader appends records; they are committed later, in order. Nothing may be answered on a record that is not
 * committed. Every committed record is delivered once per life, from the start of the log on. A node is told that it
 * leads only when everything of earlier epochs is committed and delivered to it: what it decides then is decided on the
 * whole truth. When it leads no longer, what it appended and has not been told committed may or may not be so later.
 */

import type { MetadataRecord, MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import type { DiskError } from '../../world/disk.ts'
import type { SnapshotId } from './snapshots/snapshot-id.ts'

export interface Quorum {
  /** Who leads, as far as this node knows. */
  readonly leader: QuorumLeader
  /** Records below this offset are committed and delivered. */
  readonly highWatermark: number
  /**
   * Appends records as one batch, all or none; the offsets they get are `[baseOffset, endOffset)`. `epoch` is the one in
   * which the caller was told that it leads; in any other nothing is appended. Where the disk is full nothing is
   * appended and the error is returned.
   */
  append(records: readonly MetadataRecordInput[], epoch: number): AppendResult
  /** Gives up leadership of this epoch, for the caller cannot do what a leader must. */
  resign(epoch: number): void
  /** Calls at each of the occasions below; before `start`. Listeners are called in the order in which they were added. */
  listen(listener: QuorumListener): void
}

/** `leaderId` is −1 while no leader of the epoch is known. Epochs never decrease. */
export interface QuorumLeader {
  readonly leaderId: number
  readonly epoch: number
}

export interface QuorumListener {
  /** Records were committed, in order. */
  committed?(committed: CommittedBatch): void
  /** A snapshot is being loaded, to come in place of everything delivered before. Only a node that does not lead loads one. */
  snapshotBegun?(id: SnapshotId): SnapshotReceiver
  /** This node leads, and has been delivered everything of earlier epochs. */
  elected?(epoch: number): void
  /** This node leads no longer; called only after `elected` of the same epoch. */
  resigned?(epoch: number): void
  /** Another leader, or another epoch, is known. */
  leaderChanged?(leader: QuorumLeader): void
}

export type AppendResult =
  | AppendedRecords
  | { readonly kind: 'failed'; readonly error: DiskError }
  | { readonly kind: 'not-leader' }

export interface AppendedRecords {
  readonly kind: 'appended'
  readonly baseOffset: number
  /** Exclusive. */
  readonly endOffset: number
}

/** Records of one batch; `records[i]` lies at `baseOffset + i`. Empty for a control batch. */
export interface CommittedRecords {
  readonly baseOffset: number
  /** Exclusive. */
  readonly endOffset: number
  /** The epoch of the leader that appended them. */
  readonly epoch: number
  readonly records: readonly MetadataRecord[]
}

/** A batch as it lies in the log. */
export interface CommittedBatch extends CommittedRecords {
  /** In milliseconds since the Unix epoch. */
  readonly timestamp: number
  readonly bytes: number
}

/** Who is given a snapshot, a slice an event: its records rebuild the state at its end. Dropped where it is not whole. */
export interface SnapshotReceiver {
  /** The next records; nothing of them counts yet. */
  records(records: readonly MetadataRecord[]): void
  /** It is whole, and counts. `timestamp` is that of the last record it stands for, in milliseconds since the Unix epoch. */
  complete(timestamp: number): void
}
