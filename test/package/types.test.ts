/** What a user's compiler makes of the package: the same under both kinds of module resolution, without any `any`. */

import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newFolder, pack, printed, root, unpack } from './packed.ts'

const { folder, remove } = newFolder()
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

beforeAll(async () => {
  await unpack((await pack(folder)).file, folder)
  // Those that a user of matchers has of their own.
  for (const name of ['vitest', '@types'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  mkdirSync(join(folder, 'src'))
  for (const name of ['uses-samsa.ts', 'uses-matchers.ts'])
    copyFileSync(new URL(`fixtures/${name}`, import.meta.url), join(folder, 'src', name))
}, 120_000)
afterAll(remove)

test.for([
  ['nodenext', 'nodenext', 'uses-samsa.ts', ['node'], false],
  // Without the types of Node, too, which not every project has.
  ['esnext', 'bundler', 'uses-samsa.ts', [], false],
  // vitest's own declarations are not ours to check.
  ['nodenext', 'nodenext', 'uses-matchers.ts', ['node'], true],
  ['esnext', 'bundler', 'uses-matchers.ts', ['node'], true],
] as const)('modules %s, resolution %s: %s compiles', async ([module, moduleResolution, file, types, skipLibCheck]) => {
  const compilerOptions = {
    ...{ module, moduleResolution, skipLibCheck, noEmit: true, strict: true, target: 'es2022' },
    ...{ lib: ['es2023', 'esnext.disposable'], types },
  }
  const config = join(folder, `tsconfig.${moduleResolution}.${file}.json`)
  writeFileSync(config, JSON.stringify({ compilerOptions, files: [`src/${file}`] }))
  // The compiler prints what is wrong, and fails.
  const said = await printed(process.execPath, [tsc, '-p', config], folder).catch(
    (error: { stdout?: string }) => error.stdout,
  )
  expect(said).toBe('')
})
