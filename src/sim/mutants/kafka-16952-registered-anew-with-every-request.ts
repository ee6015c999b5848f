/** M45: a process that registers again is taken for another one. */

import type { Mutant } from './mutant.ts'

export const registeredAnewWithEveryRequest: Mutant = {
  name: 'kafka-16952-registered-anew-with-every-request',
  story:
    'A registration that is repeated, for its answer was lost, gives the same process a new broker epoch: requests that carry the one it had are refused.',
  source: 'KAFKA-16952',
  fault: 'the answer to a registration is lost',
  topology: { controllers: 3, brokers: 3 },
  invariants: ['S21 registrations', 'S21 registration answers'],
  replace: (rules) => ({ ...rules, controller: { ...rules.controller, isSameIncarnation: () => false } }),
}
