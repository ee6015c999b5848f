/** The second Ctrl-C ends a command at once, and leaves nothing broken behind. */

import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Samsa, samsaInTests } from './samsa.ts'

const { start, path } = samsaInTests()

/** Interrupts twice, the second time when the first was understood. */
async function interruptTwice(samsa: Samsa): Promise<number | null> {
  samsa.child.kill('SIGINT')
  while (!samsa.stderr.includes('again ends')) await once(samsa.child.stderr!, 'data')
  samsa.child.kill('SIGINT')
  return (await samsa.ended).code
}

test('of a benchmark: no broker goes on, no data is left, and no half of a result', async () => {
  mkdirSync(path('temporary'))
  const json = ['--json', 'bench.json', '--report', 'report']
  const bench = start(['bench', ...json, '--seconds', '60'], { TMPDIR: path('temporary') })
  await once(bench.child.stderr!, 'data')
  expect(await interruptTwice(bench)).toBe(130)
  expect(readdirSync(path('temporary'))).toEqual([])
  expect(readdirSync(path('.'))).toEqual(['temporary'])
})

test('of a campaign: no half of a report', async () => {
  const chaos = start(['chaos', '--seeds', '1000000', '--jobs', '1', '--json', 'out.json'])
  await chaos.says(/Seeds from 1/)
  expect(await interruptTwice(chaos)).toBe(130)
  expect(existsSync(path('out.json'))).toBe(false)
})

test('of a broker: it starts again on its directory', async () => {
  const broker = start(['up', '--port', '0', '--dir', 'data'])
  await broker.says(/^ready/m)
  broker.child.kill('SIGINT')
  broker.child.kill('SIGTERM')
  expect([0, 130]).toContain((await broker.ended).code)
  const again = start(['up', '--port', '0', '--dir', 'data'])
  await again.says(/^ready/m)
})
