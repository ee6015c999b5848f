import { expect, test } from 'vitest'
import { Histogram } from '../../../../src/bench/figures/histogram.ts'

const histogramOf = (values: Iterable<number>) => {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

test('a value is told within one percent, and never below what was recorded', () => {
  for (const value of [0, 1, 127, 128, 255, 256, 257, 1_000, 65_535, 65_536, 1_234_567, 3_600_000_000]) {
    // A larger one beside it, so that the histogram's largest does not stand in for the bucket.
    const histogram = histogramOf([value, 2 ** 35])
    expect(histogram.valueAt(5_000)).toBeGreaterThanOrEqual(value)
    expect(histogram.valueAt(5_000)).toBeLessThanOrEqual(value * 1.01)
  }
})

test('mean and largest are exact, and a percentile is never above the largest', () => {
  const histogram = histogramOf([1_000, 2_000, 70_001])
  expect(histogram.meanUs).toBeCloseTo(73_001 / 3)
  expect(histogram.maxUs).toBe(70_001)
  expect(histogram.valueAt(9_999)).toBe(70_001)
})

test('percentiles are those of the sorted samples', () => {
  const histogram = histogramOf(upTo(10_000))
  expect(Math.abs(histogram.valueAt(5_000) - 5_000)).toBeLessThanOrEqual(50)
  expect(Math.abs(histogram.valueAt(9_900) - 9_900)).toBeLessThanOrEqual(99)
})

test('a percentile beyond which fewer than ten samples lie is left out', () => {
  const names = (count: number) =>
    histogramOf(upTo(count))
      .percentiles()
      .map(({ name }) => name)
  expect(names(19)).toEqual([])
  expect(names(20)).toEqual(['p50'])
  expect(names(999)).toEqual(['p50', 'p75', 'p95'])
  expect(names(1_000)).toEqual(['p50', 'p75', 'p95', 'p99'])
  expect(names(100_000)).toHaveLength(6)
})

test('two histograms put together are that of all samples', () => {
  const together = histogramOf(upTo(500))
  together.add(histogramOf(upTo(2_000).slice(500)).data())
  expect(together.data()).toEqual(histogramOf(upTo(2_000)).data())
})

test('a duration beyond every bucket counts as the longest there is', () => {
  expect(histogramOf([2 ** 40]).maxUs).toBe(2 ** 36 - 1)
})

test('nothing recorded is zero, not an error', () => {
  const { meanUs, maxUs } = new Histogram()
  expect([meanUs, maxUs, new Histogram().valueAt(9_900), new Histogram().percentiles()]).toEqual([0, 0, 0, []])
})
