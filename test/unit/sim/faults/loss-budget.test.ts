import { describe, expect, test } from 'vitest'
import { LossBudget } from '../../../../src/sim/faults/loss-budget.ts'
import { generatePlan } from '../../../../src/sim/plan/generate.ts'
import type { NodeRole } from '../../../../src/sim/plan/plan.ts'

function budget(roles: readonly (readonly NodeRole[])[], writesRecords = false): LossBudget {
  const nodes = roles.map((of, index) => ({ id: index + 1, roles: of }))
  return new LossBudget({ ...generatePlan(1), nodes }, writesRecords)
}

const controllers = (count: number) => Array.from({ length: count }, (): readonly NodeRole[] => ['controller'])

describe('disks may be lost', () => {
  test('of a minority of the controllers, each once', () => {
    const of5 = budget(controllers(5))
    expect([1, 2, 2, 3, 4].map((node) => of5.takeDisk(node))).toEqual([true, true, false, false, false])
    const of3 = budget(controllers(3))
    expect([9, 3, 1].map((node) => of3.takeDisk(node))).toEqual([false, true, false])
    expect(budget(controllers(1)).takeDisk(1)).toBe(false)
  })

  test('of brokers only where nobody counts on records, and never of the last one', () => {
    const two: readonly (readonly NodeRole[])[] = [['controller'], ['broker'], ['broker']]
    const administered = budget(two)
    expect([2, 3].map((node) => administered.takeDisk(node))).toEqual([true, false])
    expect(budget(two, true).takeDisk(2)).toBe(false)
  })

  test('of a node in both roles only where neither forbids it', () => {
    const both: readonly NodeRole[] = ['controller', 'broker']
    expect(budget([both, ['controller'], ['controller']]).takeDisk(1)).toBe(false)
    expect(budget([both, both, ['controller']]).takeDisk(1)).toBe(true)
  })
})
