import { describe, expect, it } from 'vitest'
import { LeaderEpochs } from '../../../../src/broker/log/leader-epochs.ts'

const history = [
  { epoch: 2, startOffset: 10 },
  { epoch: 3, startOffset: 20 },
  { epoch: 7, startOffset: 50 },
]

describe('leader epochs', () => {
  it('are noted when they begin', () => {
    const epochs = new LeaderEpochs()
    expect(epochs.latest).toBeUndefined()
    expect(epochs.assign(0, 0)).toBe(true)
    expect(epochs.assign(0, 5)).toBe(false)
    expect(epochs.assign(4, 9)).toBe(true)
    expect(epochs.assign(-1, 12)).toBe(false)
    expect(epochs.entries).toEqual([
      { epoch: 0, startOffset: 0 },
      { epoch: 4, startOffset: 9 },
    ])
    expect(epochs.latest).toBe(4)
  })

  it('never decrease', () => {
    const epochs = new LeaderEpochs(history)
    expect(() => epochs.assign(6, 60)).toThrow('leader epochs in a log increase')
    expect(() => epochs.assign(8, 49)).toThrow('epochs start in the order of offsets')
  })

  it('are known for every offset', () => {
    const epochs = new LeaderEpochs(history)
    expect([9, 10, 19, 20, 49, 50, 1000].map((offset) => epochs.epochAt(offset))).toEqual([-1, 2, 2, 3, 3, 7, 7])
  })

  it('tell a follower where its epoch ended', () => {
    const epochs = new LeaderEpochs(history)
    expect(epochs.endOf(7, 80)).toEqual({ epoch: 7, endOffset: 80 })
    expect(epochs.endOf(3, 80)).toEqual({ epoch: 3, endOffset: 50 })
    expect(epochs.endOf(2, 80)).toEqual({ epoch: 2, endOffset: 20 })
  })

  it('tell a follower of an epoch that is not known here where the one before ended', () => {
    const epochs = new LeaderEpochs(history)
    expect(epochs.endOf(5, 80)).toEqual({ epoch: 3, endOffset: 50 })
  })

  it('have no end for an epoch that is above all, or where none is known', () => {
    expect(new LeaderEpochs(history).endOf(8, 80)).toBeUndefined()
    expect(new LeaderEpochs().endOf(0, 80)).toBeUndefined()
  })

  it('go with the offsets that are cut off at the end', () => {
    const epochs = new LeaderEpochs(history)
    expect(epochs.truncateFromEnd(51)).toBe(false)
    expect(epochs.truncateFromEnd(50)).toBe(true)
    expect(epochs.entries).toEqual(history.slice(0, 2))
  })

  it('go with the offsets that are deleted at the start, and the one that is cut begins there', () => {
    const epochs = new LeaderEpochs(history)
    expect(epochs.truncateFromStart(10)).toBe(false)
    expect(epochs.truncateFromStart(9)).toBe(false)
    expect(epochs.truncateFromStart(25)).toBe(true)
    expect(epochs.entries).toEqual([
      { epoch: 3, startOffset: 25 },
      { epoch: 7, startOffset: 50 },
    ])
    expect(epochs.truncateFromStart(50)).toBe(true)
    expect(epochs.entries).toEqual([{ epoch: 7, startOffset: 50 }])
  })
})
