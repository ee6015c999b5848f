/** Every mutant there is. */

import { tornTailTrusted } from './kafka-1112-torn-tail-trusted.ts'
import { directoryNotSynced } from './kafka-3919-directory-not-synced.ts'
import { decidesAfterItWasDeposed } from './kafka-6082-decides-after-it-was-deposed.ts'
import { followsADeposedLeader } from './kafka-6082-follows-a-deposed-leader.ts'
import { sequencesDoNotWrap } from './kafka-7692-sequences-do-not-wrap.ts'
import { sizeAskedASecondTime } from './kafka-9835-size-asked-a-second-time.ts'
import { tornProducerSnapshotBelieved } from './kafka-9892-torn-producer-snapshot-believed.ts'
import { epochZeroNotRecovered } from './kafka-10432-epoch-zero-not-recovered.ts'
import { markerOutlivesTheStart } from './kafka-10471-marker-outlives-the-start.ts'
import { leadsAgainInItsEpoch } from './kafka-10527-leads-again-in-its-epoch.ts'
import { majorityInPageCaches } from './kafka-10533-a-majority-in-page-caches.ts'
import { answeredBeforeFlushed } from './kafka-10533-answered-before-flushed.ts'
import { committedBeforeItsOwnEpoch } from './kafka-12619-committed-before-its-own-epoch.ts'
import { metadataTrimmedLikeATopic } from './kafka-14238-metadata-trimmed-like-a-topic.ts'
import { anImageWithAHole } from './kafka-14275-an-image-with-a-hole.ts'
import { goesOnAfterAFailedApply } from './kafka-14275-goes-on-after-a-failed-apply.ts'
import { snapshotNamedAfterItsLastRecord } from './kafka-14618-snapshot-named-after-its-last-record.ts'
import { leadsNobodyForEver } from './kafka-15489-leads-nobody-for-ever.ts'
import { registeredAnewWithEveryRequest } from './kafka-16952-registered-anew-with-every-request.ts'
import { appendTimeToldAndNotGiven } from './kip-32-append-time-told-and-not-given.ts'
import { batchOfAnOlderEpochTaken } from './kip-98-batch-of-an-older-epoch-taken.ts'
import { epochsOutliveTheirRecords } from './kip-101-epochs-outlive-their-records.ts'
import { deletionAnsweredBeforeItIsOnRecord } from './kip-107-deletion-answered-before-it-is-on-record.ts'
import { goesOnInATransactionOfAnother } from './kip-868-goes-on-in-a-transaction-of-another.ts'
import { epochsWithoutEnd } from './kip-996-epochs-without-end.ts'
import type { Mutant } from './mutant.ts'
import { answersBeforeItPersists } from './raft-answers-before-it-persists.ts'
import { takesAnswersToAnEarlierRole } from './raft-takes-answers-to-an-earlier-role.ts'
import { votesForALogThatLacksRecords } from './raft-votes-for-a-log-that-lacks-records.ts'
import { retryNotRecognised } from './redpanda-3039-retry-not-recognised.ts'
import { onlyTheLastBatchIsRemembered } from './redpanda-3077-only-the-last-batch-is-remembered.ts'

export const mutants: readonly Mutant[] = [
  tornTailTrusted,
  directoryNotSynced,
  markerOutlivesTheStart,
  answeredBeforeFlushed,
  retryNotRecognised,
  onlyTheLastBatchIsRemembered,
  sequencesDoNotWrap,
  tornProducerSnapshotBelieved,
  epochZeroNotRecovered,
  sizeAskedASecondTime,
  majorityInPageCaches,
  leadsAgainInItsEpoch,
  committedBeforeItsOwnEpoch,
  answersBeforeItPersists,
  votesForALogThatLacksRecords,
  leadsNobodyForEver,
  epochsWithoutEnd,
  snapshotNamedAfterItsLastRecord,
  followsADeposedLeader,
  metadataTrimmedLikeATopic,
  takesAnswersToAnEarlierRole,
  goesOnAfterAFailedApply,
  anImageWithAHole,
  decidesAfterItWasDeposed,
  registeredAnewWithEveryRequest,
  deletionAnsweredBeforeItIsOnRecord,
  appendTimeToldAndNotGiven,
  batchOfAnOlderEpochTaken,
  epochsOutliveTheirRecords,
  goesOnInATransactionOfAnother,
]

/** The mutant of that name; undefined where there is none. */
export function mutantNamed(name: string): Mutant | undefined {
  return mutants.find((mutant) => mutant.name === name)
}
