import { expect, it } from 'vitest'
import { MatchTable } from '../../../src/compression/match-table.ts'

/** What the table stands for: one position for each of 2^14 slots. */
function plainTable() {
  const positions = new Int32Array(1 << 14).fill(-1)
  return (slot: number, position: number): number => {
    const last = positions[slot]!
    positions[slot] = position
    return last
  }
}

it.each([0, 1, 40, 2000, 4096, 4097, 20_000])('finds what a table of all slots finds in %i bytes', (inputBytes) => {
  const table = new MatchTable(inputBytes)
  const exchange = plainTable()
  let word = 1
  for (let position = 0; position < inputBytes; position++) {
    word = (Math.imul(word, 1_103_515_245) + 12_345) | 0
    // Every second word is one of a few, so that slots are met again; the others fill the table.
    const slot = MatchTable.slotOf(Math.imul(position % 2 === 0 ? word & 0x3f : word, 0x9e37_79b1))
    if (table.exchange(slot, position) !== exchange(slot, position)) expect.fail(`another answer at ${position}`)
  }
})

it('takes every slot there is', () => {
  const table = new MatchTable(4096)
  expect(table.exchange(MatchTable.slotOf(0xffff_ffff), 4095)).toBe(-1)
  expect(table.exchange(16_383, 0)).toBe(4095)
  expect(table.exchange(0, 4095)).toBe(-1)
  expect(table.exchange(0, 1)).toBe(4095)
})
