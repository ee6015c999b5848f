/** M70: the leader-epoch checkpoint is replaced without a sync. */

import type { Mutant } from './mutant.ts'

export const epochsNotSynced: Mutant = {
  name: 'kafka-16541-epochs-not-synced',
  story:
    'The checkpoint of leader epochs is renamed into place and never synced: after a power loss the log has an old one, or a torn one, though its records are flushed.',
  source: 'KAFKA-16541',
  fault: 'a power loss after a new leader epoch was flushed',
  invariants: ['S20 storage refinement'],
  replace: (rules) => ({ ...rules, log: { ...rules.log, epochCheckpointSteps: ['rename'] } }),
}
