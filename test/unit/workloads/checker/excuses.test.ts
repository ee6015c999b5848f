import { describe, expect, it } from 'vitest'
import { Scenario } from './scenario.ts'

/** Records a … e acknowledged at offsets 0 … 4 of x-0, of which a power loss takes those from offset 2 on. */
function lostFromTwo(): Scenario {
  const story = new Scenario()
  story.send(0, 'x-0', [
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
    [3, 'd'],
    [4, 'e'],
  ])
  story.losePower('x-0', 2, 5)
  return story
}

function finalRead(story: Scenario, records: readonly (readonly [number, string])[]): void {
  story.assign(9, ['x-0'], 'beginning')
  story.poll(9, 'x-0', records)
}

describe('an acknowledged record that a power loss took', () => {
  it('is proof against a record below the cut, if it was read', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [0, 'a'],
      [1, 'b'],
    ])
    story.poll(1, 'x-0', [[1, 'b']])
    story.losePower('x-0', 1, 2)
    expect(story.check()).toMatchObject([{ anomaly: 'lost-write', values: ['a'], operations: [1, 3] }])
  })

  it('is neither lost-write nor unseen', () => {
    const story = lostFromTwo()
    finalRead(story, [
      [0, 'a'],
      [1, 'b'],
    ])
    expect(story.check()).toEqual([])
    expect(story.anomalies({ excuses: [] })).toEqual(['unseen'])
  })

  it('is excused up to the end of the lost suffix, and not below its beginning', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
      [3, 'd'],
      [4, 'e'],
    ])
    story.losePower('x-0', 2, 4)
    finalRead(story, [[0, 'a']])
    expect(story.only('unseen')).toMatchObject([{ values: ['b', 'e'], offsets: [1, 4] }])
  })

  it('is excused in its own partition only', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [[0, 'a']])
    story.losePower('x-1', 0, 1)
    finalRead(story, [])
    expect(story.anomalies()).toEqual(['unseen'])
  })

  it('is not excused if it was sent after the loss', () => {
    const story = lostFromTwo()
    story.send(0, 'x-0', [
      [2, 'f'],
      [3, 'g'],
    ])
    finalRead(story, [
      [0, 'a'],
      [1, 'b'],
      [3, 'g'],
    ])
    expect(story.check()).toMatchObject([
      { anomaly: 'lost-write', values: ['f'], offsets: [2] },
      { anomaly: 'int-poll-skip', offsets: [2] },
    ])
  })

  it('is not proof against a record written later at a lower offset', () => {
    const story = new Scenario()
    story.assign(1, ['x-0'], 'beginning')
    story.send(0, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    story.poll(1, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    story.losePower('x-0', 1, 3)
    story.send(0, 'x-0', [[1, 'd']])
    // Nobody has read beyond d yet: that c was read before the loss says nothing about it.
    expect(story.anomalies({ readToTheEnd: false })).toEqual([])
    expect(story.anomalies()).toEqual(['unseen'])
  })
})

describe('a send under way during the loss', () => {
  const story = () => {
    const told = new Scenario()
    told.send(0, 'x-0', [[0, 'a']])
    const token = told.beginSend(1, 'x-0', [[undefined, 'b']])
    told.losePower('x-0', 0, 2)
    return { told, token }
  }

  it('is excused, for its acknowledgement may have left before the loss', () => {
    const { told, token } = story()
    told.end(token, 'x-0', [[1, 'b']])
    finalRead(told, [])
    expect(told.check()).toEqual([])
  })

  it('is not excused once no earlier answer can arrive any more', () => {
    const { told, token } = story()
    told.nowUs += 100
    told.end(token, 'x-0', [[1, 'b']])
    finalRead(told, [])
    const [loss] = told.excuses
    if (loss === undefined) throw new Error('there is a loss')
    expect(told.only('unseen', { excuses: [{ ...loss, answeredUntilUs: loss.atTimeUs + 50 }] })).toMatchObject([
      { values: ['b'] },
    ])
    expect(told.check({ excuses: [{ ...loss, answeredUntilUs: loss.atTimeUs + 200 }] })).toEqual([])
  })

  it('is not excused if it shared its offset with a record that was there before the loss', () => {
    const { told, token } = story()
    told.end(token, 'x-0', [[0, 'b']])
    finalRead(told, [])
    // One of the two lay there after the loss, and a was acknowledged before it.
    expect(told.check()).toMatchObject([{ anomaly: 'unseen', values: ['b'] }])
  })
})

