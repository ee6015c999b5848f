/** M73, the other half: a flush syncs files and not the directories that hold their names. */

import type { Mutant } from './mutant.ts'

export const directoryNotSynced: Mutant = {
  name: 'kafka-3919-directory-not-synced',
  story:
    'A flush syncs the bytes of a segment but not the directory: after a power loss the new segment has no name, and what was flushed is gone.',
  source: 'KAFKA-3919; fsync(2)',
  fault: 'a power loss after a segment was rolled and flushed',
  invariants: ['S1 acknowledged records survive', 'S20 storage refinement'],
  replace: (rules) => ({ ...rules, log: { ...rules.log, flushSteps: ['sync-segments', 'checkpoint-epochs'] } }),
}
