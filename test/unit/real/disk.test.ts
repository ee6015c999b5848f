import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRealWorld, type RealWorld } from '../../../src/real/world.ts'
import { start } from './child.ts'

describe('a directory as a disk', () => {
  let directory: string
  let world: RealWorld
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'samsa-disk-'))
    world = createRealWorld({ directory, onHalt: () => undefined })
  })
  afterEach(() => {
    world.close()
    rmSync(directory, { recursive: true, force: true })
  })

  it.skipIf(process.platform === 'win32')('an append that hits a limit part-way is cut back', async () => {
    const program = fileURLToPath(new URL('./programs/fill-up.ts', import.meta.url))
    const command = `ulimit -f 8; exec "${process.execPath}" --import tsx "${program}" "${directory}"`
    const output = await start('bash', ['-c', command]).output()
    expect(output).toBe('FULL torn=false size=3000\nsize=3500\n')
    const content = readFileSync(join(directory, 'log'))
    expect(content).toEqual(Buffer.concat([Buffer.alloc(3000, 1), Buffer.alloc(500, 3)]))
  })

  it.skipIf(!existsSync('/dev/full'))(
    'an append that cannot be undone is torn, and the file takes nothing more',
    () => {
      // This device refuses both to be written to and to be cut.
      symlinkSync('/dev/full', join(directory, 'log'))
      const file = world.disk.open('log', { create: false })
      for (let attempt = 0; attempt < 2; attempt++) {
        expect(() => file.append([new Uint8Array(10)])).toThrow(expect.objectContaining({ code: 'IO', torn: true }))
      }
      expect(() => file.truncate(0)).toThrow(expect.objectContaining({ torn: true }))
      expect(file.size).toBe(0)
    },
  )

  it('is made with its parents, and cannot be where a file is', () => {
    const deep = join(directory, 'a/b/c')
    const inner = createRealWorld({ directory: deep, onHalt: () => undefined })
    expect(existsSync(deep)).toBe(true)
    inner.close()
    writeFileSync(join(directory, 'file'), '')
    const open = () => createRealWorld({ directory: join(directory, 'file/sub'), onHalt: () => undefined })
    expect(open).toThrow(expect.objectContaining({ code: 'NOT_A_DIRECTORY' }))
  })

  it('lists a symbolic link as what it leads to, and as a file if it leads nowhere', () => {
    mkdirSync(join(directory, 'target'))
    symlinkSync(join(directory, 'target'), join(directory, 'link'))
    symlinkSync(join(directory, 'nowhere'), join(directory, 'dangling'))
    expect(world.disk.list('')).toEqual([
      { name: 'dangling', kind: 'file' },
      { name: 'link', kind: 'directory' },
      { name: 'target', kind: 'directory' },
    ])
  })

  it('keeps a handle of the system until what is under way on it is over', async () => {
    const file = world.disk.open('first', { create: true })
    file.append([new Uint8Array(8 << 20).fill(1)])
    const buffers = Array.from({ length: 4 }, () => new Uint8Array(8 << 20))
    const reads = buffers.map(
      (into) => new Promise<number>((resolve) => file.read(0, into, (_error, count) => resolve(count))),
    )
    file.close()
    // Would get the number of the closed handle, and with it the reads.
    const other = world.disk.open('second', { create: true })
    other.append([new Uint8Array(8 << 20).fill(2)])
    expect(await Promise.all(reads)).toEqual([8 << 20, 8 << 20, 8 << 20, 8 << 20])
    expect(buffers.every((into) => into[0] === 1 && into.at(-1) === 1)).toBe(true)
  })
})
