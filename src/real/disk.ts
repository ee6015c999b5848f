/**
 * A directory of the machine's file system as a disk.
 *
 * What changes names and files is synchronous: it reaches the page cache and costs microseconds. What waits for the
 * device (`read`, `sync`, `syncDirectory`) goes through the host's thread pool. One handle at a time may append to a file:
 * a second one would not see it grow. Not here: preallocation, memory maps, direct access past the page cache.
 */

import {
  closeSync,
  constants,
  type Dirent,
  fsync,
  lstatSync,
  mkdirSync,
  open,
  readdirSync,
  renameSync,
  statfs,
  statSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { assert } from '../world/assert.ts'
import {
  type DirectoryEntry,
  type Disk,
  DiskError,
  type DiskFile,
  type DiskLock,
  type DiskVolume,
} from '../world/disk.ts'
import { inertFile, RealFile } from './disk-file.ts'
import { FileHandles } from './file-handles.ts'
import type { Life } from './life.ts'
import { takeDirectoryLock } from './lock.ts'
import { pathParts, systemPath } from './paths.ts'
import { removePath } from './removal.ts'
import { diskError, orDiskError } from './system-errors.ts'

/** The disk of one life, below a root directory. */
export class RealDisk implements Disk {
  readonly #life: Life
  readonly #root: string
  readonly #handles: FileHandles

  /** `directory` becomes the root; it is created if it does not exist. `handlesMax`: see `FileHandles`. */
  constructor(life: Life, directory: string, handlesMax: number) {
    this.#life = life
    this.#handles = new FileHandles(life, handlesMax)
    this.#root = resolve(directory)
    orDiskError('', () => mkdirSync(this.#root, { recursive: true }))
  }

  makeDirectory(path: string): void {
    if (this.#life.isOver) return
    orDiskError(path, () => mkdirSync(this.#at(path), { recursive: true }))
  }

  list(path: string): readonly DirectoryEntry[] {
    if (this.#life.isOver) return []
    const directory = this.#at(path)
    const entries = orDiskError(path, () => readdirSync(directory, { withFileTypes: true }))
    return entries
      .map(
        (entry): DirectoryEntry => ({ name: entry.name, kind: isDirectory(directory, entry) ? 'directory' : 'file' }),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  open(path: string, options: { readonly create: boolean }): DiskFile {
    if (this.#life.isOver) return inertFile(path)
    return orDiskError(path, () => {
      const { handle, size } = this.#handles.open(this.#at(path), path, options.create)
      return new RealFile(this.#life, path, handle, size)
    })
  }

  rename(from: string, to: string): void {
    if (this.#life.isOver) return
    const target = this.#at(to)
    // Systems differ in whether an empty directory, or one of the same name in other letters, is replaced: here none is.
    if (from !== to && lstatSync(target, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw new DiskError('EXISTS', to, `${from} cannot be renamed: ${to} is a directory`)
    }
    orDiskError(from, () => renameSync(this.#at(from), target))
  }

  remove(path: string): void {
    if (this.#life.isOver) return
    assert(pathParts(path).length > 0, 'the root of a disk is not removed')
    orDiskError(path, () => removePath(this.#at(path)))
  }

  syncDirectory(path: string, done: (error: DiskError | undefined) => void): void {
    const finish = (error: Error | null) => {
      if (!this.#life.isOver) done(error === null ? undefined : diskError(error, path))
    }
    if (this.#life.isOver) return
    if (process.platform === 'win32') {
      this.#life.later(() => done(undefined))
      return
    }
    open(this.#at(path), constants.O_RDONLY | constants.O_DIRECTORY, (error, fd) => {
      if (error !== null) finish(error)
      else {
        fsync(fd, (syncError) => {
          closeSync(fd)
          finish(syncError)
        })
      }
    })
  }

  lock(directory: string, done: (error: DiskError | undefined, lock: DiskLock | undefined) => void): void {
    if (this.#life.isOver) return
    takeDirectoryLock(this.#life, this.#at(directory), directory, done)
  }

  measure(done: (error: DiskError | undefined, volume: DiskVolume | undefined) => void): void {
    if (this.#life.isOver) return
    statfs(this.#root, { bigint: true }, (error, volume) => {
      if (this.#life.isOver) return
      if (error !== null) return done(diskError(error, ''), undefined)
      const { bsize, blocks, bavail } = volume
      done(undefined, { totalBytes: safeBytes(bsize * blocks), usableBytes: safeBytes(bsize * bavail) })
    })
  }

  #at(path: string): string {
    return systemPath(this.#root, path)
  }
}

/** As many bytes as a number tells exactly; some file systems claim more. */
function safeBytes(bytes: bigint): number {
  return Number(bytes > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : bytes)
}

/** A symbolic link counts as what it leads to, and as a file if it leads nowhere. */
function isDirectory(parent: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  return statSync(join(parent, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false
}
