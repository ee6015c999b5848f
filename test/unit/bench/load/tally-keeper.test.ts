import { expect, test } from 'vitest'
import { TallyKeeper, tallyProblem } from '../../../../src/bench/load/tally-keeper.ts'

type Batch = readonly [partition: number, offset: number, crc: number, records: number, bytes: number]

const batches: readonly Batch[] = [
  [0, 0, 0xdead, 10, 1_000],
  [0, 10, 0xbeef, 10, 1_000],
  [1, 0, 0xdead, 10, 1_000],
]

const tallyOf = (counted: readonly Batch[]) => {
  const keeper = new TallyKeeper(2)
  for (const batch of counted) keeper.count(...batch)
  return keeper.tally()
}

test('the same batches in another order are the same tally', () => {
  expect(tallyProblem(tallyOf(batches), tallyOf([...batches].reverse()))).toBeUndefined()
  expect(tallyOf(batches).endOffsets).toEqual([20, 10])
})

test('a batch that is missing, doubled, changed or elsewhere is seen', () => {
  const [first, second, third] = batches as readonly [Batch, Batch, Batch]
  const changed: Batch = [0, 10, 0xbeee, 10, 1_000]
  const moved: Batch = [1, 10, 0xbeef, 10, 1_000]
  const swapped: readonly Batch[] = [[0, 0, 0xbeef, 10, 1_000], [0, 10, 0xdead, 10, 1_000], third]
  const others = [[first, third], [...batches, second], [first, changed, third], [first, moved, third], swapped]
  for (const other of others) expect(tallyProblem(tallyOf(batches), tallyOf(other))).toBeDefined()
})
