/** M37, of the image: a node that could not apply a committed batch goes on without it. */

import type { Mutant } from './mutant.ts'

export const anImageWithAHole: Mutant = {
  name: 'kafka-14275-an-image-with-a-hole',
  story:
    'A node passes over committed metadata that it cannot apply, and answers from an image that no other node has.',
  source: 'KAFKA-14275',
  fault: 'a batch that cannot be applied at one node',
  topology: { controllers: 3 },
  invariants: ['S7 metadata matching', 'assertions of the broker hold'],
  replace: (rules) => ({ ...rules, metadata: { ...rules.metadata, afterFailedApply: 'go-on' } }),
}
