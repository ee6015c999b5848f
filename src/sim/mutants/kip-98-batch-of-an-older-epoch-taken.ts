/** Of our own numbering, for there is none: whether a batch is of an older epoch of its producer is not asked. */

import type { Mutant } from './mutant.ts'

export const batchOfAnOlderEpochTaken: Mutant = {
  name: 'kip-98-batch-of-an-older-epoch-taken',
  story:
    'A producer gives a batch up, for no answer came, and goes on under the next epoch. The batch was only late: it arrives, and its sequence number fits by chance. It is appended behind what was sent later, or answered with the offset of another batch.',
  source: 'KIP-98; KIP-360',
  fault: 'requests of a producer that are held up for longer than it waits',
  invariants: ['S8 monotone epochs', 'S1 acknowledged records survive', 'S10 idempotence'],
  replace: (rules) => ({ ...rules, log: { ...rules.log, isFenced: () => false } }),
}
