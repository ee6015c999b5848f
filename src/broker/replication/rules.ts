/** The rules of replication. `replicationRules` is the correct book; a mutant replaces one. */

import type { PartitionLog } from '../log/partition-log.ts'

export interface ReplicationRules {
  /**
   * What this replica vouches for: the records below this offset may be acknowledged, shown to consumers, and counted
   * towards the high watermark. Its log end, or its flushed end where `flush.messages=1` promises that a power loss
   * takes nothing that was acknowledged.
   */
  vouchedEnd(log: PartitionLog): number
}

export const replicationRules: ReplicationRules = {
  vouchedEnd: (log) => (log.config.flushMessages === 1 ? log.flushedEnd : log.endOffset),
}
