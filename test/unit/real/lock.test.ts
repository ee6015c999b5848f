import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listsPosixLock } from '../../../src/real/java-lock.ts'
import { createRealWorld, type RealWorld } from '../../../src/real/world.ts'
import { crash, start, startProgram } from './child.ts'

const holdLock = new URL('./programs/hold-lock.ts', import.meta.url)
const java = 'java'
const hasJava = process.platform === 'linux' && spawnSync(java, ['-version']).status === 0

describe('the lock of a directory', () => {
  let directory: string
  const worlds: RealWorld[] = []
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'samsa-lock-'))
  })
  afterEach(() => {
    for (const world of worlds.splice(0)) world.close()
    rmSync(directory, { recursive: true })
  })

  /** A new life in this process tries to take the lock. */
  const tryLock = (path = directory) =>
    new Promise<string>((resolve) => {
      const world = createRealWorld({ directory: path, onHalt: () => undefined })
      worlds.push(world)
      world.disk.lock('', (error) => resolve(error?.code ?? 'held'))
    })

  it('is held against another process, until that process dies', async () => {
    const holder = startProgram(holdLock, directory)
    await holder.line('held')
    expect(await tryLock()).toBe('LOCKED')
    const second = startProgram(holdLock, directory)
    await second.line('LOCKED')
    await crash(second)
    expect(await tryLock()).toBe('LOCKED')
    await crash(holder)
    expect(await tryLock()).toBe('held')
  })

  it('is held against another life in the same process', async () => {
    expect(await tryLock()).toBe('held')
    expect(await tryLock()).toBe('LOCKED')
    worlds[0]?.close()
    expect(await tryLock()).toBe('held')
  })

  it('is the same by whichever path the directory is reached', async () => {
    expect(await tryLock()).toBe('held')
    expect(await tryLock(join(directory, '..', directory.split('/').at(-1) as string))).toBe('LOCKED')
  })

  it.skipIf(!hasJava)('that a Java process holds is honoured, until that process dies (needs java)', async () => {
    const program = fileURLToPath(new URL('./programs/HoldLock.java', import.meta.url))
    const holder = start(java, [program, join(directory, '.lock')])
    await holder.line('held')
    expect(await tryLock()).toBe('LOCKED')
    await crash(holder)
    expect(await tryLock()).toBe('held')
  })

  it('does not hinder the end of a process that holds nothing else', async () => {
    const source = `
      import { createRealWorld } from '${new URL('../../../src/real/world.ts', import.meta.url).href}'
      createRealWorld({ directory: ${JSON.stringify(directory)}, onHalt() {} }).disk.lock('', (error) => console.log(error ?? 'held'))`
    const path = join(directory, 'program.mts')
    writeFileSync(path, source)
    const tsx = import.meta.resolve('tsx')
    expect(await start(process.execPath, ['--import', tsx, path]).output()).toBe('held\n')
  })
})

describe('the list of locks that the system keeps', () => {
  const locks = `1: FLOCK  ADVISORY  WRITE 300 08:01:111 0 EOF
2: POSIX  ADVISORY  WRITE 400 fe:01:222 0 EOF
2: -> POSIX  ADVISORY  WRITE 401 fe:01:333 0 EOF
3: POSIX  ADVISORY  READ 500 103:1a2b3:444 128 128
`
  const device = (major: bigint, minor: bigint) =>
    ((major & 0xfffn) << 8n) | (minor & 0xffn) | ((minor & ~0xffn) << 12n)

  it.each([
    ['a record lock on the file', 0xfen, 1n, 222n, true],
    ['a record lock on a device with large numbers', 0x103n, 0x1a2b3n, 444n, true],
    ['a lock of another kind', 8n, 1n, 111n, false],
    ['a process that only waits', 0xfen, 1n, 333n, false],
    ['the same inode on another device', 0xfen, 2n, 222n, false],
    ['an inode that has the same beginning', 0xfen, 1n, 22n, false],
  ] as const)('%s', (_case, major, minor, inode, isListed) => {
    expect(listsPosixLock(locks, device(major, minor), inode)).toBe(isListed)
  })

  it('may be empty', () => {
    expect(listsPosixLock('', 1n, 1n)).toBe(false)
  })
})
