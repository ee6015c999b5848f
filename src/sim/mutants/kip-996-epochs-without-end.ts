/** M34: a voter stands without asking first whether anybody would vote for it. */

import type { Mutant } from './mutant.ts'

export const epochsWithoutEnd: Mutant = {
  name: 'kip-996-epochs-without-end',
  story:
    'A voter that hears nobody stands for election again and again, each time in a higher epoch: its requests, which the others do hear, end the term of every leader.',
  source: 'KIP-996',
  fault: 'a voter that stays deaf and is heard',
  topology: { controllers: 3 },
  invariants: ['L3 the quorum has a leader and keeps it', 'L2 everything is answered'],
  replace: (rules) => ({ ...rules, quorum: { ...rules.quorum, asksBeforeStanding: false } }),
}
