import { describe, it } from 'vitest'
import { realArm } from './arms/real-arm.ts'
import { onlySimulated } from './only-simulated.ts'
import { conformanceSuites } from './suites.ts'

conformanceSuites(realArm({ disk: 'directory', reading: 'direct' }))
conformanceSuites(realArm({ disk: 'memory', reading: 'copied' }))
conformanceSuites(realArm({ disk: 'directory', reading: 'direct', fileHandlesMax: 1 }))

describe('what a real device cannot be made to show', () => {
  for (const { title, reason } of onlySimulated) it.skip(`${title} (${reason})`)
})
