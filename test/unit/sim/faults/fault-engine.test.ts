import { describe, expect, test } from 'vitest'
import type { BrokerEvent } from '../../../../src/broker/observe/events.ts'
import type { DiskOperation, DiskOperationKind } from '../../../../src/sim/devices/sim-disk/disk-judge.ts'
import { createSimulatedMachines } from '../../../../src/sim/devices/simulated-machines.ts'
import { FaultEngine } from '../../../../src/sim/faults/fault-engine.ts'
import type { Victim } from '../../../../src/sim/faults/strikes.ts'
import { EventKind } from '../../../../src/sim/loop/event-kinds.ts'
import { nobody } from '../../../../src/sim/loop/event-queue.ts'
import { generatePlan } from '../../../../src/sim/plan/generate.ts'
import type { Fault, Plan, PlanProfile, Strike, Trigger } from '../../../../src/sim/plan/plan.ts'

const ready: BrokerEvent = { type: 'BrokerReady', partitions: 0 }
const onReady = (nth = 1): Trigger => ({ on: 'event', type: 'BrokerReady', nth })
const atMs = (ms: number): Trigger => ({ on: 'time', atMs: ms })
const on = (kind: DiskOperationKind): Trigger => ({ on: 'disk', operation: kind, nth: 1 })
const operation = (kind: DiskOperationKind): DiskOperation => ({ node: 1, kind, path: 'f', bytes: 9, ordinal: 1 })

const kill: Strike = { kind: 'process-kill', downMs: 70 }
const reset: Strike = { kind: 'reset-connections' }

/** An engine on machines of its own; what its victim was asked, and what it said struck at which millisecond. */
function newEngine(faults: readonly Fault[], profile: PlanProfile = 'default') {
  const plan: Plan = { ...generatePlan(1), profile, faults }
  const machines = createSimulatedMachines({ seed: 1 })
  const node = machines.addNode({ id: 1, hostName: 'broker' })
  machines.addNode({ id: 2, hostName: 'broker-2' })
  machines.addNode({ id: 10, hostName: 'client' })
  const asked: unknown[] = []
  const struck: string[] = []
  const victim: Victim = {
    node: 1,
    crash: (how, downMs, item) => asked.push(['crash', how, downMs, item]),
    crashing: (downMs) => asked.push(['crashing', downMs]),
    restartCleanly: (downMs) => asked.push(['restart', downMs]),
    syncFailed: () => asked.push(['sync failed']),
    failApply: (to) => asked.push(['fails to apply', to]),
    wipe: (downMs) => asked.push(['wipe', downMs]),
    loseDisk: () => asked.push(['lose disk']),
    rotted: (path) => asked.push(['rotted', path]),
  }
  const { loop } = machines
  const second: Victim = {
    ...victim,
    node: 2,
    crash: (how, downMs, item) => asked.push(['2: crash', how, downMs, item]),
  }
  const victims = new Map([victim, second].map((each): [number, Victim] => [each.node, each]))
  const engine = new FaultEngine({
    ...{ plan, machines, victims, leader: () => 1 },
    onStruck: ({ id }, isDeclined) => struck.push(`${isDeclined ? 'declined ' : ''}${id} at ${loop.nowUs / 1000}`),
  })
  loop.afterEvent = () => engine.afterEvent()
  return {
    ...{ engine, machines, node, asked, struck },
    /** Does something at a time. */
    at: (ms: number, act: () => void) => loop.scheduleAt(ms * 1000, EventKind.harness, nobody, act),
    /** Until nothing is left to happen. */
    runOn: () => {
      while (loop.step());
    },
  }
}

