/** Of our own numbering, for there is none: a broker keeps the producer's time where the topic asks for its own. */

import type { Mutant } from './mutant.ts'

export const appendTimeToldAndNotGiven: Mutant = {
  name: 'kip-32-append-time-told-and-not-given',
  story:
    'A topic has LogAppendTime: the broker tells producers when it appended their records, and leaves in them the times that they came with. Whoever reads, looks up a time, or waits for retention goes by clocks that the topic was not to trust.',
  source: 'KIP-32',
  fault: 'none but a topic with message.timestamp.type=LogAppendTime',
  invariants: ['S5 timestamps'],
  replace: (rules) => ({ ...rules, log: { ...rules.log, givesAppendTime: () => false } }),
}
