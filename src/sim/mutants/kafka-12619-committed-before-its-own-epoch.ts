/** M30: the high watermark moves up to the first record of an epoch, not past it (Raft, figure 8). */

import type { Mutant } from './mutant.ts'

export const committedBeforeItsOwnEpoch: Mutant = {
  name: 'kafka-12619-committed-before-its-own-epoch',
  story:
    'A new leader commits what earlier leaders left behind before a record of its own epoch is held by a majority: a voter with a newer epoch and without those records can still be elected, and takes them back.',
  source: 'KAFKA-12619; Raft §5.4.2, figure 8',
  fault: 'several elections in a row, some leaders having written to a minority only',
  topology: { controllers: 3 },
  invariants: ['S3 leader completeness', 'S1 committed by a majority', 'S2 log matching', 'S7 metadata matching'],
  replace: (rules) => ({
    ...rules,
    quorum: { ...rules.quorum, mayCommit: (offset, epochStart) => offset >= epochStart },
  }),
}
