import { describe, expect, it } from 'vitest'
import { deletedBelow, lastEarliestOffsets } from '../../../../src/workloads/checker/deleted-prefix.ts'
import { Scenario } from './scenario.ts'

/** Records a … e acknowledged at offsets 0 … 4 of x-0. */
function written(): Scenario {
  const story = new Scenario()
  story.send(0, 'x-0', [
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
    [3, 'd'],
    [4, 'e'],
  ])
  return story
}

const below = (offset: number) => ({ deletedBelow: new Map([['x-0', offset]]) })

describe('records that retention may have deleted', () => {
  it('need not be read, and the next one must', () => {
    const story = written()
    story.poll(1, 'x-0', [[4, 'e']])
    expect(story.check(below(4))).toEqual([])
    expect(story.only('lost-write', below(3))).toMatchObject([{ values: ['d'], offsets: [3] }])
    expect(story.only('lost-write').map(({ offsets }) => offsets)).toEqual([[0], [1], [2], [3]])
  })

  it('are not unseen, and those above them are', () => {
    const story = written()
    expect(story.check(below(5))).toEqual([])
    expect(story.only('unseen', below(3))).toMatchObject([{ values: ['d', 'e'] }])
  })

  it('are those of their partition only', () => {
    const story = written()
    expect(story.anomalies({ deletedBelow: new Map([['x-1', 5]]) })).toEqual(['unseen'])
  })

  it('may still be read, once and as they were sent', () => {
    const story = written()
    story.poll(1, 'x-0', [
      [0, 'a'],
      [1, '?'],
    ])
    expect(story.anomalies(below(5))).toEqual(['inconsistent-offsets', 'unwritten-read'])
    const twice = written()
    twice.poll(1, 'x-0', [[0, 'a']])
    twice.poll(2, 'x-0', [[5, 'a']])
    expect(twice.anomalies(below(6))).toEqual(['duplicate'])
  })
})

describe('a consumer whose position was deleted', () => {
  it('may be moved to where the log begins, and no further', () => {
    const story = written()
    story.poll(1, 'x-0', [
      [0, 'a'],
      [3, 'd'],
    ])
    story.poll(2, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
      [3, 'd'],
      [4, 'e'],
    ])
    expect(story.check(below(3))).toEqual([])
    expect(story.check(below(2))).toMatchObject([{ anomaly: 'int-poll-skip', offsets: [2] }])
  })

  it('is never moved back', () => {
    const story = written()
    story.poll(1, 'x-0', [
      [3, 'd'],
      [2, 'c'],
    ])
    story.poll(1, 'x-0', [[2, 'c']])
    expect(story.anomalies(below(5))).toEqual(['int-nonmonotonic-poll', 'nonmonotonic-poll'])
  })
})

describe('the offset below which anything may be deleted', () => {
  it('is what the last answered look-up said, partition by partition', () => {
    const story = written()
    story.lookUp(1, 'x-0', 1)
    story.lookUp(1, 'x-1', 7)
    story.lookUp(2, 'x-0', 3)
    story.history.fail(story.history.invoke(2, 'earliest-offsets', { value: [] }), 'API_TIMED_OUT')
    const { operations } = story.history
    expect([...lastEarliestOffsets(operations)]).toEqual([
      ['x-0', 3],
      ['x-1', 7],
    ])
    expect(deletedBelow(operations, [])).toEqual(lastEarliestOffsets(operations))
  })

  it('is no lower than what a crash has brought back', () => {
    const story = written()
    story.lookUp(1, 'x-0', 3)
    const restored = [
      { key: 'x-0', fromOffset: 1, endOffset: 4 },
      { key: 'x-0', fromOffset: 0, endOffset: 2 },
      { key: 'x-1', fromOffset: 0, endOffset: 2 },
    ]
    expect([...deletedBelow(story.history.operations, restored)]).toEqual([
      ['x-0', 4],
      ['x-1', 2],
    ])
  })
})
