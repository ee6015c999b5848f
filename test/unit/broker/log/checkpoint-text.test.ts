import { describe, expect, it } from 'vitest'
import {
  encodeEpochCheckpoint,
  encodeOffsetCheckpoint,
  parseEpochCheckpoint,
  parseOffsetCheckpoint,
} from '../../../../src/broker/log/checkpoint-text.ts'
import { bytesOf, text } from './log-fixture.ts'

describe('offset checkpoints', () => {
  it('are text: a version, a count, and a topic, partition and offset a line', () => {
    const offsets = new Map([
      ['orders-0', 4711],
      ['a-b-12', 0],
    ])
    const bytes = encodeOffsetCheckpoint(offsets)
    expect(text(bytes)).toBe('0\n2\norders 0 4711\na-b 12 0\n')
    expect(parseOffsetCheckpoint(bytes)).toEqual(offsets)
  })

  it('may be empty', () => {
    expect(text(encodeOffsetCheckpoint(new Map()))).toBe('0\n0\n')
    expect(parseOffsetCheckpoint(bytesOf('0\n0\n'))).toEqual(new Map())
  })

  it('are read without a line feed at their end, as Kafka may leave them', () => {
    expect(parseOffsetCheckpoint(bytesOf('0\n1\norders 3 9'))).toEqual(new Map([['orders-3', 9]]))
  })

  it.each([
    ['an empty file', ''],
    ['another version', '1\n1\norders 0 1\n'],
    ['fewer entries than announced', '0\n2\norders 0 1\n'],
    ['more entries than announced', '0\n1\norders 0 1\norders 1 1\n'],
    ['a count that is none', '0\nx\norders 0 1\n'],
    ['an entry that is cut short', '0\n1\norders 0\n'],
    ['a negative offset', '0\n1\norders 0 -1\n'],
    ['an offset beyond 2^53', '0\n1\norders 0 9007199254740992\n'],
    ['a partition that is no number', '0\n1\norders x 1\n'],
    ['a page of zeros', '\0\0\0\0'],
  ])('are as good as none with %s', (_what, content) => {
    expect(parseOffsetCheckpoint(bytesOf(content))).toBeUndefined()
  })

  it('are as good as none with a byte that is not ASCII', () => {
    const bytes = bytesOf('0\n1\norders 0 1\n')
    bytes[4] = 0xc3
    expect(parseOffsetCheckpoint(bytes)).toBeUndefined()
  })
})

describe('leader-epoch checkpoints', () => {
  it('are text: a version, a count, and an epoch and its first offset a line', () => {
    const entries = [
      { epoch: 0, startOffset: 0 },
      { epoch: 3, startOffset: 120 },
    ]
    const bytes = encodeEpochCheckpoint(entries)
    expect(text(bytes)).toBe('0\n2\n0 0\n3 120\n')
    expect(parseEpochCheckpoint(bytes)).toEqual(entries)
  })

  it.each([
    ['epochs that do not increase', '0\n2\n3 0\n3 120\n'],
    ['offsets that decrease', '0\n2\n0 10\n3 9\n'],
    ['a negative epoch', '0\n1\n-1 0\n'],
    ['a third field', '0\n1\n0 0 0\n'],
    ['a torn end', '0\n2\n0 0\n3'],
  ])('are as good as none with %s', (_what, content) => {
    expect(parseEpochCheckpoint(bytesOf(content))).toBeUndefined()
  })
})
