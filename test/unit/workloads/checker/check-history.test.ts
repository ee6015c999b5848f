import { describe, expect, it } from 'vitest'
import { anomalies } from '../../../../src/workloads/checker/anomalies.ts'
import { checkHistory } from '../../../../src/workloads/checker/check-history.ts'
import { Scenario } from './scenario.ts'

describe('a history in which all is well', () => {
  it('yields no finding, and neither does an empty one', () => {
    expect(checkHistory([])).toEqual([])
    const story = new Scenario()
    story.assign(1, ['x-0'], 'beginning')
    story.send(0, 'x-0', [[0, 'a']])
    story.poll(1, 'x-0', [[0, 'a']])
    story.send(0, 'x-0', [
      [1, 'b'],
      [2, 'c'],
    ])
    story.poll(1, 'x-0', [])
    story.poll(1, 'x-0', [
      [1, 'b'],
      [2, 'c'],
    ])
    expect(story.check()).toEqual([])
  })

  it('may have gaps in its offsets, where transaction markers lie', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [3, 'a'],
      [7, 'b'],
    ])
    story.poll(1, 'x-0', [
      [3, 'a'],
      [7, 'b'],
    ])
    expect(story.check()).toEqual([])
  })

  it('may use one value and one offset in several partitions', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[5, 1]])
    story.send(0, 'x-1', [[5, 1]])
    story.send(0, 'x-1', [[6, 2]])
    story.poll(1, 'x-0', [[5, 1]])
    story.poll(1, 'x-1', [
      [5, 1],
      [6, 2],
    ])
    expect(story.check()).toEqual([])
  })
})

describe('inconsistent-offsets', () => {
  it('is found where two acknowledgements name one offset', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[537, 641]])
    story.send(1, 'x-0', [[537, 645]])
    expect(story.only('inconsistent-offsets')).toEqual([
      {
        anomaly: 'inconsistent-offsets',
        key: 'x-0',
        message: 'Offset 537 of x-0 holds different values: 641, 645.',
        operations: [1, 3],
        values: [641, 645],
        offsets: [537],
      },
    ])
  })

  it('is found where two polls disagree, or a poll and an acknowledgement', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[0, 'a']])
    story.send(
      1,
      'x-0',
      [
        [undefined, 'b'],
        [undefined, 'c'],
      ],
      { type: 'info' },
    )
    story.poll(2, 'x-0', [
      [0, 'b'],
      [1, 'a'],
    ])
    story.poll(3, 'x-0', [
      [0, 'a'],
      [1, 'c'],
    ])
    expect(story.only('inconsistent-offsets').map(({ offsets, values }) => [offsets, values])).toEqual([
      [[0], ['a', 'b']],
      [[1], ['a', 'c']],
    ])
  })

  it('believes the offset of a send of unknown outcome only once its value was read', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[0, 1]], { type: 'info' })
    story.send(1, 'x-0', [[0, 2]])
    story.poll(2, 'x-0', [[0, 2]])
    expect(story.check()).toEqual([])
    story.poll(2, 'x-0', [[5, 1]])
    expect(story.only('inconsistent-offsets').map((finding) => finding.values)).toEqual([[2, 1]])
  })

  it('finds every value of a crowded offset, and every duplicate among them', () => {
    const story = new Scenario()
    const values = [...Array(10).keys()]
    for (const value of values) {
      story.send(0, 'x-0', [[0, value]])
      story.poll(1, 'x-0', [[1, value]])
    }
    expect(story.only('inconsistent-offsets').map((finding) => finding.values)).toEqual([values, values])
    expect(story.only('duplicate').map((finding) => finding.values[0])).toEqual(values)
  })
})

describe('duplicate', () => {
  it('is found where an idempotent send was acknowledged at one offset and read at another', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[1, 'a']])
    story.send(1, 'x-0', [[2, 'b']])
    story.poll(2, 'x-0', [
      [1, 'a'],
      [2, 'b'],
      [3, 'a'],
    ])
    expect(story.check()).toMatchObject([{ anomaly: 'duplicate', values: ['a'], offsets: [1, 3] }])
  })

  it('is also found in what a poll of unknown outcome returned', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[1, 0]])
    story.send(1, 'x-0', [[2, 1]], { type: 'fail' })
    story.poll(
      2,
      'x-0',
      [
        [11, 0],
        [12, 1],
      ],
      { type: 'fail' },
    )
    // The failed send wrote nothing at offset 2, so 1 lies at one offset only.
    expect(story.only('duplicate')).toMatchObject([{ values: [0], offsets: [1, 11] }])
  })

  it('is not held against a producer that is not idempotent', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[1, 'a']], { idempotent: false })
    story.poll(2, 'x-0', [
      [0, 'a'],
      [1, 'a'],
    ])
    expect(story.check()).toEqual([])
  })

  it('is not the reading of one offset by two consumers', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[1, 'a']])
    story.poll(1, 'x-0', [[1, 'a']])
    story.poll(2, 'x-0', [[1, 'a']])
    expect(story.check()).toEqual([])
  })
})

