/**
 * `kraft.version`, the one feature that control records finalize: 0 is a fixed set of voters, as the settings name it;
 * 1 a set that records change (KIP-853). Only 0 is served: a node that passed over the records would count other votes
 * than its peers.
 */

import type { QuorumControlRecord } from '../../protocol/quorum-control-records.ts'

/** What is wrong with following a log in which the record lies; undefined where nothing is. */
export function kraftVersionProblem(record: QuorumControlRecord | undefined): string | undefined {
  if (record?.type !== 'KRAFT_VERSION' || record.kRaftVersion === 0) return undefined
  return `kraft.version is set to level ${record.kRaftVersion}, and 0 is supported: a quorum of the voters that controller.quorum.voters names`
}
