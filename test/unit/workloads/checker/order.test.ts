import { describe, expect, it } from 'vitest'
import { Scenario } from './scenario.ts'

/** Seven records a … g of partition x-0 at offsets 1 … 7, sent with unknown outcome so that only polls tell offsets. */
function sevenSent(): Scenario {
  const story = new Scenario()
  story.send(
    9,
    'x-0',
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((value) => [undefined, value] as const),
    { type: 'info' },
  )
  return story
}

const steps = (findings: readonly { readonly offsets: readonly number[]; readonly values: readonly unknown[] }[]) =>
  findings.map(({ offsets, values }) => [offsets, values])

describe('poll-skip', () => {
  it('is found where polls pass over records that others know of, and not over gaps', () => {
    const story = sevenSent()
    story.poll(0, 'x-0', [
      [1, 'a'],
      [2, 'b'],
    ])
    story.poll(1, 'x-0', [[3, 'c']])
    story.poll(0, 'x-0', [[4, 'd']])
    story.send(2, 'x-0', [[6, 'F']])
    story.poll(0, 'x-0', [[7, 'g']])
    expect(steps(story.only('poll-skip'))).toEqual([
      [[3], ['c']],
      [[6], ['F']],
    ])
    expect(story.only('poll-skip')[0]?.message).toBe(
      'Process 0 went from offset 2 to 4 of x-0, passing over offsets 3.',
    )
  })

  it.each([
    { assigned: ['y-0'], isFound: false },
    { assigned: ['x-0', 'y-0'], isFound: true },
  ])('after an assignment of $assigned in between: found is $isFound', ({ assigned, isFound }) => {
    const story = sevenSent()
    story.poll(0, 'x-0', [[1, 'a']])
    story.poll(1, 'x-0', [[2, 'b']])
    story.assign(0, assigned)
    story.poll(0, 'x-0', [[3, 'c']])
    expect(story.anomalies()).toEqual(isFound ? ['poll-skip'] : [])
  })

  it('is not found where the consumer sought the end in between', () => {
    const story = sevenSent()
    story.poll(0, 'x-0', [[1, 'a']])
    story.poll(1, 'x-0', [[2, 'b']])
    story.assign(0, ['x-0'], 'end')
    story.poll(0, 'x-0', [[3, 'c']])
    expect(story.check()).toEqual([])
  })

  it('is not judged between the polls of a group member, only within one', () => {
    const story = sevenSent()
    story.subscribe(0, ['x-0'])
    story.poll(0, 'x-0', [[1, 'a']])
    story.poll(1, 'x-0', [[2, 'b']])
    story.poll(0, 'x-0', [[3, 'c']])
    story.poll(1, 'x-0', [
      [3, 'c'],
      [4, 'd'],
      [5, 'e'],
    ])
    story.poll(0, 'x-0', [[1, 'a']])
    expect(story.check()).toEqual([])
    story.poll(0, 'x-0', [
      [2, 'b'],
      [5, 'e'],
    ])
    expect(story.anomalies()).toEqual(['int-poll-skip'])
  })
})

describe('rewinding after a poll that did not end ok', () => {
  const sixSent = () => {
    const story = new Scenario()
    story.send(9, 'x-0', [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
      [5, 5],
    ])
    story.poll(1, 'x-0', [[0, 0]])
    story.poll(
      1,
      'x-0',
      [
        [1, 1],
        [2, 2],
      ],
      { type: 'fail' },
    )
    return story
  }

  it('is expected: the same records are due again', () => {
    const story = sixSent()
    story.poll(
      1,
      'x-0',
      [
        [1, 1],
        [2, 2],
      ],
      { type: 'fail' },
    )
    story.poll(1, 'x-0', [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
      [5, 5],
    ])
    expect(story.check()).toEqual([])
  })

  it('when left out is a poll-skip, also if the next poll does not end ok either', () => {
    const story = sixSent()
    story.poll(
      1,
      'x-0',
      [
        [3, 3],
        [4, 4],
      ],
      { type: 'fail' },
    )
    story.poll(1, 'x-0', [[5, 5]], { type: 'info' })
    expect(steps(story.only('poll-skip'))).toEqual([
      [
        [1, 2],
        [1, 2],
      ],
      [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ],
    ])
  })
})

