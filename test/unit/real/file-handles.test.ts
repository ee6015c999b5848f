/** Many files through few handles of the system. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EXCESS_MAX } from '../../../src/real/file-handles.ts'
import { shareHandles } from '../../../src/real/process-limits.ts'
import { createRealWorld, type RealWorld } from '../../../src/real/world.ts'
import type { DiskFile } from '../../../src/world/disk.ts'

const FILES = 40

let directory: string
let world: RealWorld
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'samsa-handles-'))
  world = createRealWorld({ directory, onHalt: () => undefined, handles: { files: 3, accepted: 10 } })
})
afterEach(() => {
  world.close()
  rmSync(directory, { recursive: true, force: true })
})

const openFiles = (count = FILES): DiskFile[] =>
  Array.from({ length: count }, (_, index) => world.disk.open(`file-${index}`, { create: true }))
const synced = (file: DiskFile): Promise<unknown> => new Promise((resolve) => file.sync(resolve))

/** Handles of this process on files of the directory. */
function handles(): number {
  return readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith(directory)
    } catch {
      // The handle that listed them.
      return false
    }
  }).length
}

describe('files beyond the number of handles', () => {
  it.skipIf(!existsSync('/proc/self/fd'))('have none open once they are synced', async () => {
    const files = openFiles()
    for (const file of files) file.append([new Uint8Array(10)])
    for (const file of files) await synced(file)
    for (const file of files) await new Promise<void>((resolve) => file.read(0, new Uint8Array(1), () => resolve()))
    expect(handles()).toBeLessThanOrEqual(3)
  })

  it.skipIf(!existsSync('/proc/self/fd'))('have a bounded number open while nothing is synced', () => {
    const files = openFiles(EXCESS_MAX + 60)
    for (const file of files) file.append([new Uint8Array(10)])
    expect(handles()).toBeLessThanOrEqual(3 + EXCESS_MAX + 1)
  })

  it('keep what was appended to them in turn', async () => {
    const files = openFiles()
    for (let round = 0; round < 3; round++) {
      for (const [index, file] of files.entries()) file.append([Uint8Array.of(index, round)])
    }
    for (const [index, file] of files.entries()) {
      const into = new Uint8Array(10)
      const count = await new Promise<number>((resolve) => file.read(0, into, (_error, read) => resolve(read)))
      expect([...into.subarray(0, count)]).toEqual([index, 0, index, 1, index, 2])
    }
    for (const file of files) file.close()
    expect([...readFileSync(join(directory, 'file-7'))]).toEqual([7, 0, 7, 1, 7, 2])
  })

  it('can be read many at once', async () => {
    const files = openFiles()
    for (const [index, file] of files.entries()) file.append([new Uint8Array(1000).fill(index)])
    const reads = files.map((file) => {
      const into = new Uint8Array(1000)
      return new Promise<number>((resolve) => file.read(0, into, () => resolve(into[999]!)))
    })
    expect(await Promise.all(reads)).toEqual(files.map((_file, index) => index))
  })
})

describe('the handles of a process', () => {
  it('are shared out so that connections leave some to the files', () => {
    for (const openMax of [256, 1024, 20_000, 1_000_000]) {
      const { files, accepted } = shareHandles(openMax)
      expect(files).toBeGreaterThanOrEqual(8)
      expect(files + Math.min(files, EXCESS_MAX) + accepted).toBeLessThan(openMax)
    }
  })
})
