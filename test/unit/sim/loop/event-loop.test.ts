import { describe, expect, test } from 'vitest'
import { EventKind } from '../../../../src/sim/loop/event-kinds.ts'
import { EventLoop, NEVER } from '../../../../src/sim/loop/event-loop.ts'
import { type EventOwner, nobody } from '../../../../src/sim/loop/event-queue.ts'
import { SimulatorStuck } from '../../../../src/sim/loop/simulator-stuck.ts'
import { immediateHost } from './immediate-host.ts'

const { harness, timer } = EventKind

function runAll(loop: EventLoop): void {
  while (loop.step());
}

describe('the order of events', () => {
  test('events fire by time, and those of one instant in the order in which they were scheduled', () => {
    const loop = new EventLoop()
    const seen: string[] = []
    for (const [at, name] of [
      [20, 'c'],
      [10, 'a'],
      [20, 'd'],
      [10, 'b'],
    ] as const) {
      loop.schedule(at, harness, nobody, () => seen.push(`${name}@${loop.nowUs}`))
    }
    runAll(loop)
    expect(seen).toEqual(['a@10', 'b@10', 'c@20', 'd@20'])
  })

  test('an event scheduled without delay comes behind everything of its instant', () => {
    const loop = new EventLoop()
    const seen: string[] = []
    loop.schedule(5, harness, nobody, () => {
      seen.push('first')
      loop.schedule(0, harness, nobody, () => seen.push('last'))
    })
    loop.schedule(5, harness, nobody, () => seen.push('second'))
    runAll(loop)
    expect(seen).toEqual(['first', 'second', 'last'])
  })

  test('thousands of events, many of them cancelled, fire in order', () => {
    const loop = new EventLoop()
    const fired: [number, number][] = []
    const expected: [number, number][] = []
    let state = 1
    for (let id = 0; id < 20_000; id++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      const at = state % 1000
      const event = loop.schedule(at, harness, nobody, () => fired.push([at, id]))
      if (state % 3 === 0) event.cancel()
      else expected.push([at, id])
    }
    expected.sort(([a, x], [b, y]) => a - b || x - y)
    runAll(loop)
    expect(fired).toEqual(expected)
    expect(loop.events).toBe(expected.length)
  })

  test('events of a life that is over neither fire nor count', () => {
    const loop = new EventLoop()
    const life = { node: 1, alive: true }
    let fired = 0
    loop.schedule(1, timer, life, () => fired++)
    loop.schedule(2, timer, life, () => fired++)
    loop.step()
    life.alive = false
    expect(loop.step()).toBe(false)
    expect([fired, loop.events]).toEqual([1, 1])
  })
})

describe('a node that stands still', () => {
  const owner: EventOwner = { node: 3, alive: true }
  const other: EventOwner = { node: 4, alive: true }

  function logging(): {
    loop: EventLoop
    seen: string[]
    at: (timeUs: number, name: string, who?: EventOwner) => void
  } {
    const loop = new EventLoop()
    const seen: string[] = []
    const at = (timeUs: number, name: string, who = owner): void => {
      loop.scheduleAt(timeUs, timer, who, () => seen.push(`${name}@${loop.nowUs}`))
    }
    return { loop, seen, at }
  }

  test('gets what was due meanwhile when it goes on, in order, before what is due at that instant', () => {
    const { loop, seen, at } = logging()
    at(100, 'due at the end of the pause')
    at(30, 'later')
    at(20, 'sooner')
    at(25, 'of another node', other)
    loop.pauseNode(3, 100)
    at(100, 'due at the end, too')
    runAll(loop)
    expect(seen).toEqual([
      'of another node@25',
      'sooner@100',
      'later@100',
      'due at the end of the pause@100',
      'due at the end, too@100',
    ])
  })

  test('that is paused again while it catches up keeps the order of what is left', () => {
    const { loop, seen, at } = logging()
    loop.scheduleAt(10, timer, owner, () => {
      seen.push(`first@${loop.nowUs}`)
      loop.pauseNode(3, 90)
    })
    at(20, 'second')
    at(30, 'third')
    at(70, 'fourth')
    loop.pauseNode(3, 50)
    runAll(loop)
    expect(seen).toEqual(['first@50', 'second@90', 'third@90', 'fourth@90'])
  })

  test('acts at the end of its pause: what it schedules counts from there', () => {
    const { loop, seen } = logging()
    loop.scheduleAt(10, timer, owner, () => {
      loop.pauseNode(3, 60)
      expect([loop.nowOf(owner), loop.nowOf(other)]).toEqual([60, 10])
      loop.schedule(5, timer, owner, () => seen.push(`after the stall@${loop.nowUs}`))
    })
    runAll(loop)
    expect(seen).toEqual(['after the stall@65'])
  })

  test('can be made to go on ahead of time, even from a pause for ever', () => {
    const { loop, seen, at } = logging()
    at(10, 'held')
    loop.pauseNode(3, NEVER)
    loop.scheduleAt(40, harness, nobody, () => loop.resumeNode(3))
    runAll(loop)
    expect(seen).toEqual(['held@40'])
    expect(loop.isPaused(3)).toBe(false)
  })
})