describe('nonmonotonic-poll', () => {
  it('is found where the next poll begins before the previous one ended', () => {
    const story = sevenSent()
    story.poll(0, 'x-0', [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
    story.poll(0, 'x-0', [
      [2, 'b'],
      [3, 'c'],
      [4, 'd'],
    ])
    expect(story.check()).toMatchObject([
      { anomaly: 'nonmonotonic-poll', values: ['c', 'b'], offsets: [3, 2], operations: [3, 5] },
    ])
  })

  it('is found where the next poll begins with the very record again', () => {
    const story = sevenSent()
    story.poll(0, 'x-0', [[1, 'a']])
    story.poll(0, 'x-0', [])
    story.poll(0, 'x-0', [[1, 'a']])
    expect(story.anomalies()).toEqual(['nonmonotonic-poll'])
  })

  it.each([
    { assigned: ['y-0'], seekTo: undefined, isFound: false },
    { assigned: ['x-0', 'y-0'], seekTo: undefined, isFound: true },
    { assigned: ['x-0'], seekTo: 'beginning' as const, isFound: false },
  ])('after an assignment of $assigned seeking $seekTo: found is $isFound', ({ assigned, seekTo, isFound }) => {
    const story = sevenSent()
    story.poll(0, 'x-0', [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
    story.assign(0, assigned, seekTo)
    story.poll(0, 'x-0', [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
    expect(story.anomalies()).toEqual(isFound ? ['nonmonotonic-poll'] : [])
  })

  it('is not found between two consumers', () => {
    const story = sevenSent()
    story.poll(0, 'x-0', [
      [1, 'a'],
      [2, 'b'],
    ])
    story.poll(1, 'x-0', [
      [1, 'a'],
      [2, 'b'],
    ])
    expect(story.check()).toEqual([])
  })
})

describe('int-poll-skip and int-nonmonotonic-poll', () => {
  it('are found between the records of one poll', () => {
    const story = sevenSent()
    story.poll(0, 'x-0', [
      [1, 'a'],
      [4, 'd'],
    ])
    story.poll(1, 'x-0', [[2, 'b']])
    story.poll(2, 'x-0', [
      [3, 'c'],
      [1, 'a'],
      [1, 'a'],
    ])
    expect(story.check()).toMatchObject([
      { anomaly: 'int-poll-skip', values: ['b', 'c'], offsets: [2, 3], operations: [3] },
      { anomaly: 'int-nonmonotonic-poll', values: ['c', 'a'], offsets: [3, 1], operations: [7] },
      { anomaly: 'int-nonmonotonic-poll', values: ['a', 'a'], offsets: [1, 1], operations: [7] },
    ])
  })

  it('are excused for partitions that a rebalance touched', () => {
    const story = sevenSent()
    story.poll(0, 'x-0', [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
    story.poll(
      1,
      'x-0',
      [
        [3, 'c'],
        [1, 'a'],
        [3, 'c'],
      ],
      { rebalancedKeys: ['x-0'] },
    )
    expect(story.check()).toEqual([])
    story.poll(
      2,
      'x-0',
      [
        [3, 'c'],
        [1, 'a'],
      ],
      { rebalancedKeys: ['y-0'] },
    )
    expect(story.anomalies()).toEqual(['int-nonmonotonic-poll'])
  })

  it('keep partitions apart', () => {
    const story = new Scenario()
    story.send(9, 'x-0', [
      [5, 'a'],
      [6, 'b'],
    ])
    story.send(8, 'y-0', [
      [0, 'c'],
      [1, 'd'],
    ])
    const token = story.history.invoke(0, 'poll', { value: [] })
    story.history.ok(token, [
      { key: 'x-0', offset: 5, value: 'a' },
      { key: 'y-0', offset: 0, value: 'c' },
      { key: 'x-0', offset: 6, value: 'b' },
      { key: 'y-0', offset: 1, value: 'd' },
    ])
    expect(story.check()).toEqual([])
  })
})

describe('nonmonotonic-send and int-nonmonotonic-send', () => {
  it('takes the offset that was acknowledged, also where a retry had left another copy', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[5, 'a']], { idempotent: false })
    story.send(0, 'x-0', [[4, 'b']], { idempotent: false })
    story.poll(2, 'x-0', [
      [3, 'a'],
      [4, 'b'],
      [5, 'a'],
    ])
    expect(story.check()).toMatchObject([{ anomaly: 'nonmonotonic-send', offsets: [5, 4] }])
  })

  it('does not judge a send that failed', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[undefined, 'a']], { type: 'fail' })
    story.send(0, 'x-0', [[3, 'b']])
    story.poll(2, 'x-0', [
      [3, 'b'],
      [9, 'a'],
    ])
    expect(story.anomalies()).toEqual(['G1a'])
  })

  it('finds a later send of one process at a lower offset', () => {
    const story = new Scenario()
    story.send(
      0,
      'x-0',
      [
        [3, 'c'],
        [4, 'd'],
      ],
      { idempotent: false, acks: 1 },
    )
    story.send(
      0,
      'x-0',
      [
        [1, 'a'],
        [2, 'b'],
      ],
      { idempotent: false, acks: 1 },
    )
    expect(story.check({ readToTheEnd: false })).toMatchObject([
      { anomaly: 'nonmonotonic-send', values: ['d', 'a'], offsets: [4, 1], operations: [1, 3] },
    ])
  })

  it('finds two records of one idempotent send in the opposite order, by acknowledgement or by poll', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [3, 'c'],
      [1, 'a'],
    ])
    story.send(
      1,
      'y-0',
      [
        [undefined, 'd'],
        [undefined, 'b'],
      ],
      { type: 'info' },
    )
    story.poll(2, 'y-0', [
      [2, 'b'],
      [4, 'd'],
    ])
    expect(story.check({ readToTheEnd: false })).toMatchObject([
      { anomaly: 'int-nonmonotonic-send', key: 'x-0', values: ['c', 'a'], offsets: [3, 1] },
      { anomaly: 'int-nonmonotonic-send', key: 'y-0', values: ['d', 'b'], offsets: [4, 2] },
    ])
  })

  it('does not judge the records of one send of any other producer, nor sends of two processes', () => {
    const story = new Scenario()
    story.send(
      0,
      'x-0',
      [
        [3, 'c'],
        [2, 'b'],
      ],
      { idempotent: false },
    )
    story.send(1, 'x-0', [[1, 'a']])
    story.send(2, 'x-0', [[0, 'z']], { type: 'fail' })
    expect(story.check({ readToTheEnd: false })).toEqual([])
  })

  it('does not mind foreign records in between', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [0, 'a'],
      [2, 'c'],
    ])
    story.send(1, 'x-0', [[1, 'b']])
    story.poll(2, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    expect(story.check()).toEqual([])
  })
})

