/** Every invariant that is watched in a run. Each run has its own, with their own memory. */

import { deletionsLast } from './deletions-last.ts'
import type { Invariant } from './invariant.ts'
import { lossIsNoticed } from './loss-is-noticed.ts'
import { offsetsForTimes } from './offsets-for-times.ts'
import { retentionAllowed } from './retention-allowed.ts'
import { acknowledgedRecordsSurvive } from './s1-acknowledged-records-survive.ts'
import { consistentRead } from './s5-consistent-read.ts'
import { monotoneEpochs } from './s8-monotone-epochs.ts'
import { watermarks } from './s9-watermarks.ts'
import { idempotence } from './s10-idempotence.ts'
import { producerOrder } from './s11-producer-order.ts'
import { storageRefinement } from './s20-storage-refinement.ts'
import { timestamps } from './timestamps.ts'

export function newInvariants(): readonly Invariant[] {
  return [
    acknowledgedRecordsSurvive(),
    consistentRead(),
    timestamps(),
    offsetsForTimes(),
    monotoneEpochs(),
    watermarks(),
    idempotence(),
    producerOrder(),
    storageRefinement(),
    retentionAllowed(),
    deletionsLast(),
    lossIsNoticed(),
  ]
}