describe('a run', () => {
  test('stops when the condition holds, and says so', async () => {
    const loop = new EventLoop()
    const tick = (): void => void loop.schedule(10, harness, nobody, tick)
    tick()
    expect(await loop.runUntil(() => loop.nowUs >= 1000, immediateHost())).toBe('stopped')
    expect(loop.nowUs).toBe(1000)
    expect(await loop.runUntil(() => loop.nowUs >= 2000, immediateHost())).toBe('stopped')
  })

  test('is idle when nothing is left to happen', async () => {
    const loop = new EventLoop()
    loop.schedule(10, harness, nobody, () => undefined)
    expect(await loop.runUntil(() => false, immediateHost())).toBe('idle')
  })

  test('drains microtasks after the events that settle promises, before the next event', async () => {
    const loop = new EventLoop()
    const host = immediateHost()
    const seen: string[] = []
    loop.afterEvent = () => seen.push('watched')
    loop.schedule(1, harness, nobody, () => {
      loop.mark()
      const settled = Promise.resolve().then(() => Promise.resolve())
      void settled.then(() => seen.push('microtask'))
    })
    loop.schedule(2, harness, nobody, () => seen.push('next event'))
    await loop.runUntil(() => false, host)
    expect(seen).toEqual(['microtask', 'watched', 'next event', 'watched'])
    expect(host.drains).toBe(1)
  })

  test('lets the host breathe between events', async () => {
    const loop = new EventLoop()
    const host = immediateHost()
    for (let at = 0; at < 640; at++) loop.schedule(at, harness, nobody, () => undefined)
    await loop.runUntil(() => false, host)
    expect(host.breaths).toBe(1 + 10)
  })

  test('in which time stands still is given up', async () => {
    const loop = new EventLoop({ eventsPerInstantMax: 500 })
    const spin = (): void => void loop.schedule(0, timer, { node: 7, alive: true }, spin)
    loop.schedule(9, harness, nobody, spin)
    const error = await loop.runUntil(() => false, immediateHost()).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SimulatorStuck)
    expect(error).toMatchObject({ code: 'ZERO_TIME_LOOP', timeUs: 9, node: 7 })
  })

  test('that takes too many events is given up', async () => {
    const loop = new EventLoop({ eventsMax: 100 })
    const tick = (): void => void loop.schedule(1, harness, nobody, tick)
    tick()
    await expect(loop.runUntil(() => false, immediateHost())).rejects.toMatchObject({ code: 'TOO_MANY_EVENTS' })
  })

  test('hands an error of a node to whoever answers for nodes, and goes on', async () => {
    const errors: unknown[] = []
    const loop = new EventLoop({ onNodeError: (node, error) => errors.push([node, error]) })
    const bug = new Error('a bug of the node')
    loop.schedule(1, timer, { node: 2, alive: true }, () => {
      throw bug
    })
    let after = false
    loop.schedule(2, harness, nobody, () => {
      after = true
    })
    await loop.runUntil(() => false, immediateHost())
    expect([errors, after]).toEqual([[[2, bug]], true])
  })

  test('ends with an error that belongs to no node', async () => {
    const loop = new EventLoop({ onNodeError: () => undefined })
    loop.schedule(1, harness, nobody, () => {
      throw new Error('the simulator is wrong')
    })
    await expect(loop.runUntil(() => false, immediateHost())).rejects.toThrow('the simulator is wrong')
  })
})
