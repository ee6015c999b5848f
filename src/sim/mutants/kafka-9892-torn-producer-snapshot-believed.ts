/** M64: recovery believes a producer snapshot without a look at its checksum. */

import type { Mutant } from './mutant.ts'

export const tornProducerSnapshotBelieved: Mutant = {
  name: 'kafka-9892-torn-producer-snapshot-believed',
  story:
    'Recovery takes what a power loss left of a producer snapshot for what producers sent last: retries are appended twice, or refused for good.',
  source: 'KAFKA-9892, KAFKA-5435',
  fault: 'a power loss with an unsynced producer snapshot',
  invariants: ['S20 storage refinement', 'S10 idempotence'],
  replace: (rules) => ({ ...rules, log: { ...rules.log, isSnapshotWhole: () => true } }),
}
