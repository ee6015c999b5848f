/**
 * A disk in memory, with the contract of a real one: for clusters inside tests, and for measuring without a device.
 *
 * Everything is durable at once as far as this process lives, so `sync` has nothing to do but to answer. It can be made to
 * fill up. Not here: power loss, torn pages, failing syncs: those are the simulated disk's.
 */

import { assert } from '../world/assert.ts'
import {
  type DirectoryEntry,
  type Disk,
  DiskError,
  type DiskFile,
  type DiskLock,
  type DiskVolume,
} from '../world/disk.ts'
import { inertFile } from './disk-file.ts'
import type { Life } from './life.ts'
import { OpenMemoryFile } from './memory-file.ts'
import { bytesIn, MemoryDirectory, MemoryFile, type MemoryNode, type MemoryStorage } from './memory-storage.ts'
import { pathParts } from './paths.ts'

/** The disk of one life; what is on it is in its storage. */
export class MemoryDisk implements Disk {
  readonly #life: Life
  readonly #storage: MemoryStorage

  constructor(life: Life, storage: MemoryStorage) {
    this.#life = life
    this.#storage = storage
  }

  makeDirectory(path: string): void {
    if (this.#life.isOver) return
    let directory = this.#storage.root
    const parts = pathParts(path)
    for (const [index, part] of parts.entries()) {
      const entry = directory.entries.get(part) ?? new MemoryDirectory()
      if (entry.kind === 'file') {
        const code = index === parts.length - 1 ? 'EXISTS' : 'NOT_A_DIRECTORY'
        throw new DiskError(code, path, `${path}: ${part} is a file`)
      }
      directory.entries.set(part, entry)
      directory = entry
    }
  }

  list(path: string): readonly DirectoryEntry[] {
    if (this.#life.isOver) return []
    return [...this.#directory(path, pathParts(path)).entries]
      .map(([name, node]): DirectoryEntry => ({ name, kind: node.kind }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  open(path: string, options: { readonly create: boolean }): DiskFile {
    if (this.#life.isOver) return inertFile(path)
    const { directory, name } = this.#entry(path)
    const node = directory.entries.get(name) ?? (options.create ? new MemoryFile() : undefined)
    if (node === undefined) throw notFound(path)
    if (node.kind === 'directory') throw new DiskError('EXISTS', path, `${path} is a directory`)
    directory.entries.set(name, node)
    return new OpenMemoryFile(this.#life, path, node, (bytes) => this.#take(path, bytes))
  }

  rename(from: string, to: string): void {
    if (this.#life.isOver) return
    const source = this.#entry(from)
    const node = source.directory.entries.get(source.name)
    if (node === undefined) throw notFound(from)
    const target = this.#entry(to)
    const replaced = target.directory.entries.get(target.name)
    if (replaced === node) return
    if (replaced?.kind === 'directory') throw new DiskError('EXISTS', to, `${to} is a directory`)
    if (replaced !== undefined && node.kind === 'directory') {
      throw new DiskError('NOT_A_DIRECTORY', to, `${from} cannot replace ${to}, which is a file`)
    }
    if (to.startsWith(`${from}/`)) throw new DiskError('IO', to, `${from} cannot be moved below itself`)
    if (replaced !== undefined) this.#free(replaced)
    source.directory.entries.delete(source.name)
    target.directory.entries.set(target.name, node)
  }

  remove(path: string): void {
    if (this.#life.isOver) return
    const { directory, name } = this.#entry(path)
    const node = directory.entries.get(name)
    if (node === undefined) throw notFound(path)
    directory.entries.delete(name)
    this.#free(node)
  }

  syncDirectory(path: string, done: (error: DiskError | undefined) => void): void {
    this.#answer(() => {
      this.#directory(path, pathParts(path))
      this.#life.later(() => done(undefined))
    }, done)
  }

  lock(path: string, done: (error: DiskError | undefined, lock: DiskLock | undefined) => void): void {
    this.#answer(
      () => {
        const directory = this.#directory(path, pathParts(path))
        if (directory.lockedBy?.isOver === false)
          throw new DiskError('LOCKED', path, `${path} is locked by another life`)
        if (!directory.entries.has('.lock')) directory.entries.set('.lock', new MemoryFile())
        directory.lockedBy = this.#life
        let isHeld = true
        const release = () => {
          if (isHeld && !this.#life.isOver) directory.lockedBy = undefined
          isHeld = false
        }
        this.#life.later(() => done(undefined, { release }))
      },
      (error) => done(error, undefined),
    )
  }

  measure(done: (error: DiskError | undefined, volume: DiskVolume | undefined) => void): void {
    this.#life.later(() => {
      const { usedBytes, capacityBytes } = this.#storage
      const isBounded = capacityBytes !== Number.POSITIVE_INFINITY
      const left = Math.max(capacityBytes - usedBytes, 0)
      done(undefined, { totalBytes: isBounded ? capacityBytes : -1, usableBytes: isBounded ? left : -1 })
    })
  }

  /** Runs `start`; the `DiskError` that it throws is handed to `done`, as an event of its own. */
  #answer(start: () => void, done: (error: DiskError) => void): void {
    if (this.#life.isOver) return
    try {
      start()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#life.later(() => done(error))
    }
  }

  #directory(path: string, parts: readonly string[]): MemoryDirectory {
    let node: MemoryNode | undefined = this.#storage.root
    for (const part of parts) {
      node = node.entries.get(part)
      if (node === undefined) throw notFound(path)
      if (node.kind === 'file') throw new DiskError('NOT_A_DIRECTORY', path, `${path}: ${part} is a file`)
    }
    return node
  }

  /** The directory that holds the entry of `path`, whether or not there is one, and the entry's name. */
  #entry(path: string): { readonly directory: MemoryDirectory; readonly name: string } {
    const parts = pathParts(path)
    const name = parts.at(-1)
    assert(name !== undefined, 'the root of a disk is no entry')
    return { directory: this.#directory(path, parts.slice(0, -1)), name }
  }

  /** Takes `bytes` of the disk (or gives them back, if negative); `FULL` if it has not that many. */
  #take(path: string, bytes: number): void {
    const { usedBytes, capacityBytes } = this.#storage
    if (usedBytes + bytes > capacityBytes) {
      throw new DiskError(
        'FULL',
        path,
        `${path}: no room for ${bytes} bytes, ${usedBytes} of ${capacityBytes} are in use`,
      )
    }
    this.#storage.usedBytes += bytes
  }

  #free(node: MemoryNode): void {
    this.#storage.usedBytes -= bytesIn(node)
  }
}

function notFound(path: string): DiskError {
  return new DiskError('NOT_FOUND', path, `${path} does not exist`)
}
