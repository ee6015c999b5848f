/** The contract of `Disk` as far as every kind of disk can be made to show it. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DiskError, type DiskLock, type DiskVolume } from '../../src/world/disk.ts'
import type { World } from '../../src/world/world.ts'
import { answer, bytesOf, contentOf, readAt, readFile, textOf, thrownBy, writeFile } from './answers.ts'
import type { Arm, ArmKind } from './arm.ts'

/** The code of the `DiskError` that `call` throws. */
function codeOf(call: () => unknown): string | undefined {
  const thrown = thrownBy(call)
  expect(thrown).toBeInstanceOf(DiskError)
  return thrown instanceof DiskError ? thrown.code : undefined
}

export function diskSuite(kind: ArmKind): void {
  let arm: Arm
  let world: World
  beforeEach(() => {
    arm = kind.begin()
    world = arm.world()
  })
  afterEach(() => arm.end())

  describe('disk: files', () => {
    it('what is appended can be read back, in order, anywhere', async () => {
      const file = world.disk.open('log', { create: true })
      expect(file.path).toBe('log')
      expect(file.size).toBe(0)
      file.append([bytesOf('one '), bytesOf('two '), new Uint8Array(0), bytesOf('three ')])
      file.append([])
      file.append([bytesOf('four')])
      expect(file.size).toBe(18)
      expect(await contentOf(arm, file)).toBe('one two three four')
      expect(textOf(await readAt(arm, file, 4, 3))).toBe('two')
      file.close()
    })

    it('the parts of an append are free when it returns', async () => {
      const file = world.disk.open('log', { create: true })
      const part = bytesOf('before')
      file.append([part])
      part.fill(0)
      expect(await contentOf(arm, file)).toBe('before')
    })

    it('a read is cut short only by the end of the file', async () => {
      const file = world.disk.open('log', { create: true })
      file.append([bytesOf('0123456789')])
      expect(textOf(await readAt(arm, file, 6, 100))).toBe('6789')
      expect(await readAt(arm, file, 10, 5)).toHaveLength(0)
      expect(await readAt(arm, file, 1000, 5)).toHaveLength(0)
      expect(await readAt(arm, file, 3, 0)).toHaveLength(0)
    })

    it('an append of thousands of parts and megabytes is read back whole', async () => {
      const file = world.disk.open('log', { create: true })
      const parts = Array.from({ length: 3000 }, (_, index) => new Uint8Array(1 + (index % 1500)).fill(index & 0xff))
      const expected = Buffer.concat(parts)
      file.append(parts)
      expect(file.size).toBe(expected.length)
      expect(Buffer.compare(await readAt(arm, file, 0, file.size), expected)).toBe(0)
      const middle = await readAt(arm, file, 65_530, 131_100)
      expect(Buffer.compare(middle, expected.subarray(65_530, 65_530 + 131_100))).toBe(0)
    })

    it('a file keeps what was appended when it is opened again, and goes on at its end', async () => {
      writeFile(world, 'log', 'first ')
      const file = world.disk.open('log', { create: true })
      expect(file.size).toBe(6)
      file.append([bytesOf('second')])
      file.close()
      expect(await readFile(arm, world, 'log')).toBe('first second')
    })

    it('a file that is cut is shorter, and the next append follows the cut', async () => {
      const file = world.disk.open('log', { create: true })
      file.append([bytesOf('keep this, lose that')])
      file.truncate(9)
      expect(file.size).toBe(9)
      expect(await contentOf(arm, file)).toBe('keep this')
      file.append([bytesOf(' and more')])
      expect(await contentOf(arm, file)).toBe('keep this and more')
      file.truncate(18)
      file.truncate(0)
      expect(file.size).toBe(0)
      file.append([bytesOf('anew')])
      file.close()
      expect(await readFile(arm, world, 'log')).toBe('anew')
    })

    it('a cut across pages leaves no old byte behind what is appended later', async () => {
      const file = world.disk.open('log', { create: true })
      file.append([new Uint8Array(200_000).fill(1)])
      file.truncate(70_001)
      file.append([new Uint8Array(100_000).fill(2)])
      const content = await readAt(arm, file, 0, 300_000)
      expect(content).toHaveLength(170_001)
      expect(content.subarray(0, 70_001).every((byte) => byte === 1)).toBe(true)
      expect(content.subarray(70_001).every((byte) => byte === 2)).toBe(true)
    })

    it('reads, syncs and appends may be under way at once', async () => {
      const file = world.disk.open('log', { create: true })
      file.append([bytesOf('abcdefgh')])
      const buffers = Array.from({ length: 8 }, () => new Uint8Array(1))
      let answers = 0
      for (const [index, into] of buffers.entries()) {
        file.read(index, into, (error, count) => {
          expect([error, count]).toEqual([undefined, 1])
          answers++
        })
        file.sync((error) => {
          expect(error).toBeUndefined()
          answers++
        })
        file.append([bytesOf('x')])
      }
      await arm.until('all answers', () => answers === 16)
      expect(buffers.map(textOf).join('')).toBe('abcdefgh')
      expect(await contentOf(arm, file)).toBe('abcdefghxxxxxxxx')
    })

    it('a sync answers, also when there is nothing to do', async () => {
      const file = world.disk.open('log', { create: true })
      expect((await answer(arm, (done) => file.sync(done))).error).toBeUndefined()
      file.append([bytesOf('data')])
      expect((await answer(arm, (done) => file.sync(done))).error).toBeUndefined()
    })

    it('a closed file takes no more; what was under way still completes', async () => {
      const file = world.disk.open('log', { create: true })
      file.append([bytesOf('data')])
      const into = new Uint8Array(4)
      const read = answer<DiskError, number>(arm, (done) => {
        file.read(0, into, done)
        file.close()
        file.close()
      })
      expect(await read).toEqual({ error: undefined, value: 4 })
      expect(textOf(into)).toBe('data')
      expect(codeOf(() => file.append([bytesOf('more')]))).toBe('CLOSED')
      expect(codeOf(() => file.truncate(0))).toBe('CLOSED')
      expect((await answer<DiskError, number>(arm, (done) => file.read(0, into, done))).error?.code).toBe('CLOSED')
      expect((await answer<DiskError>(arm, (done) => file.sync(done))).error?.code).toBe('CLOSED')
      expect(await readFile(arm, world, 'log')).toBe('data')
    })
  })

  describe('disk: names', () => {
    it('a directory is made with its parents, and making it again is harmless', () => {
      world.disk.makeDirectory('a/b/c')
      world.disk.makeDirectory('a/b')
      expect(world.disk.list('a')).toEqual([{ name: 'b', kind: 'directory' }])
      expect(world.disk.list('a/b/c')).toEqual([])
    })

    it('entries are listed in the order of their code units', () => {
      for (const name of ['b', 'a-10', 'B', 'a-9', '\u{1F600}', '￮', 'é']) writeFile(world, name, '')
      world.disk.makeDirectory('a')
      const names = world.disk.list('').map(({ name }) => name)
      expect(names).toEqual(['B', 'a', 'a-10', 'a-9', 'b', 'é', '\u{1F600}', '￮'])
      expect(world.disk.list('').find(({ name }) => name === 'a')?.kind).toBe('directory')
      expect(world.disk.list('').find(({ name }) => name === 'b')?.kind).toBe('file')
    })

    it('a file that does not exist is not found, nor one in a directory that does not', () => {
      expect(codeOf(() => world.disk.open('none', { create: false }))).toBe('NOT_FOUND')
      expect(codeOf(() => world.disk.open('none/log', { create: true }))).toBe('NOT_FOUND')
      expect(codeOf(() => world.disk.list('none'))).toBe('NOT_FOUND')
      expect(codeOf(() => world.disk.remove('none'))).toBe('NOT_FOUND')
      expect(codeOf(() => world.disk.rename('none', 'other'))).toBe('NOT_FOUND')
    })

    it('a renamed file takes the place of another, with its content', async () => {
      writeFile(world, 'checkpoint.tmp', 'new')
      writeFile(world, 'checkpoint', 'old and longer')
      world.disk.rename('checkpoint.tmp', 'checkpoint')
      expect(world.disk.list('')).toEqual([{ name: 'checkpoint', kind: 'file' }])
      expect(await readFile(arm, world, 'checkpoint')).toBe('new')
      world.disk.rename('checkpoint', 'checkpoint')
      expect(await readFile(arm, world, 'checkpoint')).toBe('new')
    })

    it('a rename that fails leaves both names as they were', async () => {
      writeFile(world, 'file', 'content')
      expect(codeOf(() => world.disk.rename('file', 'none/file'))).toBe('NOT_FOUND')
      expect(codeOf(() => world.disk.rename('none', 'file'))).toBe('NOT_FOUND')
      expect(await readFile(arm, world, 'file')).toBe('content')
    })

    it('a renamed directory takes along what is in it', async () => {
      world.disk.makeDirectory('topic-0/deep')
      writeFile(world, 'topic-0/deep/log', 'content')
      world.disk.makeDirectory('trash')
      world.disk.rename('topic-0', 'trash/topic-0-delete')
      expect(world.disk.list('')).toEqual([{ name: 'trash', kind: 'directory' }])
      expect(await readFile(arm, world, 'trash/topic-0-delete/deep/log')).toBe('content')
    })

    it('nothing is renamed onto a directory, not even an empty one', () => {
      writeFile(world, 'file', '')
      world.disk.makeDirectory('empty')
      world.disk.makeDirectory('other')
      expect(codeOf(() => world.disk.rename('file', 'empty'))).toBe('EXISTS')
      expect(codeOf(() => world.disk.rename('other', 'empty'))).toBe('EXISTS')
      expect(world.disk.list('').map(({ name }) => name)).toEqual(['empty', 'file', 'other'])
    })

    it('a directory does not take the place of a file', () => {
      writeFile(world, 'file', '')
      world.disk.makeDirectory('directory')
      expect(codeOf(() => world.disk.rename('directory', 'file'))).toBe('NOT_A_DIRECTORY')
    })

    it('a file is no directory, and a directory is no file', () => {
      writeFile(world, 'file', '')
      world.disk.makeDirectory('directory')
      expect(codeOf(() => world.disk.list('file'))).toBe('NOT_A_DIRECTORY')
      expect(codeOf(() => world.disk.open('file/log', { create: true }))).toBe('NOT_A_DIRECTORY')
      expect(codeOf(() => world.disk.makeDirectory('file'))).toBe('EXISTS')
      expect(codeOf(() => world.disk.open('directory', { create: true }))).toBe('EXISTS')
    })

    it('a file, or a directory with everything below it, is removed', () => {
      writeFile(world, 'file', 'content')
      world.disk.makeDirectory('tree/branch')
      writeFile(world, 'tree/branch/leaf', 'content')
      world.disk.remove('file')
      world.disk.remove('tree')
      expect(world.disk.list('')).toEqual([])
      writeFile(world, 'file', '')
      expect(world.disk.open('file', { create: false }).size).toBe(0)
    })

    it('a directory can be synced, and one that does not exist is not found', async () => {
      world.disk.makeDirectory('directory')
      writeFile(world, 'directory/log', 'content')
      const sync = (path: string) => answer<DiskError>(arm, (done) => world.disk.syncDirectory(path, done))
      expect((await sync('directory')).error).toBeUndefined()
      expect((await sync('')).error).toBeUndefined()
      expect((await sync('none')).error?.code).toBe('NOT_FOUND')
      expect((await sync('directory/log')).error?.code).toBe('NOT_A_DIRECTORY')
    })

    it('no path leads out of the root', () => {
      for (const path of ['..', '../other', 'a/../../b', '/etc', 'a//b', './a', 'a/']) {
        expect(
          thrownBy(() => world.disk.open(path, { create: true })),
          path,
        ).toBeInstanceOf(Error)
        expect(
          thrownBy(() => world.disk.remove(path)),
          path,
        ).toBeInstanceOf(Error)
      }
      expect(thrownBy(() => world.disk.remove(''))).toBeInstanceOf(Error)
    })
  })

  describe('disk: locks', () => {
    const lock = (inWorld: World, path: string) =>
      answer<DiskError, DiskLock>(arm, (done) => inWorld.disk.lock(path, done))

    it('a directory is locked once, until it is released', async () => {
      world.disk.makeDirectory('logs')
      const first = await lock(world, 'logs')
      expect(first.error).toBeUndefined()
      const second = await lock(world, 'logs')
      expect(second.error?.code).toBe('LOCKED')
      expect(second.value).toBeUndefined()
      expect(world.disk.list('logs')).toEqual([{ name: '.lock', kind: 'file' }])
      first.value.release()
      first.value.release()
      expect((await lock(world, 'logs')).error).toBeUndefined()
    })

    it('a lock that was released twice is not taken from its next holder', async () => {
      const first = await lock(world, '')
      first.value.release()
      await lock(world, '')
      first.value.release()
      expect((await lock(world, '')).error?.code).toBe('LOCKED')
    })

    it('of two that ask at once, one gets the lock', async () => {
      const outcomes: (string | undefined)[] = []
      for (let asked = 0; asked < 2; asked++) world.disk.lock('', (error) => outcomes.push(error?.code))
      await arm.until('both answers', () => outcomes.length === 2)
      expect(outcomes.sort()).toEqual(['LOCKED', undefined])
    })

    it('directories are locked independently of one another', async () => {
      for (const path of ['one', 'two', 'one/inner']) {
        world.disk.makeDirectory(path)
        expect((await lock(world, path)).error).toBeUndefined()
      }
    })

    it('the end of a life releases its locks', async () => {
      await lock(world, '')
      arm.kill(world)
      expect((await lock(arm.world(), '')).error).toBeUndefined()
    })

    it('a directory that does not exist cannot be locked', async () => {
      expect((await lock(world, 'none')).error?.code).toBe('NOT_FOUND')
    })
  })

  describe('disk: volume', () => {
    it('its size and what is left of it are told, as far as it has a bound', async () => {
      const { error, value } = await answer<DiskError, DiskVolume>(arm, (done) => world.disk.measure(done))
      expect(error).toBeUndefined()
      const { totalBytes, usableBytes } = value
      if (totalBytes === -1) expect(usableBytes).toBe(-1)
      else expect(usableBytes).toBeGreaterThanOrEqual(0)
      expect(usableBytes).toBeLessThanOrEqual(totalBytes)
      expect(Number.isSafeInteger(totalBytes) && Number.isSafeInteger(usableBytes)).toBe(true)
    })
  })

  fullDiskSuite(kind)
}

