/**
 * The whole book of rules a broker is composed with: each room keeps its own beside the state it guards.
 * `correctRules` is the default; simulated brokers may be composed with a mutant's.
 */

import { type ControllerRules, controllerRules } from './controller/rules.ts'
import { type LogRules, logRules } from './log/rules.ts'
import { type MetadataRules, metadataRules } from './metadata/rules.ts'
import { type QuorumRules, quorumRules } from './quorum/rules.ts'
import { type SnapshotRules, snapshotRules } from './quorum/snapshots/rules.ts'
import { type ReplicationRules, replicationRules } from './replication/rules.ts'

export interface Rules {
  readonly controller: ControllerRules
  readonly log: LogRules
  readonly quorum: QuorumRules
  readonly snapshots: SnapshotRules
  readonly metadata: MetadataRules
  readonly replication: ReplicationRules
}

/** The correct book. */
export const correctRules: Rules = {
  controller: controllerRules,
  log: logRules,
  quorum: quorumRules,
  snapshots: snapshotRules,
  metadata: metadataRules,
  replication: replicationRules,
}
