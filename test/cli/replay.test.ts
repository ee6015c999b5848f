import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { samsaInTests } from './samsa.ts'

const { run, start, path } = samsaInTests()

// The built package, for it is the built command that is compared with it.
const built = new URL('../../dist/index.js', import.meta.url)
const { generatePlan, mutants } = (await import(built.href)) as typeof import('../../src/index.ts')

test('a seed replays the same way every time: a timeline that ends with its hash', async () => {
  const [once, again] = await Promise.all([run('replay', '3'), run('replay', '3')])
  expect(once.stdout).toBe(again.stdout)
  expect(once.stdout).toMatch(/ s {2}#\d+ +broker +is ready/)
  expect(once.stdout).toMatch(/\nhash [0-9a-f]{16}\n$/)
})

test('the JSON of a replay is one object with the same hash', async () => {
  const [text, json] = await Promise.all([run('replay', '3'), run('replay', '3', '--json')])
  const result = JSON.parse(json.stdout)
  expect(text.stdout.endsWith(`hash ${result.hash}\n`)).toBe(true)
  expect(result).toMatchObject({ seed: 3, mutant: null, violations: expect.any(Array) })
  expect(result.events).toBeGreaterThan(0)
  expect(result.virtualMs).toBeGreaterThan(0)
  expect(json.code).toBe(text.code)
})

test('a plan in a file is the run of its seed, and names its mutant itself', async () => {
  const mutant = mutants[0]!.name
  writeFileSync(path('plan.json'), JSON.stringify(generatePlan(4, { mutant })))
  const [file, seed] = await Promise.all([
    run('replay', 'plan.json', '--json'),
    run('replay', '4', '--mutant', mutant, '--json'),
  ])
  expect(JSON.parse(file.stdout)).toEqual(JSON.parse(seed.stdout))
  expect(JSON.parse(file.stdout).mutant).toBe(mutant)
})

test('a file that is no plan is refused with the reason', async () => {
  writeFileSync(path('plan.json'), JSON.stringify({ ...generatePlan(4), version: 99 }))
  expect(await run('replay', 'plan.json')).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/is not a plan: .*99/),
  })
  writeFileSync(path('plan.json'), 'seed: 4')
  expect(await run('replay', 'plan.json')).toMatchObject({ code: 64, stderr: expect.stringMatching(/is not JSON/) })
})

test('a reader that goes away early is no error', async () => {
  const samsa = start(['replay', '3'])
  samsa.child.stdout?.destroy()
  expect((await samsa.ended).stderr).toBe('')
})

test('a caught mutant leaves a plan that replays to the same violation and hash', async () => {
  const only = 'kafka-3919-directory-not-synced'
  const hunt = await run('mutants', '--only', only, '--json', 'mutants.json')
  expect(hunt.code).toBe(0)
  const [caught] = JSON.parse(readFileSync(path('mutants.json'), 'utf8')).mutants
  expect(caught).toMatchObject({ name: only, caught: true, isMinimal: true, reproduced: 2 })
  expect(caught.faults).toBeLessThanOrEqual(3)
  expect(caught.operations).toBeLessThanOrEqual(10)
  const [, plan] = /npx samsa replay (\S+)/.exec(hunt.stdout) ?? []
  const replay = await run('replay', plan!, '--json')
  expect(JSON.parse(replay.stdout)).toMatchObject({ hash: caught.hash, mutant: only })
  expect(JSON.parse(replay.stdout).violations[0].invariant).toBe(caught.invariant)
  expect(replay.code).toBe(10)
})
