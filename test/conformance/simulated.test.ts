import { describe, it } from 'vitest'
import { beginSimulatedArm, simulatedArm } from './arms/simulated-arm.ts'
import { onlySimulated } from './only-simulated.ts'
import { conformanceSuites } from './suites.ts'

conformanceSuites(simulatedArm({ name: 'simulated, as it is by default', seed: 1 }))
conformanceSuites(
  simulatedArm({
    name: 'simulated, a network that cuts everything and buffers little',
    seed: 2,
    network: { splitPerMillion: 1_000_000, segmentBytesMax: 8192, receiveWindowBytes: 16_384, sendBufferBytes: 4096 },
  }),
)

describe('what only simulated devices can be made to show', () => {
  for (const { title, show } of onlySimulated) {
    it(title, async () => {
      for (let seed = 1; seed <= 8; seed++) {
        const arm = beginSimulatedArm({ name: 'simulated', seed })
        await show(arm)
        await arm.end()
      }
    })
  }
})
