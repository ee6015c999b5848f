/** M43, told of the quorum: a decision that was taken in an older epoch is appended. */

import type { Mutant } from './mutant.ts'

export const decidesAfterItWasDeposed: Mutant = {
  name: 'kafka-6082-decides-after-it-was-deposed',
  story:
    'A node that does not lead any more appends what it decided while it did: its log gets records that no leader wrote.',
  source: 'KAFKA-6082',
  fault: 'a leader is deposed while it decides',
  topology: { controllers: 3 },
  invariants: [
    'S2 only the leader appends',
    'S2 log matching',
    'S6 election safety',
    'S1 committed by a majority',
    'S7 metadata matching',
    'assertions of the broker hold',
  ],
  replace: (rules) => ({ ...rules, quorum: { ...rules.quorum, mayAppend: () => true } }),
}
