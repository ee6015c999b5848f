/** M35: the id of a snapshot names the last offset in it, which is one too low. */

import type { Mutant } from './mutant.ts'

export const snapshotNamedAfterItsLastRecord: Mutant = {
  name: 'kafka-14618-snapshot-named-after-its-last-record',
  story:
    'A snapshot is named after its last record instead of the offset behind it: who begins with it applies that record a second time.',
  source: 'KAFKA-14618; KIP-630',
  fault: 'a snapshot is written',
  topology: { controllers: 3 },
  invariants: ['S22 snapshots', 'S7 metadata matching', 'assertions of the broker hold'],
  replace: (rules) => ({
    ...rules,
    snapshots: { ...rules.snapshots, idOf: ({ offset, epoch }) => ({ endOffset: offset, epoch }) },
  }),
}
