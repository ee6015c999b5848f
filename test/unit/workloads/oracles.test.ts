import { beforeEach, describe, expect, it } from 'vitest'
import { userOf } from '../../../src/workloads/activity-count.ts'
import { activityTracking } from '../../../src/workloads/activity-tracking.ts'
import type { Key } from '../../../src/workloads/history/operation.ts'
import { messaging } from '../../../src/workloads/messaging.ts'
import type { Workload } from '../../../src/workloads/workload.ts'
import { type Placed, Scenario } from './checker/scenario.ts'

const key = 'orders-0'
const [writer, tailer, reader, auditor] = [0, 1, 2, 3]

let scenario: Scenario

beforeEach(() => {
  scenario = new Scenario()
})

/** The reading of everything, as every workload ends. */
function readAll(records: readonly (readonly [number, string])[], keys: readonly Key[] = [key]): void {
  scenario.assign(reader, keys, 'beginning')
  for (const each of keys) scenario.poll(reader, each, each === key ? records : [])
  const { history } = scenario
  history.ok(history.invoke(reader, 'list-topics', { value: [] }), [{ topic: 'orders', partitions: 1 }])
}

function judge(workload: Workload) {
  return workload.judge(scenario.history.operations, scenario.excuses)
}

function anomalies(workload: Workload): readonly string[] {
  return judge(workload).map(({ anomaly }) => anomaly)
}

describe('the count of activities', () => {
  const sent: readonly Placed[] = [
    [0, '4.0'],
    [1, '4.1'],
    [2, '4.2'],
  ]

  it('is right when every acknowledged event is read once', () => {
    scenario.send(writer, key, sent)
    readAll([
      [0, '4.0'],
      [1, '4.1'],
      [2, '4.2'],
    ])
    expect(judge(activityTracking)).toEqual([])
  })

  it('names the user whose acknowledged event is missing', () => {
    scenario.send(writer, key, sent)
    readAll([
      [0, '4.0'],
      [2, '4.2'],
    ])
    const findings = judge(activityTracking)
    expect(findings).toMatchObject([{ anomaly: 'miscounted', key, values: ['4.1'], offsets: [1] }])
    expect(findings[0]?.message).toContain(userOf(4, 1))
  })

  it('misses an event that somebody had read before it went', () => {
    scenario.send(writer, key, sent)
    scenario.assign(tailer, [key], 'beginning')
    scenario.poll(tailer, key, [
      [0, '4.0'],
      [1, '4.1'],
      [2, '4.2'],
    ])
    readAll([
      [0, '4.0'],
      [1, '4.1'],
    ])
    expect(scenario.anomalies()).toEqual([])
    expect(anomalies(activityTracking)).toEqual(['miscounted'])
  })

  it('misses an acknowledged event of a burst that ended in doubt', () => {
    const doubtful: readonly Placed[] = [
      [0, '4.0'],
      [undefined, '4.1'],
    ]
    scenario.send(writer, key, doubtful, { type: 'info' })
    readAll([])
    expect(judge(activityTracking)).toMatchObject([{ anomaly: 'miscounted', values: ['4.0'] }])
  })

  it('does not miss what was never acknowledged, or certainly failed', () => {
    scenario.send(writer, key, [[undefined, '4.0']], { type: 'info', acks: 0, idempotent: false })
    scenario.send(tailer, key, [[undefined, '5.0']], { type: 'fail' })
    readAll([])
    expect(judge(activityTracking)).toEqual([])
  })

  it('excuses what a power loss may have taken, and nothing below the cut', () => {
    scenario.send(writer, key, sent)
    scenario.losePower(key, 1, 3)
    readAll([[0, '4.0']])
    expect(judge(activityTracking)).toEqual([])
    scenario = new Scenario()
    scenario.send(writer, key, sent)
    scenario.losePower(key, 1, 3)
    readAll([])
    expect(judge(activityTracking)).toMatchObject([{ anomaly: 'miscounted', values: ['4.0'] }])
  })

  it('excuses nothing that was sent after the power loss', () => {
    scenario.losePower(key, 0, 3)
    scenario.send(writer, key, sent)
    readAll([])
    expect(judge(activityTracking).flatMap(({ values }) => values)).toEqual(['4.0', '4.1', '4.2'])
  })

  it.each([true, false])('counts a copy twice only if the producer was idempotent (%s)', (idempotent) => {
    scenario.send(writer, key, [[0, '4.0']], { idempotent })
    readAll([
      [0, '4.0'],
      [1, '4.0'],
    ])
    expect(anomalies(activityTracking)).toEqual(idempotent ? ['miscounted'] : [])
  })

  it('is not taken where the run ended before everything was read', () => {
    scenario.send(writer, key, sent)
    scenario.assign(reader, [key], 'beginning')
    scenario.poll(reader, key, [])
    expect(judge(activityTracking)).toEqual([])
  })
})

