import FakeTimers from '@sinonjs/fake-timers'
import { afterEach, describe, expect, it } from 'vitest'
import { nativeSetTimeout } from '../../../src/real/native-timers.ts'
import { type HeapTimer, TimerHeap } from '../../../src/real/timer-heap.ts'
import { createRealWorld, type RealWorld } from '../../../src/real/world.ts'
import type { Connection } from '../../../src/world/network.ts'

describe('under a test framework that fakes time', () => {
  let world: RealWorld | undefined
  let fake: { uninstall(): void } | undefined
  afterEach(() => {
    fake?.uninstall()
    world?.close()
  })

  it('clocks go on and timers fire', async () => {
    world = createRealWorld({ directory: 'memory', onHalt: () => undefined })
    const { clock } = world
    const realMs = Date.now()
    fake = FakeTimers.install({ now: 1, toNotFake: ['nextTick', 'queueMicrotask'] })
    expect(Date.now()).toBe(1)
    expect(clock.wallMs()).toBeGreaterThanOrEqual(realMs)
    const fromUs = clock.monotonicUs()
    await new Promise<void>((resolve) => clock.setTimer(5000, resolve))
    await new Promise<void>((resolve) => clock.setTimer(0, resolve))
    expect(clock.monotonicUs() - fromUs).toBeGreaterThanOrEqual(5000)
    expect(Date.now()).toBe(1)
  })

  it('connections and files go on', async () => {
    world = createRealWorld({ directory: 'memory', onHalt: () => undefined })
    const { network, disk } = world
    fake = FakeTimers.install({ toNotFake: ['nextTick', 'queueMicrotask'] })
    const received = await new Promise<number>((resolve) => {
      const owner = {
        connected: () => undefined,
        receiveBuffer: () => new Uint8Array(100),
        received: resolve,
        writable: () => undefined,
        ended: () => undefined,
        closed: () => undefined,
      }
      const greet = (connection: Connection) => {
        connection.send([new Uint8Array(7)])
        return owner
      }
      network.listen({ host: '127.0.0.1', port: 0 }, greet, (_error, bound) => network.connect(bound, owner))
    })
    expect(received).toBe(7)
    const file = disk.open('log', { create: true })
    expect(await new Promise((resolve) => file.sync(resolve))).toBeUndefined()
  })
})

describe('a timer', () => {
  it('set after a long step counts from then, not from the beginning of the step', async () => {
    const world = createRealWorld({ directory: 'memory', onHalt: () => undefined })
    const { clock } = world
    const waitedUs = await new Promise<number>((resolve) => {
      nativeSetTimeout(() => {
        const busyUntilUs = clock.monotonicUs() + 30_000
        while (clock.monotonicUs() < busyUntilUs);
        const fromUs = clock.monotonicUs()
        clock.setTimer(20_000, () => resolve(clock.monotonicUs() - fromUs))
      }, 1)
    })
    world.close()
    expect(waitedUs).toBeGreaterThanOrEqual(20_000)
  })
})

describe('the heap of timers', () => {
  it('gives them back in order, whatever was added and taken out in between', () => {
    const heap = new TimerHeap()
    const expected: HeapTimer[] = []
    let sequence = 0
    for (let round = 0; round < 2000; round++) {
      const deadlineUs = (round * 7919) % 101
      const timer = { deadlineUs, sequence: sequence++, fire: () => undefined, place: -1, isCancelled: false }
      heap.add(timer)
      expected.push(timer)
      if (round % 3 === 2) {
        const [taken] = expected.splice((round * 31) % expected.length, 1)
        heap.remove(taken as HeapTimer)
        heap.remove(taken as HeapTimer)
      }
    }
    expected.sort((a, b) => a.deadlineUs - b.deadlineUs || a.sequence - b.sequence)
    const drained: HeapTimer[] = []
    for (let first = heap.first; first !== undefined; first = heap.first) {
      heap.remove(first)
      drained.push(first)
    }
    expect(drained).toEqual(expected)
  })
})