describe('when faults strike', () => {
  test('times count from when faults were armed', () => {
    const { engine, asked, struck, at, runOn } = newEngine([{ id: 4, trigger: atMs(30), strike: kill }])
    at(500, () => engine.arm())
    runOn()
    expect([asked, struck]).toEqual([[['crash', 'process-kill', 70, 4]], ['4 at 530']])
  })

  test('what an event sets off strikes after that event, not within it', () => {
    const { engine, asked, at, runOn } = newEngine([{ id: 4, trigger: onReady(), strike: kill }])
    engine.arm()
    at(5, () => {
      engine.onEvent(1, ready)
      expect(asked).toEqual([])
    })
    runOn()
    expect(asked).toEqual([['crash', 'process-kill', 70, 4]])
  })

  test('a sequel counts occurrences and time from when its first fault struck', () => {
    const { engine, struck, at, runOn } = newEngine([
      { id: 1, trigger: onReady(2), strike: reset },
      { id: 2, after: 1, trigger: onReady(1), strike: reset },
      { id: 3, after: 1, trigger: atMs(7), strike: reset },
      { id: 4, after: 2, trigger: atMs(0), strike: reset },
    ])
    engine.arm()
    for (const ms of [10, 20, 30]) at(ms, () => engine.onEvent(1, ready))
    runOn()
    expect(struck).toEqual(['1 at 20', '3 at 27', '2 at 30', '4 at 30'])
  })

  test('a sequel of a fault that is not in the plan counts from the start', () => {
    const { engine, struck, at, runOn } = newEngine([{ id: 2, after: 1, trigger: onReady(), strike: reset }])
    engine.arm()
    at(10, () => engine.onEvent(1, ready))
    runOn()
    expect(struck).toEqual(['2 at 10'])
  })

  test('a sequel meant for the same node waits for it, and strikes it', () => {
    const onSame: Trigger = { on: 'event', type: 'BrokerReady', nth: 1, node: 'same' }
    const { engine, asked, struck, at, runOn } = newEngine([
      { id: 1, trigger: atMs(5), strike: reset, node: 2 },
      { id: 2, after: 1, trigger: onSame, strike: kill },
      { id: 3, after: 1, trigger: atMs(15), strike: kill, node: 'same' },
      // Whom it follows is not in the plan: any node will do.
      { id: 4, after: 9, trigger: onSame, strike: kill },
    ])
    engine.arm()
    at(8, () => engine.onEvent(1, ready))
    at(9, () => engine.onEvent(2, ready))
    runOn()
    expect(struck).toEqual(['1 at 5', '4 at 8', '2 at 9', '3 at 20'])
    expect(asked.map((each) => (each as unknown[])[0])).toEqual(['crash', '2: crash', '2: crash'])
  })

  test('nothing strikes before faults are armed, nor once they are disarmed', () => {
    const { engine, struck, at, runOn } = newEngine([
      { id: 1, trigger: onReady(), strike: reset },
      { id: 2, trigger: atMs(100), strike: reset },
      { id: 3, trigger: on('sync'), strike: kill },
      { id: 4, trigger: atMs(1), strike: { kind: 'refuse-connections', forMs: 1000 } },
    ])
    at(1, () => engine.onEvent(1, ready))
    at(2, () => engine.arm())
    at(50, () => {
      expect(engine.onConnect(1)).toEqual({ kind: 'refuse' })
      engine.disarm()
      engine.onEvent(1, ready)
      expect(engine.onDisk(operation('sync'))).toBeUndefined()
      expect(engine.onConnect(1)).toBeUndefined()
    })
    runOn()
    expect(struck).toEqual(['4 at 3'])
  })
})

describe('a fault on a disk operation', () => {
  const verdictOn = (kind: DiskOperationKind, strike: Strike) => {
    const { engine, asked, struck } = newEngine([{ id: 1, trigger: on(kind), strike }])
    engine.arm()
    const verdict = engine.onDisk(operation(kind))
    return { verdict, asked, struck: struck.length }
  }

  test('ends the life before, during or after the operation, as the plan says; else after it', () => {
    const during = verdictOn('append', { kind: 'power-loss', downMs: 9, when: 'during' })
    expect(during.verdict).toEqual({ kind: 'crash', when: 'during', how: 'powerLoss' })
    expect(during.asked).toEqual([['crashing', 9]])
    expect(verdictOn('sync', kill).verdict).toEqual({ kind: 'crash', when: 'after', how: 'kill' })
  })

  test('makes the operation fail, and a sync that fails is remembered for what it may have lost', () => {
    const failing: Strike = { kind: 'disk-error' }
    expect(verdictOn('append', failing)).toEqual({ verdict: { kind: 'error' }, asked: [], struck: 1 })
    expect(verdictOn('sync', failing).asked).toEqual([['sync failed']])
    expect(verdictOn('syncDirectory', failing).asked).toEqual([['sync failed']])
  })

  test('tears or stalls an append', () => {
    expect(verdictOn('append', { kind: 'torn-append' }).verdict).toEqual({ kind: 'torn' })
    expect(verdictOn('create', { kind: 'torn-append' }).verdict).toEqual({ kind: 'error' })
    expect(verdictOn('append', { kind: 'stalled-append', forMs: 3 }).verdict).toEqual({ kind: 'stall', us: 3000 })
  })

  test('makes a sync take longer, and nothing else', () => {
    const slow: Strike = { kind: 'slow-operation', byMs: 40 }
    expect(verdictOn('sync', slow)).toEqual({ verdict: { kind: 'delay', us: 40_000 }, asked: [], struck: 1 })
  })

  test('and another on the same operation both strike: one as the verdict, one after the event', () => {
    const { engine, struck, at, runOn } = newEngine([
      { id: 1, trigger: on('append'), strike: { kind: 'disk-error' } },
      { id: 2, trigger: on('append'), strike: reset },
      { id: 3, after: 2, trigger: atMs(0), strike: reset },
    ])
    engine.arm()
    at(1, () => expect(engine.onDisk(operation('append'))).toEqual({ kind: 'error' }))
    runOn()
    expect(struck).toEqual(['1 at 1', '2 at 1', '3 at 1'])
  })

  test('that concerns something else lets the operation pass and strikes after the event', () => {
    const { engine, asked, at, runOn } = newEngine([
      { id: 1, trigger: on('append'), strike: { kind: 'clean-restart', downMs: 5 } },
    ])
    engine.arm()
    at(1, () => {
      expect(engine.onDisk(operation('append'))).toBeUndefined()
      expect(asked).toEqual([])
    })
    runOn()
    expect(asked).toEqual([['restart', 5]])
  })
})

