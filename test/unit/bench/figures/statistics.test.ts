import { expect, test } from 'vitest'
import { differenceOf, medianInterval, medianOf, summaryOf } from '../../../../src/bench/figures/statistics.ts'

test('the median is the one in the middle, or lies between the two', () => {
  expect(medianOf([9, 1, 5])).toBe(5)
  expect(medianOf([9, 1, 5, 7])).toBe(6)
  expect(medianOf([3])).toBe(3)
})

test('a summary tells median and spread, and keeps the runs in their order', () => {
  expect(summaryOf([20, 10, 90])).toEqual({ median: 20, low: 10, high: 90, runs: [20, 10, 90] })
})

test('the interval of five samples is from the smallest to the largest, at fifteen in sixteen', () => {
  expect(medianInterval([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 1, high: 5, confidence: 0.9375 })
})

test('with more samples the interval leaves out as many at both ends as ninety percent allow', () => {
  const ten = medianInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  // 1 - 2 * (1 + 10) / 1024 for the second to the ninth; the third to the eighth would have 0.89 only.
  expect([ten.low, ten.high]).toEqual([2, 9])
  expect(ten.confidence).toBeCloseTo(0.97852, 4)
})

test('an interval that spans 1 is no difference; one that does not, says which is faster', () => {
  const five = (low: number, high: number) => medianInterval([low, 1.3, 1.2, 1.25, high])
  expect(differenceOf(five(0.98, 1.4))).toBe('no difference')
  expect(differenceOf(five(1.01, 1.4))).toBe('faster')
  expect(differenceOf(medianInterval([0.5, 0.6, 0.7, 0.8, 0.99]))).toBe('slower')
})

test('four runs are too few to say anything with ninety percent', () => {
  expect(differenceOf(medianInterval([2, 2.1, 2.2, 2.3]))).toBe('too few runs')
})
