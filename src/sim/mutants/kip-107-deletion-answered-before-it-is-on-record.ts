/** Of our own numbering, for there is none: a deletion of records is answered while its new start is in memory only. */

import type { Mutant } from './mutant.ts'

export const deletionAnsweredBeforeItIsOnRecord: Mutant = {
  name: 'kip-107-deletion-answered-before-it-is-on-record',
  story:
    'A deletion of records is answered once the start of the log has moved in memory; it is put on record within a minute. The broker dies before that, and begins the log where it began before: what was answered to be deleted is there again.',
  source: 'KIP-107; Kafka says so where it raises the start of a log',
  fault: 'a kill, or a power loss, after a deletion was answered',
  invariants: ['S1 deletions last'],
  replace: (rules) => ({
    ...rules,
    replication: { ...rules.replication, deletionSteps: ['flush', 'move-start'] },
  }),
}
