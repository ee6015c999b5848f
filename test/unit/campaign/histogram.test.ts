import { expect, test } from 'vitest'
import { Histogram } from '../../../src/campaign/histogram.ts'

test('every value lies in the bounds of exactly one bar, and bars follow one another', () => {
  const values = [1, 2, 3, 5, 8, 100, 101, 4095, 4096, 4097, 1_000_000]
  const histogram = new Histogram()
  for (const value of values) histogram.add(value)
  const bars = histogram.bars()
  for (const bar of bars) {
    expect(values.filter((value) => value >= bar.from && value < bar.to)).toHaveLength(bar.count)
  }
  expect(bars.slice(1).every((bar, index) => bar.from === bars[index]!.to)).toBe(true)
  expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(values.length)
})

test('a histogram of nothing has no bars', () => {
  expect(new Histogram().bars()).toEqual([])
})
