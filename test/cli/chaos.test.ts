import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { samsaInTests } from './samsa.ts'

const { run, start, path } = samsaInTests()

const readJson = (name: string) => JSON.parse(readFileSync(path(name), 'utf8'))

test('a small campaign says what struck, what came out and where the report is', async () => {
  const { code, stdout } = await run('chaos', '--seeds', '6', '--jobs', '2', '--json', 'out.json')
  expect(code).toBe(0)
  expect(stdout).toContain('No promise was broken.')
  expect(stdout).toContain('Faults that struck:')
  expect(stdout).toMatch(/Never happened: /)
  const [, page] = /^Report: (.+)$/m.exec(stdout) ?? []
  expect(readFileSync(path(page!), 'utf8')).toContain('<svg')
  const result = readJson('out.json')
  expect(result).toMatchObject({ seeds: 6, violations: [], hash: expect.stringMatching(/^[0-9a-f]{16}$/) })
  for (const name of ['events', 'virtualMs', 'wallMs']) expect(result[name]).toBeGreaterThan(0)
  expect(Object.keys(result.struck).length).toBeGreaterThan(0)
})

test('the hash of a campaign does not depend on the number of jobs, nor on running each seed twice', async () => {
  const campaign = (...args: string[]) => run('chaos', '--seeds', '5', '--from', '40', ...args)
  const runs = await Promise.all([
    campaign('--jobs', '1', '--json', 'one.json'),
    campaign('--jobs', '3', '--twice', '--json', 'three.json'),
  ])
  expect(runs[1].stdout).toContain('every seed ran the same way twice')
  expect(readJson('one.json').hash).toBe(readJson('three.json').hash)
})

test('a broken promise is told as a story with one command, which shows it again', async () => {
  const mutant = 'redpanda-3077-only-the-last-batch-is-remembered'
  const { code, stdout } = await run('chaos', '--seeds', '30', '--mutant', mutant, '--json', 'out.json')
  expect(code).toBe(10)
  const story = stdout.slice(stdout.indexOf('A PROMISE IS BROKEN')).split('\n\n')[0]!
  expect(story.trimEnd().split('\n').length).toBeLessThanOrEqual(12)
  const [, plan] = /Replay it: npx samsa replay (\S+)/.exec(story) ?? []
  const { violations, shrunk } = readJson('out.json')
  expect(violations[0]).toMatchObject({ mutant, kind: 'safety', invariant: expect.any(String) })
  expect(violations[0].plan).toEqual(readJson(plan!))
  const replay = await run('replay', plan!)
  expect(replay.stdout.endsWith(`hash ${shrunk.hash}\n`)).toBe(true)
  expect(replay.code).toBe(10)
})

test('a campaign with a time limit ends by itself', async () => {
  const { code, stdout } = await run('chaos', '--minutes', '0.01', '--jobs', '1')
  expect(stdout).toContain('as many as time allows')
  expect(code).toBe(0)
})

test('Ctrl-C ends a campaign with the report so far', async () => {
  const samsa = start(['chaos', '--seeds', '1000000', '--jobs', '1', '--json', 'out.json'])
  await samsa.says(/Seeds from 1/)
  samsa.child.kill('SIGINT')
  const { code, stdout } = await samsa.ended
  expect(stdout).toContain('The campaign was interrupted')
  expect(code).toBe(130)
  const { seeds, interrupted } = readJson('out.json')
  expect(interrupted).toBe(true)
  expect(seeds).toBeLessThan(1_000_000)
})

test('without d3-node there is a report all the same, without charts', async () => {
  const hook = `export const resolve = (name, context, next) => {
    if (name === 'd3-node') throw Object.assign(new Error('not there'), { code: 'ERR_MODULE_NOT_FOUND' })
    return next(name, context)
  }`
  const register = `import { register } from 'node:module'; register(${JSON.stringify(asModule(hook))})`
  const samsa = start(['chaos', '--seeds', '1', '--jobs', '1'], { NODE_OPTIONS: `--import ${asModule(register)}` })
  const { code, stdout } = await samsa.ended
  const [, page] = /^Report: (.+)$/m.exec(stdout) ?? []
  expect(existsSync(path(page!))).toBe(true)
  expect(readFileSync(path(page!), 'utf8')).toContain('d3-node is not installed')
  expect(code).toBe(0)
})

function asModule(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`
}
