/**
 * Plans on which the broker once broke a promise, each with its story: `regressions/*.json`. A plan is kept, never a seed
 * alone, which means something else once the generator has changed. Any of them can be told again:
 * `npx samsa replay test/chaos/regressions/NAME.json`.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { realSimulator } from '../../src/campaign/real-simulator.ts'
import { parsePlan } from '../../src/sim/plan/parse.ts'

const folder = new URL('regressions/', import.meta.url)
const kept = readdirSync(folder).filter((name) => name.endsWith('.json'))

describe('a plan that once broke a promise', () => {
  test.each(kept)('breaks none any more: %s', async (name) => {
    const json: unknown = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    expect(json).toMatchObject({ story: expect.stringMatching(/^[A-Z].+\.$/), broke: expect.any(String) })
    const parsed = parsePlan(json)
    if ('problem' in parsed) throw new Error(`${name}: ${parsed.problem}`)
    const { violations, struck } = await realSimulator().run(parsed.plan)
    expect(violations).toEqual([])
    // A fault that does not strike any more tests nothing: then the plan is to be made anew from its story.
    const strikes = [...struck.values()].reduce((sum, count) => sum + count, 0)
    expect(strikes).toBe(parsed.plan.faults.length + (parsed.plan.leftBroken?.length ?? 0))
  })
})
