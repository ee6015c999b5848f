import { expect, test } from 'vitest'
import { counted, duration, grouped, instant, shrunkBy } from '../../../src/reporters/figures.ts'

test('numbers are grouped in threes and nouns agree with them', () => {
  expect([0, 999, 1_000, 1_234_567].map(grouped)).toEqual(['0', '999', '1 000', '1 234 567'])
  expect([counted(0, 'seed'), counted(1, 'seed'), counted(2_000, 'seed')]).toEqual(['0 seeds', '1 seed', '2 000 seeds'])
})

test('durations are told in the unit that fits', () => {
  expect([0, 640, 12_340, 245_000, 12_000_000].map(duration)).toEqual([
    ...['0 ms', '640 ms', '12.3 s', '4 min 05 s', '3 h 20 min'],
  ])
})

test('virtual time is exact to the microsecond', () => {
  expect([0, 1, 12_345_678].map(instant)).toEqual(['0.000000 s', '0.000001 s', '12.345678 s'])
})

test('what a plan never had is not said to have shrunk', () => {
  const before = { faults: 1, operations: 0, steps: 0, settings: 3 }
  expect(shrunkBy(before, { ...before, settings: 0 })).toBe('1 fault → 1, 3 settings → 0')
})
