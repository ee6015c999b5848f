/** M63: sequence numbers do not wrap at 2^31. */

import type { Mutant } from './mutant.ts'

export const sequencesDoNotWrap: Mutant = {
  name: 'kafka-7692-sequences-do-not-wrap',
  story:
    'A producer that has sent 2^31 records goes on with sequence 0, as agreed, and the broker takes it for a gap: it can never write again.',
  source: 'KAFKA-7692, KAFKA-7693',
  fault: 'none but a producer that has sent many records',
  invariants: ['S10 idempotence', 'S20 storage refinement', 'L2 everything is answered'],
  replace: (rules) => ({ ...rules, log: { ...rules.log, sequenceAfter: (sequence, count) => sequence + count } }),
}
