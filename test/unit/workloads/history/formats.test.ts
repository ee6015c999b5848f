import { describe, expect, it } from 'vitest'
import { numberKeys, toEdn } from '../../../../src/workloads/history/edn.ts'
import { History } from '../../../../src/workloads/history/history.ts'
import { HistoryFormatError, parseHistory, toJson } from '../../../../src/workloads/history/json.ts'

function someHistory(): History {
  let nowUs = 0
  const history = new History({ concurrency: 3, nowUs: () => 500 * nowUs++ })
  history.ok(history.invoke(0, 'create-topic', { value: { topic: 'orders', partitions: 2 } }))
  history.ok(history.invoke(0, 'assign', { value: ['orders-0', 'orders-1'], seekTo: 'beginning' }))
  const send = history.invoke(1, 'send', {
    value: [
      { key: 'orders-0', value: 17 },
      { key: 'orders-1', value: 'a "b"\\' },
    ],
    acks: 'all',
    idempotent: true,
  })
  history.ok(send, [
    { key: 'orders-0', value: 17, offset: 5 },
    { key: 'orders-1', value: 'a "b"\\', offset: 0 },
  ])
  const poll = history.invoke(0, 'poll', { value: [] })
  const polled = [
    { key: 'orders-0', offset: 5, value: 17 },
    { key: 'orders-1', offset: 0, value: 'a "b"\\' },
    { key: 'orders-0', offset: 6, value: 18 },
  ]
  history.ok(poll, polled, { rebalancedKeys: ['orders-1'] })
  const timedOut = { value: [{ key: 'orders-0', value: 19 }], acks: 1 as const, idempotent: false }
  history.info(history.invoke(2, 'send', timedOut), 'REQUEST_TIMED_OUT')
  history.info(history.invoke(0, 'crash', { value: null }), 'acks=0')
  history.ok(history.invoke(1, 'subscribe', { value: ['orders-1'] }))
  history.ok(history.invoke(1, 'poll', { value: [] }))
  history.ok(history.invoke(1, 'list-topics', { value: [] }), [{ topic: 'orders', partitions: 2 }])
  history.ok(history.invoke(1, 'earliest-offsets', { value: [] }), [{ key: 'orders-0', offset: 5 }])
  return history
}

describe('EDN', () => {
  it('has the shape that Jepsen reads: one map per line, partitions as integers, nanoseconds, no topics or earliest offsets', () => {
    const { operations } = someHistory()
    expect(toEdn(operations)).toBe(`\
{:index 0, :time 1000000, :type :invoke, :process 0, :f :assign, :value [0 1], :seek-to-beginning? true}
{:index 1, :time 1500000, :type :ok, :process 0, :f :assign, :value [0 1], :seek-to-beginning? true}
{:index 2, :time 2000000, :type :invoke, :process 1, :f :send, :value [[:send 0 17] [:send 1 "a \\"b\\"\\\\"]]}
{:index 3, :time 2500000, :type :ok, :process 1, :f :send, :value [[:send 0 [5 17]] [:send 1 [0 "a \\"b\\"\\\\"]]]}
{:index 4, :time 3000000, :type :invoke, :process 0, :f :poll, :value [[:poll]]}
{:index 5, :time 3500000, :type :ok, :process 0, :f :poll, :value [[:poll {0 [[5 17] [6 18]], 1 [[0 "a \\"b\\"\\\\"]]}]], :rebalance-log [{:keys [1]}]}
{:index 6, :time 4000000, :type :invoke, :process 2, :f :send, :value [[:send 0 19]]}
{:index 7, :time 4500000, :type :info, :process 2, :f :send, :value [[:send 0 19]], :error :REQUEST_TIMED_OUT}
{:index 8, :time 5000000, :type :invoke, :process 0, :f :crash, :value nil}
{:index 9, :time 5500000, :type :info, :process 0, :f :crash, :value nil, :error "acks=0"}
{:index 10, :time 6000000, :type :invoke, :process 1, :f :subscribe, :value [1]}
{:index 11, :time 6500000, :type :ok, :process 1, :f :subscribe, :value [1]}
{:index 12, :time 7000000, :type :invoke, :process 1, :f :poll, :value [[:poll]]}
{:index 13, :time 7500000, :type :ok, :process 1, :f :poll, :value [[:poll {}]]}
`)
    expect([...numberKeys(operations)]).toEqual([
      ['orders-0', 0],
      ['orders-1', 1],
    ])
  })

  it('writes the time 0 and times whose nanoseconds exceed 2^53 exactly', () => {
    const timesUs = [0, 1_795_000_000_000_001]
    const history = new History({ concurrency: 1, nowUs: () => timesUs.shift() ?? 0 })
    history.ok(history.invoke(0, 'poll', { value: [] }))
    expect(toEdn(history.operations)).toContain(':time 0,')
    expect(toEdn(history.operations)).toContain(':time 1795000000000001000,')
  })
})

describe('JSON', () => {
  it('reads back what it wrote, one operation per line', () => {
    const { operations } = someHistory()
    const text = toJson(operations)
    expect(parseHistory(text)).toEqual(operations)
    expect(text.split('\n')).toHaveLength(operations.length + 3)
    expect(parseHistory(toJson([]))).toEqual([])
  })

  const poll = { index: 0, process: 0, type: 'invoke', timeUs: 0, f: 'poll', value: [] }
  const send = { ...poll, f: 'send', value: [{ key: 'x-0', value: 1 }], acks: 'all', idempotent: true }

  it.each<[string, string, string]>([
    ['text that is not JSON', '[', 'not JSON'],
    ['something else', '{"operations": []}', 'array of operations'],
    ['an operation that is none', '[7]', 'Operation 0'],
    ['an unknown action', JSON.stringify([{ ...poll, f: 'toString' }]), 'name of an action'],
    ['an unknown type', JSON.stringify([{ ...poll, type: 'maybe' }]), 'type is one of'],
    ['a fraction of time', JSON.stringify([{ ...poll, timeUs: 0.5 }]), 'integers'],
    ['a record without an offset', JSON.stringify([{ ...poll, value: [{ key: 'x-0', value: 1 }] }]), 'list of records'],
    [
      'a record of no time',
      JSON.stringify([{ ...poll, value: [{ key: 'x-0', value: 1, offset: 0, appendTimeMs: 'noon' }] }]),
      'list of records',
    ],
    ['a send to nowhere', JSON.stringify([{ ...send, value: [{ value: 1 }] }]), 'list of sends'],
    [
      'an earliest offset of nothing',
      JSON.stringify([{ ...poll, f: 'earliest-offsets', value: [{ offset: 1 }] }]),
      'keys with offsets',
    ],
    ['unknown acks', JSON.stringify([{ ...send, acks: 2 }]), 'acks is'],
    ['a gap in the indexes', JSON.stringify([poll, { ...poll, index: 2, type: 'ok' }]), 'position 1'],
    ['a completion of nothing', JSON.stringify([{ ...poll, type: 'ok' }]), 'completes the poll it invoked'],
    ['a value sent twice', JSON.stringify([send, { ...send, index: 1, process: 1 }]), 'sent once'],
  ])('answers %s with an error', (_, text, message) => {
    const answer = parseHistory(text)
    expect(answer).toBeInstanceOf(HistoryFormatError)
    expect(answer).toMatchObject({ code: 'BAD_HISTORY', message: expect.stringContaining(message) })
  })
})
