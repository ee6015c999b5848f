/** The contract of `Random`. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { drawBytes } from '../../src/world/random.ts'
import type { Arm, ArmKind } from './arm.ts'

export function randomSuite(kind: ArmKind): void {
  let arm: Arm
  beforeEach(() => {
    arm = kind.begin()
  })
  afterEach(() => arm.end())

  describe('random', () => {
    it('draws integers in [0, 2^32), each bit of them set about half of the time', () => {
      const { random } = arm.world()
      const draws = 8192
      const setCounts = new Array<number>(32).fill(0)
      for (let draw = 0; draw < draws; draw++) {
        const word = random.u32()
        expect(Number.isInteger(word) && word >= 0 && word < 2 ** 32).toBe(true)
        for (let bit = 0; bit < 32; bit++)
          if (((word >>> bit) & 1) === 1) setCounts[bit] = (setCounts[bit] as number) + 1
      }
      // Seven standard deviations: a fair generator fails this once in 10^10 runs.
      const spread = 7 * Math.sqrt(draws / 4)
      for (const count of setCounts) expect(Math.abs(count - draws / 2)).toBeLessThan(spread)
    })

    it('two machines, and two lives of one, draw different numbers', () => {
      const [a, b] = [arm.world('a'), arm.world('b')]
      const drawn = [drawBytes(a.random, 16), drawBytes(b.random, 16)]
      arm.kill(a)
      drawn.push(drawBytes(arm.world('a').random, 16))
      expect(new Set(drawn.map(String)).size).toBe(3)
    })
  })
}
