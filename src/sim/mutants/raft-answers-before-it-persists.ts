/** M31: a vote is answered before it is on record. */

import type { Mutant } from './mutant.ts'

export const answersBeforeItPersists: Mutant = {
  name: 'raft-answers-before-it-persists',
  story:
    'A voter says yes before its vote is durable: the power fails, the voter comes back without a memory of it and votes for another in the same epoch.',
  source: 'Raft §5.2 (persistent state)',
  fault: 'a power loss right after a vote',
  topology: { controllers: 3 },
  invariants: ['S6 election safety'],
  replace: (rules) => ({ ...rules, quorum: { ...rules.quorum, voteSteps: ['answer-vote', 'persist-vote'] } }),
}
