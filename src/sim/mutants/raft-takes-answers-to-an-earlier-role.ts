/** M14, of the quorum: the answer to a fetch is taken in whatever role it finds the node. */

import type { Mutant } from './mutant.ts'

export const takesAnswersToAnEarlierRole: Mutant = {
  name: 'raft-takes-answers-to-an-earlier-role',
  story:
    'A node takes the answer to a fetch that it sent in an earlier epoch, to a leader of before: it cuts or goes on with its log as that leader would have it.',
  source: 'KIP-595; Raft §5.3',
  fault: 'a fetch whose answer is held while another leader is elected',
  topology: { controllers: 3 },
  invariants: [
    'S2 log matching',
    'S1 committed by a majority',
    'S3 leader completeness',
    'S7 metadata matching',
    'assertions of the broker hold',
    // A node that is told to cut committed records off refuses and fails; the leader of now never tells it to.
    'the broker starts on what it left',
  ],
  replace: (rules) => ({ ...rules, quorum: { ...rules.quorum, ignoresStaleFetches: false } }),
}
