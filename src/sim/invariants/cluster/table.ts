/** Every invariant over several nodes that is watched in a run. Each run has its own, with their own memory. */

import type { ClusterInvariant } from './cluster-invariant.ts'
import { committedByMajority } from './s1-committed-by-majority.ts'
import { onlyTheLeaderAppends } from './s2-appended-by-leader.ts'
import { logMatching } from './s2-log-matching.ts'
import { leaderCompleteness } from './s3-leader-completeness.ts'
import { electionSafety } from './s6-election-safety.ts'
import { answeredIsCommitted } from './s7-answered-is-committed.ts'
import { metadataMatching } from './s7-metadata-matching.ts'
import { shownAsCommitted } from './s7-shown-as-committed.ts'
import { monotoneQuorumEpochs } from './s8-monotone-quorum-epochs.ts'
import { registrationAnswers } from './s21-registration-answers.ts'
import { registrations } from './s21-registrations.ts'
import { topicsAreOne } from './s21-topics.ts'
import { snapshots } from './s22-snapshots.ts'

/** L3 and L4 are asked by the director, when a core is healed. */
export function newClusterInvariants(): readonly ClusterInvariant[] {
  return [
    logMatching(),
    onlyTheLeaderAppends(),
    committedByMajority(),
    electionSafety(),
    leaderCompleteness(),
    metadataMatching(),
    answeredIsCommitted(),
    shownAsCommitted(),
    monotoneQuorumEpochs(),
    registrations(),
    registrationAnswers(),
    topicsAreOne(),
    snapshots(),
  ]
}