describe('wrong-time', () => {
  const told = (appendTimeMs: number | undefined, read: readonly (number | undefined)[]) => {
    const story = new Scenario()
    const timed = (time: number | undefined) => {
      const record = { key: 'x-0', offset: 0, value: 'a' }
      return time === undefined ? [record] : [{ ...record, appendTimeMs: time }]
    }
    const { history } = story
    const sent = history.invoke(0, 'send', { value: [{ key: 'x-0', value: 'a' }], acks: 'all', idempotent: true })
    history.ok(sent, timed(appendTimeMs))
    for (const [index, time] of read.entries())
      history.ok(history.invoke(1 + index, 'poll', { value: [] }), timed(time))
    return story
  }

  it.each([
    { acknowledged: 1000, read: [1000, 1000], isFound: false },
    { acknowledged: undefined, read: [undefined], isFound: false },
    { acknowledged: 1000, read: [undefined], isFound: true },
    { acknowledged: 1000, read: [1001], isFound: true },
    // An acknowledgement says nothing of a time that is the record's own by chance; two readings must agree.
    { acknowledged: undefined, read: [1000], isFound: false },
    { acknowledged: undefined, read: [1000, 1001], isFound: true },
  ])('told $acknowledged, read $read: found is $isFound', ({ acknowledged, read, isFound }) => {
    expect(told(acknowledged, read).anomalies()).toEqual(isFound ? ['wrong-time'] : [])
  })

  it('is excused where the power failed, for a batch that is sent again has another time', () => {
    const story = told(1000, [2000])
    story.losePower('x-0', 0, 1)
    expect(story.only('wrong-time')).toEqual([])
  })
})
