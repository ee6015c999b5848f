/** Every example runs as it stands, against the build, and prints what its header says. */

import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('../../examples', import.meta.url))
const names = readdirSync(folder).filter((name) => name.endsWith('.ts'))
const programs = names.filter((name) => !name.endsWith('.test.ts'))

test.for(programs)('%s prints what it says', async (name) => {
  const [, said] = /It prints:\n((?: \* {5}.*\n)+)/.exec(readFileSync(join(folder, name), 'utf8')) ?? []
  expect(said, 'the header has the lines that are printed').toBeDefined()
  const args = ['--import', 'tsx', join(folder, name)]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: join(folder, '..') })
  expect(stderr).toBe('')
  expect(stdout).toBe(said!.replaceAll(/^ \* {5}/gm, ''))
})

test('the list of examples has every one of them', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  expect([...readme.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]).sort()).toEqual(names.sort())
})
