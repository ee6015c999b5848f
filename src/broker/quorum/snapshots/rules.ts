/** The rules of snapshots. `snapshotRules` is the correct book; a mutant replaces one. */

import type { SnapshotId } from './snapshot-id.ts'

/** The durable steps that make a written snapshot count. */
export type SnapshotStep = 'sync-file' | 'rename' | 'sync-directory'

export interface SnapshotRules {
  /**
   * The id of a snapshot, given the last record whose effect is in it. Its offset is exclusive: a replica that loads the
   * snapshot goes on with the record at that offset, and would else apply one twice or never. KAFKA-14618.
   */
  idOf(lastContained: { readonly offset: number; readonly epoch: number }): SnapshotId
  /**
   * What follows once every byte is written, in this order: the name says that the file is whole, so it is given to
   * nothing that a power loss can still tear, and the log is trimmed only when the name itself is durable. KIP-630.
   */
  readonly completionSteps: readonly SnapshotStep[]
}

export const snapshotRules: SnapshotRules = {
  idOf: ({ offset, epoch }) => ({ endOffset: offset + 1, epoch }),
  completionSteps: ['sync-file', 'rename', 'sync-directory'],
}
