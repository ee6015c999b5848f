/** The contract of `Clock`. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { World } from '../../src/world/world.ts'
import type { Arm, ArmKind } from './arm.ts'

export function clockSuite(kind: ArmKind): void {
  let arm: Arm
  let world: World
  beforeEach(() => {
    arm = kind.begin()
    world = arm.world()
  })
  afterEach(() => arm.end())

  describe('clock', () => {
    it('wall time is whole milliseconds of this century', () => {
      const now = world.clock.wallMs()
      expect(Number.isSafeInteger(now)).toBe(true)
      expect(now).toBeGreaterThan(Date.UTC(2020))
      expect(now).toBeLessThan(Date.UTC(2100))
    })

    it('monotonic time is whole microseconds and never goes back', async () => {
      let last = world.clock.monotonicUs()
      let fired = 0
      for (let round = 0; round < 1000; round++) {
        const now = world.clock.monotonicUs()
        expect(Number.isSafeInteger(now)).toBe(true)
        expect(now).toBeGreaterThanOrEqual(last)
        last = now
      }
      for (let delayUs = 0; delayUs < 10_000; delayUs += 700) {
        world.clock.setTimer(delayUs, () => {
          expect(world.clock.monotonicUs()).toBeGreaterThanOrEqual(last)
          last = world.clock.monotonicUs()
          fired++
        })
      }
      await arm.until('all timers', () => fired === 15)
    })

    it.each([0, 1, 999, 1000, 1001, 7_500, 20_000])('a timer of %i us does not fire early', async (delayUs) => {
      const from = world.clock.monotonicUs()
      let firedUs = 0
      world.clock.setTimer(delayUs, () => {
        firedUs = world.clock.monotonicUs()
      })
      await arm.until('the timer', () => firedUs > 0)
      expect(firedUs - from).toBeGreaterThanOrEqual(delayUs)
    })

    it('timers fire in the order of their deadlines, and of equal deadlines in the order they were set', async () => {
      const fired: string[] = []
      const set = (name: string, delayUs: number) => world.clock.setTimer(delayUs, () => fired.push(name))
      set('last', 30_000)
      set('third', 20_000)
      set('first', 5_000)
      set('second', 5_000)
      set('fourth', 20_000)
      set('zero', 0)
      await arm.until('all timers', () => fired.length === 6)
      expect(fired).toEqual(['zero', 'first', 'second', 'third', 'fourth', 'last'])
    })

    it('many timers with mixed deadlines, half of them cancelled, fire in order', async () => {
      const fired: number[] = []
      // The clock may move on while a timer is being set: its deadline is known to lie in a range.
      const ranges: { readonly fromUs: number; readonly toUs: number }[] = []
      const timers = Array.from({ length: 400 }, (_, index) => {
        const delayUs = ((index * 7919) % 400) * 50
        const fromUs = world.clock.monotonicUs() + delayUs
        const timer = world.clock.setTimer(delayUs, () => fired.push(index))
        ranges.push({ fromUs, toUs: world.clock.monotonicUs() + delayUs })
        return timer
      })
      for (const [index, timer] of timers.entries()) if (index % 2 === 1) timer.cancel()
      await arm.until('the timers', () => fired.length === 200)
      await arm.settle()
      expect(fired.every((index) => index % 2 === 0)).toBe(true)
      let latestUs = 0
      for (const { fromUs, toUs } of fired.map((index) => ranges[index]!)) {
        expect(toUs).toBeGreaterThanOrEqual(latestUs)
        latestUs = Math.max(latestUs, fromUs)
      }
    })

    it('a timer without delay fires after the step that set it, once', async () => {
      let fired = 0
      let isInside = true
      world.clock.setTimer(0, () => {
        expect(isInside).toBe(false)
        fired++
      })
      expect(fired).toBe(0)
      isInside = false
      await arm.until('the timer', () => fired > 0)
      await arm.settle()
      expect(fired).toBe(1)
    })

    it('a timer set by a timer is an event of its own', async () => {
      const order: string[] = []
      world.clock.setTimer(1000, () => {
        world.clock.setTimer(0, () => order.push('inner'))
        order.push('outer')
      })
      await arm.until('both', () => order.length === 2)
      expect(order).toEqual(['outer', 'inner'])
    })

    it('a cancelled timer does not fire, even when it is due; cancelling after it fired is harmless', async () => {
      let fired = 0
      const cancelled = world.clock.setTimer(1000, () => fired++)
      const early = world.clock.setTimer(500, () => second.cancel())
      const second = world.clock.setTimer(500, () => fired++)
      cancelled.cancel()
      await arm.settle()
      expect(fired).toBe(0)
      early.cancel()
      cancelled.cancel()
    })

    it('a timer far in the future neither fires early nor stands in the way', async () => {
      let isEarly = false
      const timer = world.clock.setTimer(Number.MAX_SAFE_INTEGER - world.clock.monotonicUs(), () => {
        isEarly = true
      })
      let fired = false
      world.clock.setTimer(2000, () => {
        fired = true
      })
      await arm.until('the near timer', () => fired)
      expect(isEarly).toBe(false)
      timer.cancel()
    })
  })
}
