import { describe, expect, it } from 'vitest'
import { History } from '../../../../src/workloads/history/history.ts'
import { neverAcknowledged } from '../../../../src/workloads/history/operation.ts'

function recorder() {
  let nowUs = 1000
  return new History({ concurrency: 2, nowUs: () => nowUs++ })
}

const send = (value: number, acks: 0 | 1 | 'all' = 'all') => ({
  value: [{ key: 'x-0', value }],
  acks,
  idempotent: false,
})

describe('a history', () => {
  it('keeps what was invoked and how it ended, in real-time order', () => {
    const history = recorder()
    const first = history.invoke(0, 'send', send(17))
    const poll = history.invoke(1, 'poll', { value: [] })
    history.ok(first, [{ key: 'x-0', value: 17, offset: 5 }])
    history.ok(poll, [{ key: 'x-0', value: 17, offset: 5 }], { rebalancedKeys: ['x-1'] })
    history.fail(history.invoke(0, 'send', send(18)), 'NOT_ENOUGH_REPLICAS')
    expect(history.operations).toEqual([
      { index: 0, process: 0, type: 'invoke', timeUs: 1000, f: 'send', ...send(17) },
      { index: 1, process: 1, type: 'invoke', timeUs: 1001, f: 'poll', value: [] },
      {
        ...{ index: 2, process: 0, type: 'ok', timeUs: 1002, f: 'send', acks: 'all', idempotent: false },
        value: [{ key: 'x-0', value: 17, offset: 5 }],
      },
      {
        ...{ index: 3, process: 1, type: 'ok', timeUs: 1003, f: 'poll', rebalancedKeys: ['x-1'] },
        value: [{ key: 'x-0', value: 17, offset: 5 }],
      },
      { index: 4, process: 0, type: 'invoke', timeUs: 1004, f: 'send', ...send(18) },
      { index: 5, process: 0, type: 'fail', timeUs: 1005, f: 'send', ...send(18), error: 'NOT_ENOUGH_REPLICAS' },
    ])
  })

  it('retires a process whose operation may still take effect, and names its successor', () => {
    const history = recorder()
    const token = history.invoke(1, 'send', send(17))
    expect(history.nextProcess(1)).toBe(1)
    history.info(token, 'REQUEST_TIMED_OUT')
    expect(history.nextProcess(1)).toBe(3)
    expect(history.nextProcess(0)).toBe(0)
    history.info(history.invoke(3, 'crash', { value: null }), 'killed')
    expect(history.nextProcess(3)).toBe(5)
    expect(() => history.invoke(1, 'poll', { value: [] })).toThrow('process 1 ends')
  })

  it('never takes a send with acks=0 for acknowledged', () => {
    const history = recorder()
    const token = history.invoke(0, 'send', send(17, 0))
    expect(() => history.ok(token, [{ key: 'x-0', value: 17, offset: 0 }])).toThrow('acks=0 is never acknowledged')
    const other = recorder()
    other.info(other.invoke(0, 'send', send(17, 0)), neverAcknowledged)
    expect(other.operations[1]).toMatchObject({ type: 'info', error: 'acks=0' })
  })

  it.each<[string, (history: History) => unknown, string]>([
    [
      'sends one value twice to a partition',
      (history) => history.ok(history.invoke(0, 'send', { ...send(1), value: [...send(1).value, ...send(1).value] })),
      'value 1 is sent once to x-0',
    ],
    [
      'does two things at a time',
      (history) => [history.invoke(0, 'send', send(1)), history.invoke(0, 'send', send(2))],
      'one thing at a time',
    ],
    [
      'completes twice',
      (history) => {
        const token = history.invoke(0, 'poll', { value: [] })
        history.ok(token)
        history.ok(token)
      },
      'completes the poll it invoked',
    ],
    [
      'is acknowledged without an offset',
      (history) => history.ok(history.invoke(0, 'send', send(1))),
      'has an offset for each record',
    ],
    [
      'completes with other records',
      (history) => history.ok(history.invoke(0, 'send', send(1)), [{ key: 'x-0', value: 2, offset: 0 }]),
      'the records it was invoked with',
    ],
  ])('refuses a process that %s', (_, misuse, claim) => {
    expect(() => misuse(recorder())).toThrow(claim)
  })

  it('refuses a clock that goes back', () => {
    const timesUs = [5, 4]
    const history = new History({ concurrency: 1, nowUs: () => timesUs.shift() ?? 0 })
    const token = history.invoke(0, 'poll', { value: [] })
    expect(() => history.ok(token)).toThrow('time never goes back')
  })
})