describe('the order of messages', () => {
  function sendThree(): void {
    for (const offset of [0, 1, 2]) scenario.send(writer, key, [[offset, `${offset + 4}.0`]])
  }
  const all = [
    [0, '4.0'],
    [1, '5.0'],
    [2, '6.0'],
  ] as const

  it('is kept when every consumer is given all messages in the order in which they were sent', () => {
    sendThree()
    scenario.assign(tailer, [key], 'beginning')
    scenario.poll(tailer, key, all.slice(0, 2))
    scenario.poll(tailer, key, all.slice(2))
    readAll(all)
    expect(judge(messaging)).toEqual([])
  })

  it('has a gap where one consumer did not get what others got', () => {
    sendThree()
    scenario.assign(tailer, [key], 'beginning')
    scenario.poll(tailer, key, all.slice(1))
    readAll(all)
    expect(scenario.anomalies()).toEqual([])
    expect(judge(messaging)).toMatchObject([{ anomaly: 'message-gap', values: ['4.0'], offsets: [0] }])
  })

  it('has a gap where the last messages were read by a consumer and are gone at the end', () => {
    sendThree()
    scenario.assign(tailer, [key], 'beginning')
    scenario.poll(tailer, key, all)
    readAll(all.slice(0, 2))
    expect(scenario.anomalies()).toEqual([])
    expect(judge(messaging)).toMatchObject([{ anomaly: 'message-gap', values: ['6.0'] }])
  })

  it('is broken where a message comes after one that was sent later', () => {
    scenario.send(writer, key, [[7, '4.0']])
    scenario.send(writer, key, [[3, '5.0']])
    scenario.assign(tailer, [key], 'beginning')
    scenario.poll(tailer, key, [
      [3, '5.0'],
      [7, '4.0'],
    ])
    expect(anomalies(messaging)).toEqual(['message-gap', 'message-order'])
  })

  it('says nothing of messages whose outcome nobody knows', () => {
    scenario.send(writer, key, [[undefined, '4.0']], { type: 'info' })
    scenario.send(writer + 10, key, [[0, '5.0']])
    scenario.assign(tailer, [key], 'beginning')
    scenario.poll(tailer, key, [
      [0, '5.0'],
      [1, '4.0'],
    ])
    expect(judge(messaging)).toEqual([])
  })

  it('says nothing of messages that were sent at the same time by two writers', () => {
    const [first, second] = [
      scenario.beginSend(writer, key, [[1, '4.0']]),
      scenario.beginSend(auditor, key, [[0, '5.0']]),
    ]
    scenario.end(first, key, [[1, '4.0']])
    scenario.end(second, key, [[0, '5.0']])
    scenario.assign(tailer, [key], 'beginning')
    scenario.poll(tailer, key, [
      [0, '5.0'],
      [1, '4.0'],
    ])
    expect(judge(messaging)).toEqual([])
  })

  it('says nothing of a consumer that began somewhere else', () => {
    sendThree()
    scenario.assign(tailer, [key])
    scenario.poll(tailer, key, all.slice(2))
    readAll(all)
    expect(judge(messaging)).toEqual([])
  })

  it('excuses a gap that a power loss has torn, for consumers that come later', () => {
    sendThree()
    scenario.losePower(key, 1, 3)
    scenario.send(writer, key, [[1, '7.0']])
    scenario.assign(tailer, [key], 'beginning')
    const left = [
      [0, '4.0'],
      [1, '7.0'],
    ] as const
    scenario.poll(tailer, key, left)
    readAll(left)
    expect(judge(messaging)).toEqual([])
  })

  it('lets a consumer that stood behind the cut begin anew', () => {
    sendThree()
    scenario.assign(tailer, [key], 'beginning')
    scenario.poll(tailer, key, all)
    scenario.losePower(key, 1, 3)
    scenario.send(writer, key, [[1, '7.0']])
    scenario.send(writer, key, [[2, '8.0']])
    scenario.send(writer, key, [[3, '9.0']])
    scenario.poll(tailer, key, [[3, '9.0']])
    expect(judge(messaging)).toEqual([])
  })

  it('excuses no gap below the cut', () => {
    sendThree()
    scenario.losePower(key, 2, 3)
    readAll([[0, '4.0']])
    expect(judge(messaging)).toMatchObject([{ anomaly: 'message-gap', values: ['5.0'] }])
  })
})

