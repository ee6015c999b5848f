/** M69: the clean-shutdown marker is removed after loading, and its removal is not made durable. */

import type { Mutant } from './mutant.ts'

export const markerOutlivesTheStart: Mutant = {
  name: 'kafka-10471-marker-outlives-the-start',
  story:
    'The marker of a clean shutdown is removed only after the logs are loaded, and not for good: a crash of this life looks clean to the next, which then trusts torn files.',
  source: 'KAFKA-10471',
  fault: 'a clean stop, then a power loss',
  invariants: ['S20 storage refinement', 'S1 acknowledged records survive', 'S5 consistent read'],
  replace: (rules) => ({ ...rules, log: { ...rules.log, startSteps: ['load-logs', 'remove-marker'] } }),
}
