import { describe, expect, it } from 'vitest'
import { offsetIndex, parseOffsetIndex, parseTimeIndex, timeIndex } from '../../../../src/broker/log/offset-index.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { hex } from './log-fixture.ts'

function bytesOfHex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(' ', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

describe('the offset index', () => {
  it('has 8 bytes an entry, relative offset and position, and finds the last entry at or below an offset', () => {
    const machine = new SimulatedMachine()
    const index = offsetIndex(machine.world.disk.open('a.index', { create: true }), 1000)
    index.append(1004, 300)
    index.append(1010, 700)
    expect(hex(machine.peek('a.index'))).toBe('000000040000012c' + '0000000a000002bc')
    expect([1003, 1004, 1009, 1010, 2000].map((offset) => index.valueAt(index.floor(offset)))).toEqual([
      ...[undefined, 300, 300, 700, 700],
    ])
    expect(parseOffsetIndex(machine.peek('a.index'), 1000, 701)).toEqual({ keys: [1004, 1010], values: [300, 700] })
  })

  it('goes without an entry that does not fit on the disk', () => {
    const machine = new SimulatedMachine()
    const index = offsetIndex(machine.world.disk.open('a.index', { create: true }), 0)
    machine.node.disk.capacityBytes = 4
    index.append(4, 300)
    machine.node.disk.capacityBytes = 1000
    index.append(9, 700)
    expect(parseOffsetIndex(machine.peek('a.index'), 0, 1000)).toEqual({ keys: [9], values: [700] })
    expect(index.entries).toBe(1)
  })

  describe('that is derived anew', () => {
    const entries = [
      [4, 300],
      [9, 700],
      [12, 900],
    ] as const

    function derive(inFile: readonly (readonly [number, number])[], capacityBytes: number): readonly number[][] {
      const machine = new SimulatedMachine()
      const index = offsetIndex(machine.world.disk.open('a.index', { create: true }), 0)
      for (const [offset, position] of inFile) index.append(offset, position)
      machine.node.disk.capacityBytes = capacityBytes
      index.deriveAnew(parseOffsetIndex(machine.peek('a.index'), 0, 1000))
      for (const [offset, position] of entries) index.append(offset, position)
      index.derived()
      expect(index.bytes).toBe(index.entries * 8)
      const { keys, values } = parseOffsetIndex(machine.peek('a.index'), 0, 1000)!
      return keys.map((key, at) => [key, values[at]!])
    }

    it('is not written where its file is right, so that a full disk takes nothing from it', () => {
      expect(derive(entries, 0)).toEqual(entries)
    })

    it.each([
      ['has nothing', []],
      ['ends early', entries.slice(0, 1)],
      ['goes on', [...entries, [20, 950]]],
      [
        'names another position',
        [
          [4, 300],
          [9, 701],
          [12, 900],
        ],
      ],
      [
        'misses an entry',
        [
          [4, 300],
          [12, 900],
          [20, 950],
        ],
      ],
    ] as const)('says what follows from the batches where its file %s', (_what, inFile) => {
      expect(derive(inFile, 1000)).toEqual(entries)
    })
  })

  it.each([
    ['a half entry at its end', '00000004 0000012c 0000000a'],
    ['zeros, as a file that was allocated ahead', '00000000 00000000 00000000 00000000'],
    ['zeros behind its entries', '00000004 0000012c 00000000 00000000'],
    ['offsets that do not increase', '00000004 0000012c 00000004 0000012d'],
    ['positions that do not increase', '00000004 0000012c 00000005 0000012c'],
    ['a negative offset', 'ffffffff 0000012c'],
    ['a position beyond the segment', '00000004 000003e8'],
  ])('is not believed with %s', (_what, content) => {
    expect(parseOffsetIndex(bytesOfHex(content), 0, 1000)).toBeUndefined()
  })
})

describe('the time index', () => {
  it('has 12 bytes an entry, timestamp and relative offset', () => {
    const machine = new SimulatedMachine()
    const index = timeIndex(machine.world.disk.open('a.timeindex', { create: true }), 1000)
    index.append(1_767_225_600_000, 1004)
    index.append(1_767_225_600_001, 1004)
    expect(hex(machine.peek('a.timeindex'))).toBe('0000019b76daa800' + '00000004' + '0000019b76daa801' + '00000004')
    expect(parseTimeIndex(machine.peek('a.timeindex'), 1000, 1005)).toEqual({
      keys: [1_767_225_600_000, 1_767_225_600_001],
      values: [1004, 1004],
    })
  })

  it.each([
    ['a half entry at its end', '0000000000000001 00000004 00000000'],
    ['timestamps that do not increase', '0000000000000001 00000004 0000000000000001 00000005'],
    ['offsets that decrease', '0000000000000001 00000004 0000000000000002 00000003'],
    ['a negative offset', '0000000000000001 ffffffff'],
    ['an offset beyond the segment', '0000000000000001 0000000a'],
    ['zeros behind its entries', '0000000000000001 00000004 0000000000000000 00000000'],
  ])('is not believed with %s', (_what, content) => {
    expect(parseTimeIndex(bytesOfHex(content), 0, 10)).toBeUndefined()
  })
})