describe('looking up a time', () => {
  const records = [
    [0, '4.0@1000'],
    [1, '5.0@2000'],
    [2, '6.0@2000'],
  ] as const

  /** The auditor reads `known`, looks up the time of the last, and is given `found`. */
  function lookUp(known: readonly (readonly [number, string])[], found: readonly (readonly [number, string])[]): void {
    for (const [offset, value] of records) scenario.send(writer, key, [[offset, value]])
    scenario.assign(auditor, [key], 'beginning')
    scenario.poll(auditor, key, known)
    scenario.assign(auditor, [])
    scenario.assign(auditor, [key])
    scenario.poll(auditor, key, [])
    scenario.poll(auditor, key, found)
  }

  it('leads to the first record of that time', () => {
    lookUp(records, records.slice(1))
    expect(judge(messaging)).toEqual([])
  })

  it('is wrong where it leads to an earlier time', () => {
    lookUp(records, records)
    expect(judge(messaging)).toMatchObject([{ anomaly: 'wrong-look-up', values: ['4.0@1000'], offsets: [0] }])
  })

  it('is wrong where it leads past a record of that time', () => {
    lookUp(records, records.slice(2))
    expect(judge(messaging)).toMatchObject([{ anomaly: 'wrong-look-up', offsets: [1, 2] }])
  })

  it.each([
    { broughtMs: 9000, anomalies: [] },
    { broughtMs: 8999, anomalies: ['wrong-look-up'] },
  ])('goes by the time that the broker gave a record: $broughtMs', ({ broughtMs, anomalies }) => {
    for (const [offset, value] of records) scenario.send(writer, key, [[offset, value]])
    const poll = (at: number, appendTimeMs: number) => {
      const token = scenario.history.invoke(auditor, 'poll', { value: [] })
      scenario.history.ok(token, [{ key, offset: at, value: records[at]![1], appendTimeMs }])
    }
    scenario.assign(auditor, [key], 'beginning')
    poll(1, 9000)
    scenario.assign(auditor, [])
    scenario.assign(auditor, [key])
    poll(1, broughtMs)
    const found = judge(messaging).filter(({ anomaly }) => anomaly === 'wrong-look-up')
    expect(found.map(({ anomaly }) => anomaly).slice(0, 1)).toEqual(anomalies)
  })

  it('is excused where a power loss came between', () => {
    for (const [offset, value] of records) scenario.send(writer, key, [[offset, value]])
    scenario.assign(auditor, [key], 'beginning')
    scenario.poll(auditor, key, records)
    scenario.losePower(key, 1, 3)
    scenario.send(writer, key, [[1, '7.0@1500']])
    scenario.assign(auditor, [])
    scenario.assign(auditor, [key])
    scenario.poll(auditor, key, [[1, '7.0@1500']])
    expect(judge(messaging)).toEqual([])
  })
})

describe('the position of a consumer', () => {
  function losePosition(): void {
    scenario.assign(tailer, [key, 'orders-1'], 'beginning')
    const { history } = scenario
    history.fail(history.invoke(tailer, 'poll', { value: [] }), 'OFFSET_OUT_OF_RANGE')
  }

  it.each([activityTracking, messaging])('is never lost without a power loss ($name)', (workload) => {
    losePosition()
    expect(judge(workload)).toMatchObject([{ anomaly: 'position-lost', key }])
  })

  it('may be lost after a power loss in any of its partitions, not in others', () => {
    scenario.losePower('payments-0', 0, 1)
    losePosition()
    expect(anomalies(messaging)).toEqual(['position-lost'])
    scenario = new Scenario()
    scenario.losePower('orders-1', 0, 1)
    losePosition()
    expect(judge(messaging)).toEqual([])
  })

  it('is not said to be lost by polls that failed for another reason', () => {
    const { history } = scenario
    scenario.assign(tailer, [key], 'beginning')
    history.fail(history.invoke(tailer, 'poll', { value: [] }), 'API_TIMED_OUT')
    expect(judge(messaging)).toEqual([])
  })
})
