/** M33: a leader that no majority fetches from does not resign. */

import type { Mutant } from './mutant.ts'

export const leadsNobodyForEver: Mutant = {
  name: 'kafka-15489-leads-nobody-for-ever',
  story:
    'A leader that is cut off from the majority goes on leading for ever: whoever still reaches it is told of a leader that can decide nothing.',
  source: 'KAFKA-15489',
  fault: 'a leader that stays cut off from the other voters',
  topology: { controllers: 3 },
  invariants: ['L3 the quorum has a leader and keeps it'],
  replace: (rules) => ({ ...rules, quorum: { ...rules.quorum, resignsWithoutMajority: false } }),
}
