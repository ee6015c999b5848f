import { describe, expect, test } from 'vitest'
import type { BrokerEvent } from '../../../../src/broker/observe/events.ts'
import type { DiskOperation, DiskOperationKind } from '../../../../src/sim/devices/sim-disk/disk-judge.ts'
import { Triggers } from '../../../../src/sim/faults/triggers.ts'
import type { Fault, Trigger } from '../../../../src/sim/plan/plan.ts'

const fault = (id: number, trigger: Trigger): Fault => ({ id, trigger, strike: { kind: 'reset-connections' } })

const rolled = (partition: string): BrokerEvent => ({ type: 'SegmentRolled', partition, baseOffset: 7 })
const started = (api: number): BrokerEvent => ({ type: 'RequestStarted', api, clientId: null })
const operation = (kind: DiskOperationKind, path: string): DiskOperation => ({
  ...{ node: 1, kind, path, bytes: 0, ordinal: 1 },
})

/** The ids of the faults that each occurrence sets off. */
function idsOf(triggers: Triggers, occurrences: readonly (BrokerEvent | DiskOperation)[]): number[][] {
  return occurrences.map((one) => {
    const due = 'type' in one ? triggers.onEvent(1, one) : triggers.onDisk(one)
    return due.map(({ id }) => id)
  })
}

describe('a trigger', () => {
  test('counts the occurrences of its event from 1 and strikes once', () => {
    const triggers = new Triggers()
    triggers.arm([fault(1, { on: 'event', type: 'SegmentRolled', nth: 2 })])
    const occurrences = [rolled('a-0'), started(0), rolled('b-0'), rolled('a-0'), rolled('a-0')]
    expect(idsOf(triggers, occurrences)).toEqual([[], [], [1], [], []])
  })

  test('that names a partition counts that partition only, and no event without one', () => {
    const triggers = new Triggers()
    triggers.arm([
      fault(1, { on: 'event', type: 'SegmentRolled', nth: 2, partition: 'a-0' }),
      fault(2, { on: 'event', type: 'BrokerReady', nth: 1, partition: 'a-0' }),
    ])
    const ready: BrokerEvent = { type: 'BrokerReady', partitions: 1 }
    const occurrences = [rolled('a-0'), rolled('a-01'), rolled('b-0'), ready, rolled('a-0')]
    expect(idsOf(triggers, occurrences)).toEqual([[], [], [], [], [1]])
  })

  test('that names an API counts requests of that API only', () => {
    const triggers = new Triggers()
    triggers.arm([fault(1, { on: 'event', type: 'RequestStarted', nth: 2, api: 0 })])
    const answered: BrokerEvent = { type: 'RequestAnswered', api: 0, clientId: null }
    expect(idsOf(triggers, [started(0), started(1), answered, started(0)])).toEqual([[], [], [], [1]])
  })

  test('that names a path counts disk operations on paths that contain it', () => {
    const triggers = new Triggers()
    triggers.arm([
      fault(1, { on: 'disk', operation: 'sync', nth: 2, path: '.log' }),
      fault(2, { on: 'disk', operation: 'sync', nth: 2 }),
    ])
    const occurrences = [
      operation('sync', 'a-0/00.log'),
      operation('append', 'a-0/00.log'),
      operation('sync', 'a-0/00.index'),
      operation('sync', 'a-0/00.log'),
    ]
    expect(idsOf(triggers, occurrences)).toEqual([[], [], [2], [1]])
  })

  test('counts from when it was armed, each fault on its own', () => {
    const triggers = new Triggers()
    triggers.arm([fault(1, { on: 'event', type: 'SegmentRolled', nth: 2 })])
    triggers.onEvent(1, rolled('a-0'))
    triggers.arm([fault(2, { on: 'event', type: 'SegmentRolled', nth: 2 })])
    expect(idsOf(triggers, [rolled('a-0'), rolled('a-0')])).toEqual([[1], [2]])
  })

  test('several of one occurrence are due in the order of the plan', () => {
    const triggers = new Triggers()
    const trigger: Trigger = { on: 'event', type: 'SegmentRolled', nth: 1 }
    triggers.arm([fault(5, trigger), fault(3, trigger)])
    expect(idsOf(triggers, [rolled('a-0'), rolled('a-0')])).toEqual([[5, 3], []])
  })

  test('that goes by time is not set off by anything that occurs, nor any once disarmed', () => {
    const triggers = new Triggers()
    triggers.arm([
      fault(1, { on: 'time', atMs: 1 }),
      fault(2, { on: 'event', type: 'SegmentRolled', nth: 1 }),
      fault(3, { on: 'disk', operation: 'read', nth: 1 }),
    ])
    triggers.disarm()
    expect(idsOf(triggers, [rolled('a-0'), operation('read', 'x')])).toEqual([[], []])
  })
})
