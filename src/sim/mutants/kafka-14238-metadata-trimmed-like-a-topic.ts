/** M36: the metadata log forgets what is old, and not only what a snapshot stands for. */

import type { Mutant } from './mutant.ts'

export const metadataTrimmedLikeATopic: Mutant = {
  name: 'kafka-14238-metadata-trimmed-like-a-topic',
  story:
    'Retention as topics have it deletes records of the metadata log that lie behind its newest snapshot: a node that starts, or catches up, never learns of them.',
  source: 'KAFKA-14238',
  fault: 'none but a log that is long enough to be trimmed',
  topology: { controllers: 3 },
  invariants: ['S22 snapshots'],
  replace: (rules) => ({
    ...rules,
    quorum: { ...rules.quorum, trimmedStart: (_snapshotEnd, committedEnd) => committedEnd },
  }),
}
