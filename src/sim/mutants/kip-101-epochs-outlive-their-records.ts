/** Of our own numbering, for there is none: epochs stay known when a log's start moves past all their records. */

import type { Mutant } from './mutant.ts'

export const epochsOutliveTheirRecords: Mutant = {
  name: 'kip-101-epochs-outlive-their-records',
  story:
    'Retention, or a deletion of records, moves the start of a log, and the leader epochs that ended below it stay in the cache and in its checkpoint, more with every leader: who asks where such an epoch ended is sent to an offset that is gone.',
  source: 'KIP-101; KIP-107',
  fault: 'none but retention, or a deletion of records',
  invariants: ['S20 storage refinement'],
  replace: (rules) => ({ ...rules, log: { ...rules.log, forgetsEpochsBelowStart: false } }),
}
