/** The package, packed and installed into an empty project, on every version of Node that is at hand. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesBelow, install, installedPackages, newFolder, pack, printed, root } from './packed.ts'

const PACKAGES_MAX = 15
const BYTES_MAX = 15 * 1024 * 1024

const { folder, remove } = newFolder()
const project = join(folder, 'project')
const cli = join(project, 'node_modules', 'samsa', 'bin', 'samsa.js')
let paths: readonly string[] = []
let whyNot: string | undefined

beforeAll(async () => {
  const packed = await pack(folder)
  paths = packed.paths
  whyNot = await install(packed.file, project)
  if (whyNot === undefined) {
    copyFileSync(new URL('programs/use-cluster.mjs', import.meta.url), join(project, 'use-cluster.mjs'))
  }
}, 300_000)
afterAll(remove)

test('the package has what it runs from, and nothing of how it is made', () => {
  for (const path of [
    'bin/samsa.js',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/vitest/index.js',
    'README.md',
    'LICENSE',
  ])
    expect(paths).toContain(path)
  expect(
    paths.filter((path) => !/^(bin|dist)\/|^(README|CHANGELOG)\.md$|^LICENSE$|^package\.json$/.test(path)),
  ).toEqual([])
  expect(paths.filter((path) => /tsbuildinfo|\.test\.|(?<!\.d)\.ts$/.test(path))).toEqual([])
})

describe('installed into an empty project', () => {
  test('it brings few packages and few bytes', ({ skip }) => {
    skip(whyNot !== undefined, whyNot)
    expect(installedPackages(project).length).toBeLessThanOrEqual(PACKAGES_MAX)
    expect(bytesBelow(join(project, 'node_modules'))).toBeLessThanOrEqual(BYTES_MAX)
    // What only tests, charts or micro-benchmarks want is not among them.
    expect(installedPackages(project)).not.toContain('vitest')
    expect(installedPackages(project)).not.toContain('d3-node')
  })

  test.for([
    ['this Node', process.execPath],
    ['SAMSA_NODE_22', process.env['SAMSA_NODE_22']],
    ['SAMSA_NODE_24', process.env['SAMSA_NODE_24']],
  ] as const)('it runs on %s: the command, a broker, a cluster in a program', async ([name, node], { skip }) => {
    skip(whyNot !== undefined, whyNot)
    if (!node) return skip(`${name} does not name an executable of Node`)
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(await printed(node, [cli, '--version'], project)).toBe(`${version}\n`)
    expect(await printed(node, ['use-cluster.mjs'], project)).toBe('1 record of a\n')
    const up = spawn(node, [cli, 'up', '--port', '0', '--dir', `data-${name.replace(' ', '-')}`], { cwd: project })
    try {
      const [line] = (await once(up.stdout, 'data')) as [Buffer]
      const [, port] = /^ready 127\.0\.0\.1:(\d+)\n$/.exec(line.toString()) ?? []
      const socket = createConnection(Number(port), '127.0.0.1')
      await once(socket, 'connect')
      socket.destroy()
    } finally {
      const closed = once(up, 'close')
      up.kill('SIGTERM')
      expect(await closed).toEqual([0, null])
    }
  })
})
