/** M61, the other half: a window of one batch, where a producer may have five in flight. */

import { logRules } from '../../broker/log/rules.ts'
import type { Mutant } from './mutant.ts'

export const onlyTheLastBatchIsRemembered: Mutant = {
  name: 'redpanda-3077-only-the-last-batch-is-remembered',
  story:
    'Of each producer only the last batch is remembered, though five may be in flight: when a connection is lost with several unanswered, the retry of all but the last is refused.',
  source: 'redpanda-data/redpanda #3077; KAFKA-5494',
  fault: 'a connection is lost with several batches in flight',
  invariants: ['S10 idempotence'],
  replace: (rules) => ({
    ...rules,
    log: { ...rules.log, findDuplicate: (remembered, batch) => logRules.findDuplicate(remembered.slice(-1), batch) },
  }),
}
