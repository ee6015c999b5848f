import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { removePath } from '../../../src/real/removal.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'samsa-removal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const LARGE = Buffer.alloc(2 * 1024 * 1024)

/** Handles of this process on files that have no name any more; only Linux lists them, so the test that asks is left out elsewhere. */
function handlesOnRemoved(): number {
  return readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith(folder)
    } catch {
      return false
    }
  }).length
}

test.skipIf(process.platform !== 'linux')('a large file is gone at once, and nothing holds it in the end', async () => {
  mkdirSync(join(folder, 'orders-0'))
  for (const name of ['0.log', '1.log']) writeFileSync(join(folder, 'orders-0', name), LARGE)
  writeFileSync(join(folder, 'orders-0', '0.index'), 'small')
  removePath(join(folder, 'orders-0'))
  expect(readdirSync(folder)).toEqual([])
  await vi.waitFor(() => expect(handlesOnRemoved()).toBe(0))
})

test('a single file is removed, whatever its size', () => {
  writeFileSync(join(folder, 'large'), LARGE)
  writeFileSync(join(folder, 'small'), '')
  removePath(join(folder, 'large'))
  removePath(join(folder, 'small'))
  expect(readdirSync(folder)).toEqual([])
})

test('what is not there cannot be removed', () => {
  expect(() => removePath(join(folder, 'nothing'))).toThrow('ENOENT')
})
