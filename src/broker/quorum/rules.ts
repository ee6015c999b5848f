/** The rules of the quorum. `quorumRules` is the correct book; a mutant replaces one. */

import type { PartitionLog } from '../log/partition-log.ts'

export interface QuorumRules {
  /**
   * What of the metadata log counts as held by this voter, and so, in a quorum of one, as committed: what is flushed.
   * An answer given on more can be taken back by a power loss. Raft §3 (persistent state), KAFKA-10533.
   */
  heldEnd(log: PartitionLog): number
}

export const quorumRules: QuorumRules = {
  heldEnd: (log) => log.flushedEnd,
}
