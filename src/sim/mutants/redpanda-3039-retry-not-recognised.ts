/** M61: a retry of a batch that is in the log is answered as out of order instead of with its offsets. */

import type { Mutant } from './mutant.ts'

export const retryNotRecognised: Mutant = {
  name: 'redpanda-3039-retry-not-recognised',
  story:
    'The broker forgets what a producer sent, so that the retry after a lost response looks like a gap: the producer is told OUT_OF_ORDER_SEQUENCE_NUMBER for records that are in the log.',
  source: 'redpanda-data/redpanda #3038, #3039; KIP-98',
  fault: 'a connection is lost after the append and before the response',
  invariants: ['S10 idempotence'],
  replace: (rules) => ({ ...rules, log: { ...rules.log, findDuplicate: () => undefined } }),
}
