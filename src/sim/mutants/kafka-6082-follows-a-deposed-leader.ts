/** M43, told of the quorum: what a leader of an older epoch says is taken as if it still led. */

import type { Mutant } from './mutant.ts'

export const followsADeposedLeader: Mutant = {
  name: 'kafka-6082-follows-a-deposed-leader',
  story:
    'A node hears of a leader that was deposed, by a message that was long under way, and follows it: it goes back to an epoch that is over.',
  source: 'KAFKA-6082; Raft §5.1',
  fault: 'messages of a leader that are held until another one is elected',
  topology: { controllers: 3 },
  invariants: [
    'S8 monotone epochs of the quorum',
    'S6 election safety',
    'S2 log matching',
    'assertions of the broker hold',
  ],
  replace: (rules) => ({ ...rules, quorum: { ...rules.quorum, isDeposed: () => false } }),
}