describe('the budget of losses', () => {
  const rot: Fault = { id: 1, trigger: onReady(), strike: { kind: 'rot', path: '.log', at: 3 } }
  const wipe: Fault = { id: 2, trigger: onReady(), strike: { kind: 'wiped-disk', downMs: 8 } }
  const sequel: Fault = { id: 3, after: 1, trigger: atMs(0), strike: reset }

  const struckIn = (profile: PlanProfile) => {
    const tried = newEngine([rot, wipe, sequel], profile)
    const file = tried.node.startLife().disk.open('00.log', { create: true })
    file.append([new Uint8Array(10)])
    tried.engine.arm()
    tried.at(1, () => tried.engine.onEvent(1, ready))
    tried.runOn()
    return { ...tried, bytes: [...tried.node.disk.peek('00.log')] }
  }

  test('rot and a wiped disk are declined in the default profile, told as declined, and their sequels still come', () => {
    const { struck, asked, bytes } = struckIn('default')
    expect([struck, asked]).toEqual([['declined 1 at 1', 'declined 2 at 1', '3 at 1'], []])
    expect(bytes).toEqual(new Array(10).fill(0))
  })

  test('beyond the promise they strike', () => {
    const { struck, asked, bytes } = struckIn('beyond-the-promise')
    expect([struck, asked]).toEqual([
      ['1 at 1', '2 at 1', '3 at 1'],
      [
        ['rotted', '00.log'],
        ['wipe', 8],
      ],
    ])
    expect(bytes.filter((byte) => byte !== 0)).toEqual([8])
  })

  test('what struck and what was declined give different hashes', () => {
    expect(struckIn('default').machines.hash.digest).not.toBe(struckIn('beyond-the-promise').machines.hash.digest)
  })
})

describe('what a fault does between two events', () => {
  const tenMsLater = (strike: Strike) => {
    const tried = newEngine([{ id: 1, trigger: atMs(10), strike }])
    tried.node.startLife()
    tried.engine.arm()
    return tried
  }

  test('a pause makes the process stand still, and no longer than it says', () => {
    const { machines, at, runOn } = tenMsLater({ kind: 'pause', forMs: 30 })
    const seen: boolean[] = []
    for (const ms of [9, 20, 39, 41]) at(ms, () => seen.push(machines.loop.isPaused(1)))
    runOn()
    expect(seen).toEqual([false, true, true, false])
  })

  test('a full disk takes so many bytes more, and has room again in the end', () => {
    const { node, at, runOn } = tenMsLater({ kind: 'full-disk', leftBytes: 100, forMs: 30 })
    const left: number[] = []
    at(20, () => left.push(node.disk.capacityBytes - node.disk.usedBytes))
    at(50, () => left.push(node.disk.capacityBytes))
    runOn()
    expect(left).toEqual([100, Number.MAX_SAFE_INTEGER])
  })

  test('the wall clock jumps, and connections are refused for a while', () => {
    const jumping = tenMsLater({ kind: 'clock-jump', byMs: -5000 })
    const beforeMs = jumping.node.clock.wallMs(0)
    jumping.runOn()
    expect(jumping.node.clock.wallMs(0) - beforeMs).toBe(-5000)

    const { engine, at, runOn } = tenMsLater({ kind: 'refuse-connections', forMs: 30 })
    const refused: boolean[] = []
    for (const ms of [9, 11, 39, 41]) at(ms, () => refused.push(engine.onConnect(1)?.kind === 'refuse'))
    runOn()
    expect(refused).toEqual([false, true, true, false])
  })

  test('a disk error that no disk operation set off counts as struck and does nothing', () => {
    const { asked, struck, runOn } = tenMsLater({ kind: 'disk-error' })
    runOn()
    expect([asked, struck]).toEqual([[], ['1 at 10']])
  })
})
