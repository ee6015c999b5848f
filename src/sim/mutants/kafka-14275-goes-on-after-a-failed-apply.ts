/** M37: a controller that could not apply a record goes on. */

import type { Mutant } from './mutant.ts'

export const goesOnAfterAFailedApply: Mutant = {
  name: 'kafka-14275-goes-on-after-a-failed-apply',
  story:
    'A standby controller passes over a record that it cannot apply: when it is elected it decides on a state that no other node has.',
  source: 'KAFKA-14275',
  fault: 'a record that cannot be applied at one node, which is elected later',
  topology: { controllers: 3 },
  invariants: [
    'S7 metadata matching',
    'S21 registrations',
    'L4 brokers are unfenced and metadata converges',
    'assertions of the broker hold',
    'L2 everything is answered',
  ],
  replace: (rules) => ({ ...rules, controller: { ...rules.controller, afterFailedApply: () => 'go-on' } }),
}
