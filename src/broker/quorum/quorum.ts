/**
 * The replicated metadata log, as the controller and the image see it.
 *
 * The leader appends records; they are committed later, in order. Nothing may be answered on a record that is not
 * committed. Every committed record is delivered once per life, from the start of the log on.
 */

import type { MetadataRecord, MetadataRecordInput } from '../../protocol/metadata-records/table.ts'
import type { DiskError } from '../../world/disk.ts'

export interface Quorum {
  /** The leader epoch of this life. */
  readonly epoch: number
  /** Records below this offset are committed. */
  readonly highWatermark: number
  /**
   * Appends records as one batch, all or none; the offsets they get are `[baseOffset, endOffset)`. Only the leader may.
   * Where the disk is full nothing is appended and the error is returned.
   */
  append(
    records: readonly MetadataRecordInput[],
  ): AppendedRecords | { readonly kind: 'failed'; readonly error: DiskError }
  /** Tells the listener of committed records, in order; called before `start`. */
  onCommitted(listener: (committed: CommittedRecords) => void): void
}

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
  readonly records: readonly MetadataRecord[]
}
