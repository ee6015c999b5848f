/** M73, one half: recovery believes the size of a batch and does not check its checksum. */

import { batchBytes, batchMagic, MAGIC } from '../../protocol/record-batch.ts'
import type { Mutant } from './mutant.ts'

export const tornTailTrusted: Mutant = {
  name: 'kafka-1112-torn-tail-trusted',
  story:
    'Recovery takes every batch whose size fits: pages that a power loss tore or lost stay in the log and are served, or keep the broker from starting.',
  source: 'KAFKA-1112',
  fault: 'a power loss with unsynced pages',
  invariants: [
    'S20 storage refinement',
    'S5 consistent read',
    'S1 acknowledged records survive',
    'the broker starts on what it left',
  ],
  replace: (rules) => ({
    ...rules,
    log: {
      ...rules.log,
      isBatchWhole: (bytes, at, end) => batchMagic(bytes, at) === MAGIC && batchBytes(bytes, at) === end - at,
    },
  }),
}