describe('G1a and unwritten-read', () => {
  it('does not count what a failed poll returned as read', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[undefined, 2]], { type: 'fail' })
    story.poll(1, 'x-0', [[0, 2]], { type: 'fail' })
    expect(story.check()).toEqual([])
  })

  it('finds the value of a failed send in a poll', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[undefined, 2]], { type: 'fail' })
    story.poll(1, 'x-0', [[0, 2]])
    expect(story.check()).toMatchObject([{ anomaly: 'G1a', values: [2], offsets: [0], operations: [1, 3] }])
  })

  it('does not mind the value of a send of unknown outcome, nor of one still under way', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[undefined, 'a']], { type: 'info' })
    story.beginSend(1, 'x-0', [[undefined, 'b']])
    story.poll(2, 'x-0', [
      [0, 'a'],
      [1, 'b'],
    ])
    expect(story.check()).toEqual([])
  })

  it('finds a value that nobody sent, once for all who read it', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[0, 'a']])
    story.poll(1, 'x-0', [
      [0, 'a'],
      [1, '0xdeadbeef'],
    ])
    story.poll(2, 'x-0', [
      [0, 'a'],
      [1, '0xdeadbeef'],
    ])
    expect(story.check()).toMatchObject([
      { anomaly: 'unwritten-read', values: ['0xdeadbeef'], offsets: [1], operations: [3, 5] },
    ])
  })

  it('finds a value that was sent to another partition', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[undefined, 'a']], { type: 'info' })
    story.poll(1, 'x-1', [[0, 'a']])
    expect(story.check()).toMatchObject([{ anomaly: 'unwritten-read', key: 'x-1' }])
  })

  it('finds a value that was polled before it was sent', () => {
    const story = new Scenario()
    story.poll(1, 'x-0', [[0, 'a']])
    story.send(0, 'x-0', [[0, 'a']])
    expect(story.check()).toMatchObject([{ anomaly: 'unwritten-read', operations: [1, 3] }])
  })
})

describe('lost-write', () => {
  it('is found for every acknowledged record below a record that was read', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[0, 'a']])
    story.send(0, 'x-0', [
      [1, 'b'],
      [3, 'd'],
    ])
    story.send(1, 'x-0', [[undefined, 'c']], { type: 'info' })
    story.poll(2, 'x-0', [[2, 'c']])
    expect(story.only('lost-write')).toMatchObject([
      { values: ['a'], offsets: [0], operations: [1, 7] },
      { values: ['b'], offsets: [1], operations: [3, 7] },
    ])
    // Nothing was read past offset 3.
    expect(story.only('unseen')).toMatchObject([{ values: ['d'] }])
  })

  it('is found also where another value took the offset', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[0, 'a']])
    story.send(1, 'x-0', [
      [0, 'b'],
      [2, 'c'],
    ])
    story.poll(2, 'x-0', [
      [0, 'b'],
      [2, 'c'],
    ])
    expect(story.anomalies()).toEqual(['inconsistent-offsets', 'lost-write'])
    expect(story.only('lost-write')).toMatchObject([{ values: ['a'], offsets: [0] }])
  })

  it('is not found for sends that failed, whose outcome is unknown, or which nobody acknowledges', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[0, 'a']], { type: 'fail' })
    story.send(1, 'x-0', [[1, 'b']], { type: 'info' })
    story.send(2, 'x-0', [[undefined, 'c']], { type: 'info', acks: 0, idempotent: false })
    story.send(3, 'x-0', [[5, 'd']])
    story.poll(4, 'x-0', [[5, 'd']])
    expect(story.check()).toEqual([])
  })

  it('is not inferred from another record of the same send, which is no transaction', () => {
    const story = new Scenario()
    story.send(
      0,
      'x-0',
      [
        [undefined, 'a'],
        [1, 'b'],
      ],
      { type: 'info' },
    )
    story.send(1, 'x-0', [[undefined, 'c']], { type: 'info' })
    story.poll(2, 'x-0', [
      [0, 'a'],
      [2, 'c'],
    ])
    expect(story.check()).toEqual([])
  })

  it('holds for acks=1 as for acks=all', () => {
    const story = new Scenario()
    story.send(
      0,
      'x-0',
      [
        [0, 'a'],
        [1, 'b'],
      ],
      { acks: 1, idempotent: false },
    )
    story.poll(2, 'x-0', [[1, 'b']])
    expect(story.check()[0]?.message).toBe(
      'Value a, acknowledged (acks=1) at offset 0 of x-0, was read by nobody, although offset 1 was read.',
    )
  })

  it('cannot be shown by a consumer that started at the end', () => {
    const story = new Scenario()
    story.assign(2, ['x-0'], 'end')
    story.send(0, 'x-0', [
      [0, 'a'],
      [1, 'b'],
    ])
    story.poll(2, 'x-0', [[1, 'b']])
    expect(story.anomalies()).toEqual(['unseen'])
  })
})

