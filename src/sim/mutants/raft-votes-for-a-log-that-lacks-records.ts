/** M32: a vote is given without a look at the log of who asks. */

import type { Mutant } from './mutant.ts'

export const votesForALogThatLacksRecords: Mutant = {
  name: 'raft-votes-for-a-log-that-lacks-records',
  story:
    'A voter gives its vote to whoever asks first: a node that was cut off while records were committed is elected, and what it lacks is gone.',
  source: 'Raft §5.4.1',
  fault: 'a voter that is cut off, or down, while records are committed, and then stands',
  topology: { controllers: 3 },
  invariants: [
    'S3 leader completeness',
    'S1 committed by a majority',
    'S2 log matching',
    'S7 metadata matching',
    'S1 acknowledged records survive',
    'the broker does not throw',
  ],
  replace: (rules) => ({ ...rules, quorum: { ...rules.quorum, isUpToDate: () => true } }),
}
