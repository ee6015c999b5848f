import { describe, expect, test } from 'vitest'
import { MachineClock } from '../../../../src/sim/devices/sim-clock.ts'
import { createSimulatedMachines } from '../../../../src/sim/devices/simulated-machines.ts'
import { EventKind } from '../../../../src/sim/loop/event-kinds.ts'
import { nobody } from '../../../../src/sim/loop/event-queue.ts'
import { run } from './talkers.ts'

const EPOCH = 1_767_225_600_000
const HOUR_US = 3_600_000_000

describe('the clock of a simulated machine', () => {
  test('is off by its skew, drifts, and jumps when it is set', () => {
    const clock = new MachineClock({ skewMs: -250, driftPpm: 100 })
    expect(clock.wallMs(0)).toBe(EPOCH - 250)
    expect(clock.wallMs(HOUR_US)).toBe(EPOCH - 250 + 3_600_000 + 360)
    clock.jump(-5000)
    expect(clock.wallMs(HOUR_US)).toBe(EPOCH - 5250 + 3_600_000 + 360)
  })

  test('never runs backwards, and its inverse is exact, however it drifts', () => {
    for (const driftPpm of [-99_999, -333, -1, 0, 1, 77, 99_999]) {
      const clock = new MachineClock({ driftPpm })
      let last = -1
      for (let step = 0; step < 2000; step++) {
        const at = step * 997 + (step % 7) * 86_400_000_000
        const local = clock.localUs(at)
        if (step % 7 === 0) {
          expect(local).toBeGreaterThanOrEqual(last)
          last = local
        }
        const virtual = clock.virtualUs(local)
        expect(clock.localUs(virtual)).toBeGreaterThanOrEqual(local)
        if (virtual > 0) expect(clock.localUs(virtual - 1)).toBeLessThan(local)
      }
    }
  })
})

describe('the clock of a life', () => {
  test('may fire at once at any time, however the clock drifts', () => {
    const { machines, clock } = world(-200)
    let fired = 0
    for (let atUs = 4900; atUs < 5100; atUs++) {
      machines.loop.scheduleAt(atUs, EventKind.harness, nobody, () => clock.setTimer(0, () => fired++))
    }
    run(machines)
    expect(fired).toBe(200)
  })

  function world(driftPpm: number) {
    const machines = createSimulatedMachines({ seed: 1 })
    const node = machines.addNode({ id: 1, hostName: 'one', clock: { driftPpm } })
    return { machines, node, clock: node.startLife().clock }
  }

  test('fires timers when its own monotonic time has passed, not before and not after', () => {
    for (const driftPpm of [-20_000, 0, 20_000]) {
      const { machines, clock } = world(driftPpm)
      const start = clock.monotonicUs()
      const fired: number[] = []
      for (const delay of [0, 1, 999, 1_000_000, 50_000_000]) {
        clock.setTimer(delay, () => fired.push(clock.monotonicUs() - start - delay))
      }
      run(machines)
      // One virtual microsecond may be two of a fast clock's.
      expect(fired.every((late) => late >= 0 && late <= 1)).toBe(true)
      expect(fired).toHaveLength(5)
      expect(machines.loop.nowUs).toBe(Math.ceil(50_000_000 / (1 + driftPpm / 1_000_000)))
    }
  })

  test('fires every timer late by the same time, where the profile says so', () => {
    for (const driftPpm of [0, -200, 1000]) {
      const machines = createSimulatedMachines({ seed: 1 })
      const profile = { driftPpm, timersLateUs: 1000 }
      const { clock } = machines.addNode({ id: 1, hostName: 'one', clock: profile }).startLife()
      const start = clock.monotonicUs()
      const fired: { readonly delay: number; readonly late: number }[] = []
      for (const delay of [2999, 0, 1000, 1, 1001]) {
        clock.setTimer(delay, () => fired.push({ delay, late: clock.monotonicUs() - start - delay }))
      }
      run(machines)
      expect(fired.map(({ delay }) => delay)).toEqual([0, 1, 1000, 1001, 2999])
      // One virtual microsecond may be two of a fast clock's.
      expect(fired.every(({ late }) => late === 1000 || late === 1001)).toBe(true)
    }
  })

  test('fires timers of equal deadline in the order in which they were set, and not those that were cancelled', () => {
    const { machines, clock } = world(31)
    const fired: string[] = []
    clock.setTimer(1000, () => {
      fired.push('first')
      clock.setTimer(1000, () => fired.push('fourth'))
    })
    clock.setTimer(2000, () => fired.push('second'))
    clock.setTimer(2000, () => fired.push('cancelled')).cancel()
    clock.setTimer(2000, () => fired.push('third'))
    run(machines)
    expect(fired).toEqual(['first', 'second', 'third', 'fourth'])
  })

  test('does not jump with the wall clock, and starts anew in the next life', () => {
    const { machines, node, clock } = world(0)
    const before = [clock.wallMs(), clock.monotonicUs()]
    node.clock.jump(60_000)
    expect([clock.wallMs(), clock.monotonicUs()]).toEqual([before[0]! + 60_000, before[1]])
    node.kill()
    const next = node.startLife().clock
    expect(next.wallMs()).toBe(before[0]! + 60_000)
    expect(next.monotonicUs()).not.toBe(before[1])
    run(machines)
  })
})