describe('unseen', () => {
  it('is found for acknowledged records at the end that nobody read', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    story.assign(1, ['x-0'], 'beginning')
    story.poll(1, 'x-0', [[0, 'a']])
    story.poll(1, 'x-0', [])
    expect(story.check()).toEqual([
      {
        anomaly: 'unseen',
        key: 'x-0',
        message: '2 acknowledged records of x-0 had been read by nobody when the history ended, the first at offset 1.',
        operations: [1],
        values: ['b', 'c'],
        offsets: [1, 2],
      },
    ])
  })

  it('is not judged where nobody read to the end', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[0, 'a']])
    expect(story.check({ readToTheEnd: false })).toEqual([])
  })

  it('does not count what a poll of unknown outcome returned as read', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[0, 'a']])
    story.poll(1, 'x-0', [[0, 'a']], { type: 'info' })
    expect(story.anomalies()).toEqual(['unseen'])
  })
})

describe('lost-topic', () => {
  const topics = (story: Scenario, shown: readonly (readonly [string, number])[]) => {
    const value = shown.map(([topic, partitions]) => ({ topic, partitions }))
    story.history.ok(story.history.invoke(9, 'list-topics', { value: [] }), value)
  }
  const create = (story: Scenario, topic: string, partitions: number) =>
    story.history.invoke(0, 'create-topic', { value: { topic, partitions } })

  it('is found for an acknowledged topic that the last listing does not show, or not whole', () => {
    const story = new Scenario()
    story.history.ok(create(story, 'orders', 3))
    story.history.ok(create(story, 'clicks', 2))
    topics(story, [
      ['orders', 3],
      ['clicks', 2],
    ])
    topics(story, [['orders', 1]])
    expect(story.check()).toMatchObject([
      { anomaly: 'lost-topic', key: 'orders', operations: [1, 7] },
      { anomaly: 'lost-topic', key: 'clicks', operations: [3, 7] },
    ])
  })

  it('is not found where the topic was created after the last listing', () => {
    const story = new Scenario()
    topics(story, [])
    story.history.ok(create(story, 'orders', 3))
    story.poll(9, 'orders-0', [])
    expect(story.check()).toEqual([])
  })

  it('is not found where an earlier listing lags behind, or the creation was not acknowledged in time', () => {
    const story = new Scenario()
    story.history.ok(create(story, 'orders', 3))
    topics(story, [])
    story.history.fail(create(story, 'failed', 1), 'INVALID_TOPIC_EXCEPTION')
    const late = create(story, 'late', 1)
    const listing = story.history.invoke(9, 'list-topics', { value: [] })
    story.history.ok(late)
    story.history.ok(listing, [{ topic: 'orders', partitions: 3 }])
    expect(story.check()).toEqual([])
  })
})

it('every anomaly of the table has a definition and a source', () => {
  for (const [name, { definition, source }] of Object.entries(anomalies)) {
    expect(definition.endsWith('.'), name).toBe(true)
    expect(source, name).not.toBe('')
  }
})

it('judges 300 operations in less than two milliseconds', () => {
  const story = new Scenario()
  for (let round = 0; round < 75; round++) {
    const records = [0, 1, 2, 3].map((position) => [round * 4 + position, round * 4 + position] as const)
    story.send(0, `x-${round % 3}`, records)
    story.poll(1, `x-${round % 3}`, records)
  }
  let fastestMs = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 50; attempt++) {
    const startMs = performance.now()
    expect(story.check()).toEqual([])
    fastestMs = Math.min(fastestMs, performance.now() - startMs)
  }
  expect(fastestMs).toBeLessThan(2)
})
