/** M72: recovery asks of an epoch whether it is true, and 0 is not. */

import type { Mutant } from './mutant.ts'

export const epochZeroNotRecovered: Mutant = {
  name: 'kafka-10432-epoch-zero-not-recovered',
  story: 'Recovery passes over the records of epoch 0: the log has them and has never heard of their epoch.',
  source: 'KAFKA-10432',
  fault: 'a crash while the log has unflushed records of its first epoch',
  invariants: ['S20 storage refinement'],
  replace: (rules) => ({ ...rules, log: { ...rules.log, isEpoch: (leaderEpoch) => leaderEpoch > 0 } }),
}
