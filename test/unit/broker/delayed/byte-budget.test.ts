import { expect, it } from 'vitest'
import { ByteBudget } from '../../../../src/broker/delayed/byte-budget.ts'

it('what is taken is gone until it is given back', () => {
  const budget = new ByteBudget(10)
  expect(budget.tryTake(6)).toBe(6)
  expect(budget.tryTake(5)).toBeUndefined()
  budget.give(1)
  expect(budget.tryTake(5)).toBe(5)
  expect(budget.taken).toBe(10)
})

it('who waits is served in order, and not overtaken by one who wants less', () => {
  const budget = new ByteBudget(10)
  const served: string[] = []
  budget.tryTake(10)
  budget.takeLater(8, () => served.push('first'))
  budget.takeLater(2, () => served.push('second'))
  budget.give(5)
  expect([served, budget.tryTake(1)]).toEqual([[], undefined])
  budget.give(5)
  expect(served).toEqual(['first', 'second'])
})

it('who stops waiting lets the next one be served', () => {
  const budget = new ByteBudget(10)
  const served: string[] = []
  budget.tryTake(8)
  const leave = budget.takeLater(10, () => served.push('large'))
  budget.takeLater(2, () => served.push('small'))
  leave()
  leave()
  expect(served).toEqual(['small'])
})

it('who wants more than there is gets all there is', () => {
  const budget = new ByteBudget(10)
  const served: number[] = []
  expect(budget.tryTake(100)).toBe(10)
  budget.takeLater(100, (bytes) => served.push(bytes))
  budget.give(10)
  expect(served).toEqual([10])
})
