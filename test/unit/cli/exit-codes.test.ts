import { expect, test } from 'vitest'
import { exitCodeFor } from '../../../src/cli/exit-codes.ts'

test('each kind of finding has its exit code', () => {
  expect(exitCodeFor([])).toBe(0)
  expect(exitCodeFor(['safety'])).toBe(10)
  expect(exitCodeFor(['liveness'])).toBe(11)
  expect(exitCodeFor([], 1)).toBe(12)
  expect(exitCodeFor(['simulator'])).toBe(70)
})

test('what casts doubt on the rest comes first', () => {
  expect(exitCodeFor(['liveness', 'safety'])).toBe(10)
  expect(exitCodeFor(['safety'], 1)).toBe(12)
  expect(exitCodeFor(['safety', 'simulator'], 1)).toBe(70)
})
