/** The rules of replication. `replicationRules` is the correct book; a mutant replaces one. */

import type { PartitionLog } from '../log/partition-log.ts'

/** The durable steps of a deletion of records that a client asked for, in their order. */
export type DeletionStep = 'flush' | 'move-start' | 'checkpoint-start'

export interface ReplicationRules {
  /**
   * What this replica vouches for: the records below this offset may be acknowledged, shown to consumers, and counted
   * towards the high watermark. Its log end, or its flushed end where `flush.messages=1` promises that a power loss
   * takes nothing that was acknowledged.
   */
  vouchedEnd(log: PartitionLog): number
  /**
   * What happens before a deletion of records is answered. What is deleted is flushed, for a start on record above what a
   * power loss leaves would make the log begin without a trace of its producers; then the start moves; and what was
   * answered is deleted for good, so it must be on record. KIP-107.
   */
  readonly deletionSteps: readonly DeletionStep[]
}

export const replicationRules: ReplicationRules = {
  vouchedEnd: (log) => (log.config.flushMessages === 1 ? log.flushedEnd : log.endOffset),
  deletionSteps: ['flush', 'move-start', 'checkpoint-start'],
}
