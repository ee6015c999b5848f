/** No bug on record: what KIP-868 asks of every new controller, left out. */

import type { Mutant } from './mutant.ts'

export const goesOnInATransactionOfAnother: Mutant = {
  name: 'kip-868-goes-on-in-a-transaction-of-another',
  story:
    'A controller takes over in the middle of a metadata transaction and leaves it open: nothing that is decided afterwards counts.',
  source: 'KIP-868',
  fault: 'a controller dies between two batches of a transaction',
  topology: { controllers: 3 },
  invariants: [
    'L2 everything is answered',
    'S7 answered is committed',
    'S7 shown as committed',
    'S7 metadata matching',
    'assertions of the broker hold',
    'L3 the quorum has a leader and keeps it',
    'L4 brokers are unfenced and metadata converges',
  ],
  replace: (rules) => ({ ...rules, controller: { ...rules.controller, openTransaction: () => 'leave' } }),
}
