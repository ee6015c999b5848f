/** All contracts of a world, against one kind of it. */

import { describe } from 'vitest'
import type { ArmKind } from './arm.ts'
import { clockSuite } from './clock.ts'
import { codecsSuite } from './codecs.ts'
import { diskSuite } from './disk.ts'
import { incarnationSuite } from './incarnation.ts'
import { networkSuite } from './network.ts'
import { randomSuite } from './random.ts'

export function conformanceSuites(kind: ArmKind): void {
  describe(kind.name, () => {
    clockSuite(kind)
    networkSuite(kind)
    diskSuite(kind)
    randomSuite(kind)
    codecsSuite(kind)
    incarnationSuite(kind)
  })
}
