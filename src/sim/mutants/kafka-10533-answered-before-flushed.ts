/** M28, for the metadata log of one node: a record counts as committed before it is flushed. */

import type { Mutant } from './mutant.ts'

export const answeredBeforeFlushed: Mutant = {
  name: 'kafka-10533-answered-before-flushed',
  story:
    'The metadata log counts what is only in the page cache as committed: a topic or a producer id is answered, the power fails, and it never was.',
  source: 'KAFKA-10533',
  fault: 'a power loss right after an answer',
  invariants: ['S1 acknowledged records survive'],
  replace: (rules) => ({ ...rules, quorum: { ...rules.quorum, heldEnd: (log) => log.endOffset } }),
}