describe('two values at one offset', () => {
  it('are told apart although the one sent first may have been written last', () => {
    const story = new Scenario()
    const token = story.beginSend(1, 'x-0', [[undefined, 'b']])
    story.send(0, 'x-0', [[0, 'a']])
    story.losePower('x-0', 0, 1)
    story.end(token, 'x-0', [[0, 'b']])
    finalRead(story, [[0, 'b']])
    expect(story.check()).toEqual([])
  })

  it('are found if the second was read before the loss, although it was acknowledged after it', () => {
    const story = new Scenario()
    const token = story.beginSend(1, 'x-0', [[undefined, 'b']])
    story.send(0, 'x-0', [[0, 'a']])
    story.poll(2, 'x-0', [[0, 'b']])
    story.losePower('x-0', 0, 1)
    story.end(token, 'x-0', [[0, 'b']])
    expect(story.only('inconsistent-offsets')).toMatchObject([{ values: ['b', 'a'] }])
  })

  it('are excused if the loss lies between them', () => {
    const story = lostFromTwo()
    story.poll(1, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
      [3, 'd'],
    ])
    story.send(0, 'x-0', [
      [2, 'f'],
      [3, 'g'],
    ])
    finalRead(story, [
      [0, 'a'],
      [1, 'b'],
      [2, 'f'],
      [3, 'g'],
    ])
    expect(story.check()).toEqual([])
    expect(story.anomalies({ excuses: [] })).toContain('inconsistent-offsets')
  })

  it('are found if both were acknowledged before the loss, or both after', () => {
    const before = new Scenario()
    before.send(0, 'x-0', [[0, 'a']])
    before.send(1, 'x-0', [[0, 'b']])
    before.losePower('x-0', 0, 1)
    expect(before.anomalies()).toEqual(['inconsistent-offsets'])
    const after = new Scenario()
    after.losePower('x-0', 0, 1)
    after.send(0, 'x-0', [[0, 'a']])
    after.send(1, 'x-0', [[0, 'b']])
    expect(after.only('inconsistent-offsets')).toHaveLength(1)
  })

  it('are found if the first was seen again after the loss', () => {
    const story = lostFromTwo()
    finalRead(story, [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    story.send(1, 'x-0', [[2, 'f']])
    expect(story.only('inconsistent-offsets')).toMatchObject([{ values: ['c', 'f'] }])
  })

  it('are found below the cut', () => {
    const story = lostFromTwo()
    story.send(1, 'x-0', [[1, 'f']])
    expect(story.only('inconsistent-offsets')).toMatchObject([{ values: ['b', 'f'] }])
  })

  it('may become three with a second loss, not with one', () => {
    const story = lostFromTwo()
    story.send(1, 'x-0', [[2, 'f']])
    story.losePower('x-0', 2, 3)
    story.send(2, 'x-0', [[2, 'g']])
    finalRead(story, [
      [0, 'a'],
      [1, 'b'],
      [2, 'g'],
    ])
    expect(story.check()).toEqual([])
    expect(story.only('inconsistent-offsets', { excuses: story.excuses.slice(0, 1) })).toHaveLength(1)
    expect(story.only('inconsistent-offsets', { excuses: story.excuses.slice(1) })).toHaveLength(1)
  })
})

describe('one value at two offsets', () => {
  it('is excused if a retry wrote anew what the loss had taken', () => {
    const story = new Scenario()
    story.send(1, 'x-0', [
      [0, 'a'],
      [1, 'b'],
    ])
    const token = story.beginSend(0, 'x-0', [[undefined, 'c']])
    story.poll(2, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    story.losePower('x-0', 1, 3)
    story.end(token, 'x-0', [[1, 'c']])
    finalRead(story, [
      [0, 'a'],
      [1, 'c'],
    ])
    expect(story.check()).toEqual([])
    expect(story.anomalies({ excuses: [] })).toContain('duplicate')
  })

  it('is found if both copies were there before the loss, or after it', () => {
    const before = new Scenario()
    before.send(0, 'x-0', [[0, 'a']])
    before.poll(1, 'x-0', [
      [0, 'a'],
      [1, 'a'],
    ])
    before.losePower('x-0', 0, 2)
    expect(before.anomalies()).toEqual(['duplicate'])
    const after = new Scenario()
    const token = after.beginSend(0, 'x-0', [[undefined, 'a']])
    after.losePower('x-0', 0, 2)
    after.end(token, 'x-0', [[0, 'a']])
    finalRead(after, [
      [0, 'a'],
      [1, 'a'],
    ])
    expect(after.anomalies()).toEqual(['duplicate'])
  })
})

describe('a consumer that had read beyond the cut', () => {
  it('may go back also if a retry writes what it had read anew at the same offset', () => {
    const story = new Scenario()
    const token = story.beginSend(0, 'x-0', [
      [undefined, 'a'],
      [undefined, 'b'],
    ])
    story.poll(1, 'x-0', [
      [0, 'a'],
      [1, 'b'],
    ])
    story.losePower('x-0', 0, 2)
    story.end(token, 'x-0', [
      [0, 'a'],
      [1, 'b'],
    ])
    story.poll(1, 'x-0', [
      [0, 'a'],
      [1, 'b'],
    ])
    finalRead(story, [
      [0, 'a'],
      [1, 'b'],
    ])
    expect(story.check()).toEqual([])
  })

  it('has not skipped what was written where there was a gap', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [0, 'a'],
      [2, 'b'],
    ])
    story.poll(1, 'x-0', [
      [0, 'a'],
      [2, 'b'],
    ])
    story.losePower('x-0', 1, 3)
    story.send(2, 'x-0', [[1, 'c']])
    finalRead(story, [
      [0, 'a'],
      [1, 'c'],
    ])
    expect(story.check()).toEqual([])
  })

  it('may go back after the loss, once', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    story.poll(1, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    story.losePower('x-0', 1, 3)
    story.poll(1, 'x-0', [[0, 'a']])
    expect(story.check()).toEqual([])
    expect(story.anomalies({ excuses: [] })).toEqual(['nonmonotonic-poll'])
    story.poll(1, 'x-0', [[0, 'a']])
    expect(story.anomalies()).toEqual(['nonmonotonic-poll'])
  })

  it('may go back within one poll that spans the loss', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    const poll = story.history.invoke(1, 'poll', { value: [] })
    story.losePower('x-0', 1, 3)
    const records = [
      [0, 'a'],
      [1, 'b'],
      [0, 'a'],
    ] as const
    story.history.ok(
      poll,
      records.map(([offset, value]) => ({ key: 'x-0', offset, value })),
    )
    expect(story.check()).toEqual([])
    expect(story.anomalies({ excuses: [] })).toContain('int-nonmonotonic-poll')
  })

  it('may skip ahead after the loss, and then shows nothing about what it skipped', () => {
    const story = new Scenario()
    story.assign(1, ['x-0'], 'beginning')
    story.send(0, 'x-0', [
      [0, 'a'],
      [1, 'b'],
    ])
    story.poll(1, 'x-0', [
      [0, 'a'],
      [1, 'b'],
    ])
    story.losePower('x-0', 1, 2)
    story.send(0, 'x-0', [
      [1, 'c'],
      [2, 'd'],
      [3, 'e'],
    ])
    story.poll(1, 'x-0', [[3, 'e']])
    expect(story.check({ readToTheEnd: false })).toEqual([])
  })

  it('may not, if it had read up to the cut only', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    story.poll(1, 'x-0', [[0, 'a']])
    story.losePower('x-0', 1, 3)
    story.poll(1, 'x-0', [[0, 'a']])
    expect(story.anomalies()).toEqual(['nonmonotonic-poll'])
  })

  it('may not before the loss, nor after it with what was written since', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    story.poll(1, 'x-0', [
      [0, 'a'],
      [1, 'b'],
    ])
    story.poll(1, 'x-0', [[1, 'b']])
    story.losePower('x-0', 1, 3)
    story.send(0, 'x-0', [[1, 'd']])
    story.poll(2, 'x-0', [
      [0, 'a'],
      [1, 'd'],
    ])
    story.poll(2, 'x-0', [[0, 'a']])
    expect(story.check()).toMatchObject([
      { anomaly: 'nonmonotonic-poll', offsets: [1, 1] },
      { anomaly: 'nonmonotonic-poll', offsets: [1, 0] },
    ])
  })

  it('leaves others free to pass over what is gone, but not over what is there', () => {
    const story = new Scenario()
    story.send(0, 'x-0', [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    story.poll(1, 'x-0', [[0, 'a']])
    story.losePower('x-0', 1, 3)
    story.send(0, 'x-0', [[2, 'd']])
    story.poll(1, 'x-0', [[2, 'd']])
    expect(story.check()).toEqual([])
    story.send(5, 'x-0', [
      [3, 'e'],
      [4, 'f'],
    ])
    story.poll(1, 'x-0', [[4, 'f']])
    expect(story.only('poll-skip')).toMatchObject([{ offsets: [3] }])
  })
})

describe('sends around a loss', () => {
  it('may land lower after it, and not otherwise', () => {
    const story = lostFromTwo()
    story.send(0, 'x-0', [[2, 'f']])
    finalRead(story, [
      [0, 'a'],
      [1, 'b'],
      [2, 'f'],
    ])
    expect(story.check()).toEqual([])
    expect(story.anomalies({ excuses: [] })).toContain('nonmonotonic-send')
    story.send(0, 'x-0', [[2, 'g']])
    expect(story.only('nonmonotonic-send')).toMatchObject([{ values: ['f', 'g'] }])
  })
})

it('a loss excuses no value that was changed, made up or refused', () => {
  const story = new Scenario()
  story.send(0, 'x-0', [
    [0, 'a'],
    [1, 'b'],
  ])
  story.send(1, 'x-0', [[undefined, 'c']], { type: 'fail' })
  story.losePower('x-0', 0, 2)
  story.poll(2, 'x-0', [
    [0, '?'],
    [1, 'c'],
  ])
  expect(story.anomalies()).toEqual(['unwritten-read', 'G1a'])
})
