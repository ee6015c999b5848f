/** M28, for three voters: a fetch claims what is only in the page cache, and a leader commits by such claims. */

import type { Mutant } from './mutant.ts'

export const majorityInPageCaches: Mutant = {
  name: 'kafka-10533-a-majority-in-page-caches',
  story:
    'Voters count what they have only in the page cache: the power of a majority fails at one time, and records that were committed are nowhere.',
  source: 'KAFKA-10533',
  fault: 'a power loss of voters that hold unflushed records',
  topology: { controllers: 3 },
  invariants: ['S1 committed by a majority', 'S2 log matching', 'S7 metadata matching', 'S6 election safety'],
  replace: (rules) => ({ ...rules, quorum: { ...rules.quorum, heldEnd: (log) => log.endOffset } }),
}