function fullDiskSuite({ begin, smallDisks }: ArmKind): void {
  describe('disk: full', () => {
    if (smallDisks !== true) {
      it.skip(`an append that does not fit leaves the file as it was (${smallDisks.reason})`)
      return
    }
    let arm: Arm
    let world: World
    beforeEach(() => {
      arm = begin({ diskBytes: 1000 })
      world = arm.world()
    })
    afterEach(() => arm.end())

    it('what is left is told, and is what can be appended', async () => {
      const measured = async (): Promise<DiskVolume> =>
        (await answer<DiskError, DiskVolume>(arm, (done) => world.disk.measure(done))).value
      expect(await measured()).toEqual({ totalBytes: 1000, usableBytes: 1000 })
      const file = world.disk.open('log', { create: true })
      file.append([new Uint8Array(600)])
      expect(await measured()).toEqual({ totalBytes: 1000, usableBytes: 400 })
      expect(codeOf(() => file.append([new Uint8Array(401)]))).toBe('FULL')
      file.append([new Uint8Array(400)])
      expect(await measured()).toEqual({ totalBytes: 1000, usableBytes: 0 })
      file.truncate(100)
      expect(await measured()).toEqual({ totalBytes: 1000, usableBytes: 900 })
    })

    it('an append that does not fit leaves the file as it was', async () => {
      const file = world.disk.open('log', { create: true })
      file.append([new Uint8Array(600).fill(1)])
      const full = thrownBy(() => file.append([new Uint8Array(300), new Uint8Array(200)]))
      expect(full).toMatchObject({ code: 'FULL', torn: false, path: 'log' })
      expect(file.size).toBe(600)
      file.append([new Uint8Array(400).fill(2)])
      expect(codeOf(() => file.append([new Uint8Array(1)]))).toBe('FULL')
      expect((await readAt(arm, file, 0, 2000)).filter((byte) => byte === 2)).toHaveLength(400)
    })

    it('what is cut off, removed or replaced makes room', () => {
      const file = world.disk.open('log', { create: true })
      file.append([new Uint8Array(900)])
      file.truncate(400)
      file.append([new Uint8Array(600)])
      file.close()
      world.disk.remove('log')
      world.disk.makeDirectory('tree')
      for (const name of ['tree/a', 'tree/b']) writeFile(world, name, 'x'.repeat(500))
      world.disk.rename('tree/a', 'tree/b')
      writeFile(world, 'more', 'x'.repeat(500))
      expect(codeOf(() => writeFile(world, 'full', 'x'))).toBe('FULL')
      world.disk.remove('tree')
      writeFile(world, 'last', 'x'.repeat(500))
    })
  })
}
