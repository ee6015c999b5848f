import { describe, expect, test } from 'vitest'
import { correctRules } from '../../../../src/broker/rules.ts'
import { LEADS } from '../../../../src/sim/invariants/cluster/l3-leadership.ts'
import { CONVERGES } from '../../../../src/sim/invariants/cluster/l4-convergence.ts'
import { newClusterInvariants } from '../../../../src/sim/invariants/cluster/table.ts'
import { newInvariants } from '../../../../src/sim/invariants/table.ts'
import { mutantNamed, mutants } from '../../../../src/sim/mutants/table.ts'
import { STARTS } from '../../../../src/sim/run/server.ts'

/** Each rule by its path in the book. */
function rulesIn(book: object, path = ''): ReadonlyMap<string, unknown> {
  const rules = new Map<string, unknown>()
  for (const [name, rule] of Object.entries(book)) {
    const isRoom = typeof rule === 'object' && rule !== null && !Array.isArray(rule)
    if (isRoom) for (const [inner, value] of rulesIn(rule, `${path}${name}.`)) rules.set(inner, value)
    else rules.set(path + name, rule)
  }
  return rules
}

describe('mutants', () => {
  test('are found by their names, and nobody by another', () => {
    for (const mutant of mutants) expect(mutantNamed(mutant.name)).toBe(mutant)
    expect(mutantNamed('correct')).toBeUndefined()
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  })

  test.each(mutants)('$name replaces one rule of the book and leaves the book itself alone', (mutant) => {
    const before = rulesIn(correctRules)
    const replaced = rulesIn(mutant.replace(correctRules))
    expect([...replaced.keys()]).toEqual([...before.keys()])
    expect([...before].filter(([path, rule]) => replaced.get(path) !== rule)).toHaveLength(1)
    expect(rulesIn(correctRules)).toEqual(before)
  })

  test.each(mutants)('$name tells its story and names promises that are watched', (mutant) => {
    expect(mutant.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/)
    expect(mutant.story).toMatch(/^[A-Z].*\.$/)
    expect([mutant.source, mutant.fault].every((text) => text.length > 5)).toBe(true)
    const watched = [...newInvariants(), ...newClusterInvariants()].map(({ name }) => name)
    watched.push(
      STARTS,
      LEADS,
      CONVERGES,
      'L2 everything is answered',
      'assertions of the broker hold',
      'the broker does not throw',
    )
    expect(mutant.invariants.length).toBeGreaterThan(0)
    expect(mutant.invariants.filter((name) => !watched.includes(name))).toEqual([])
  })
})
