import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TimelineMap } from '../../../../src/broker/timeline/timeline-map.ts'

describe('a timeline map', () => {
  it('takes back what was not committed', () => {
    const map = new TimelineMap<string, number>()
    map.set(0, 'a', 1)
    map.set(1, 'b', 2)
    map.commitTo(0)
    map.set(2, 'a', 10)
    map.delete(3, 'a')
    map.set(4, 'c', 3)
    map.revertTo(2)
    expect([...map.entries()].sort()).toEqual([
      ['a', 10],
      ['b', 2],
    ])
    map.revertTo(0)
    expect([...map.entries()]).toEqual([['a', 1]])
  })

  it('takes back several changes of one record together', () => {
    const map = new TimelineMap<string, number>()
    map.set(5, 'a', 1)
    map.set(5, 'a', 2)
    map.set(5, 'b', 3)
    map.revertTo(4)
    expect(map.size).toBe(0)
  })

  it('keeps what was committed when asked to go further back', () => {
    const map = new TimelineMap<string, number>()
    map.set(0, 'a', 1)
    map.set(7, 'a', 2)
    map.commitTo(7)
    expect(() => map.revertTo(3)).toThrow('a committed change is never taken back')
    expect(map.get('a')).toBe(2)
  })

  it('refuses records out of order', () => {
    const map = new TimelineMap<string, number>()
    map.set(5, 'a', 1)
    expect(() => map.set(4, 'b', 1)).toThrow('records are applied in the order of their offsets')
  })

  it('does nothing for the removal of what is not there', () => {
    const map = new TimelineMap<string, number>()
    map.delete(9, 'a')
    map.set(1, 'a', 1)
    expect(map.get('a')).toBe(1)
  })

  it('is at every offset what the changes up to there make it', () => {
    const change = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      value: fc.option(fc.nat(9), { nil: undefined }),
      step: fc.nat(2),
      commitBack: fc.option(fc.nat(4), { nil: undefined, freq: 3 }),
    })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200, size: 'max' }), fc.nat(300), (changes, back) => {
        const map = new TimelineMap<string, number>()
        const states: Map<string, number>[] = []
        let [offset, committed] = [0, -1]
        let now = new Map<string, number>()
        for (const { key, value, step, commitBack } of changes) {
          for (let skipped = 0; skipped < step; skipped++) states[offset++] = new Map(now)
          now = new Map(now)
          if (value === undefined) {
            map.delete(offset, key)
            now.delete(key)
          } else {
            map.set(offset, key, value)
            now.set(key, value)
          }
          states[offset] = now
          if (commitBack !== undefined) {
            committed = Math.max(committed, offset - commitBack)
            map.commitTo(committed)
          }
        }
        const target = Math.max(committed, offset - back)
        map.revertTo(target)
        expect(new Map(map.entries())).toEqual(states[target] ?? new Map())
      }),
      { numRuns: 200 },
    )
  })
})
