/** M29: a leader that restarts goes on in the epoch it led. */

import type { Mutant } from './mutant.ts'

export const leadsAgainInItsEpoch: Mutant = {
  name: 'kafka-10527-leads-again-in-its-epoch',
  story:
    'A leader whose power fails comes back as the leader of the same epoch, with a log that lost its unflushed end: it gives offsets away a second time, with other records.',
  source: 'KAFKA-10527; Raft §5.2',
  fault: 'a power loss, or a kill, of the leader and a fast restart',
  topology: { controllers: 3 },
  invariants: ['S6 election safety', 'S3 leader completeness', 'S2 log matching'],
  replace: (rules) => ({ ...rules, quorum: { ...rules.quorum, leadsAgainAfterRestart: true } }),
}
