/** M74: what a fetch returns is cut at the end of the segment as it is when the bytes are there. */

import type { Mutant } from './mutant.ts'

export const sizeAskedASecondTime: Mutant = {
  name: 'kafka-9835-size-asked-a-second-time',
  story:
    'A fetch looks at the high watermark when it begins and at the end of the segment when it has read: consumers get records that are not flushed, though the topic says flush.messages=1.',
  source: 'KAFKA-9835',
  fault: 'none but traffic, on a topic that answers only what is flushed',
  invariants: ['S9 watermarks', 'S5 consistent read', 'S1 acknowledged records survive'],
  replace: (rules) => ({ ...rules, log: { ...rules.log, shownEnd: (_upTo, segmentEnd) => segmentEnd } }),
}
