/**
 * The disk as one life of a machine has it. Changes are made in the page cache at once; reads, syncs and locks complete
 * as events of this life. Once the life is over every method is inert.
 */

import { assert } from '../../../world/assert.ts'
import {
  type DirectoryEntry,
  type Disk,
  DiskError,
  type DiskFile,
  type DiskLock,
  type DiskVolume,
} from '../../../world/disk.ts'
import { hashText } from '../../draws/mixing.ts'
import { EventKind } from '../../loop/event-kinds.ts'
import type { Life } from '../life.ts'
import { type DirectoryInode, eachFileBelow, type Inode } from './directory-tree.ts'
import { DiskGate } from './disk-gate.ts'
import type { SimDisk } from './sim-disk.ts'
import { SimFile } from './sim-file.ts'

const LOCK_FILE = '.lock'

export class LifeDisk implements Disk {
  readonly #disk: SimDisk
  readonly #life: Life
  readonly #gate: DiskGate

  constructor(disk: SimDisk, life: Life) {
    this.#disk = disk
    this.#life = life
    this.#gate = new DiskGate(disk, life)
  }

  makeDirectory(path: string): void {
    this.#gate.now('makeDirectory', path, () => this.#disk.tree.makeDirectory(path))
  }

  list(path: string): readonly DirectoryEntry[] {
    if (!this.#life.alive) return []
    const entries = [...this.#disk.tree.directoryAt(path).entries]
    return entries
      .map(([name, { kind }]): DirectoryEntry => ({ name, kind }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  open(path: string, options: { readonly create: boolean }): DiskFile {
    if (!this.#life.alive) return inertFile(path)
    const { tree } = this.#disk
    const place = tree.placeOf(path)
    let inode = place.inode
    if (inode?.kind === 'directory') throw new DiskError('EXISTS', path, `${path} is a directory`)
    if (inode === undefined) {
      if (!options.create) throw new DiskError('NOT_FOUND', path, `${path} does not exist`)
      this.#gate.now('create', path, () => {
        inode = tree.createFile(place)
      })
    }
    // A crash may have ended this life within the call: its handles ended with it.
    return inode === undefined || !this.#life.alive ? inertFile(path) : new SimFile(this.#disk, this.#gate, inode, path)
  }

  rename(from: string, to: string): void {
    this.#gate.now('rename', from, () => {
      const { tree } = this.#disk
      const source = tree.placeOf(from)
      const target = tree.placeOf(to)
      if (source.inode === undefined) throw new DiskError('NOT_FOUND', from, `${from} does not exist`)
      if (from === to) return
      if (target.inode?.kind === 'directory') {
        throw new DiskError('EXISTS', to, `${from} cannot be renamed: ${to} is a directory`)
      }
      if (source.inode.kind === 'directory') this.#checkDirectoryMove(from, to, target.inode)
      this.#assertClosed(source.inode, from)
      if (target.inode !== undefined) this.#disk.unlinked(target.inode)
      this.#disk.loop.hash.note(hashText(to))
      tree.rename(source, target)
    })
  }

  remove(path: string): void {
    this.#gate.now('remove', path, () => {
      const place = this.#disk.tree.placeOf(path)
      if (place.inode === undefined) throw new DiskError('NOT_FOUND', path, `${path} does not exist`)
      eachFileBelow(place.inode, path, (file) => this.#disk.unlinked(file))
      this.#disk.tree.remove(place)
    })
  }

  syncDirectory(path: string, done: (error: DiskError | undefined) => void): void {
    if (!this.#life.alive) return
    const { tree } = this.#disk
    let directory: DirectoryInode | undefined
    const changes = tree.operations
    const latencyUs = this.#disk.latencyUs('sync')
    this.#gate.later({ kind: 'syncDirectory', path, event: EventKind.diskSyncDirectory, latencyUs }, (failed) => {
      const error = failed ?? failureOf(() => (directory = tree.directoryAt(path)))
      if (error === undefined && directory !== undefined) tree.makeDurable(directory, changes)
      return () => done(error)
    })
  }

  lock(directory: string, done: (error: DiskError | undefined, lock: DiskLock | undefined) => void): void {
    // What a life does that is over must not even use up a draw: nobody knows when its last microtasks run.
    if (!this.#life.alive) return
    const latencyUs = this.#disk.latencyUs('read')
    this.#gate.later({ kind: 'lock', path: directory, event: EventKind.diskLock, latencyUs }, (failed) => {
      let lock: DiskLock | undefined
      const error = failed ?? failureOf(() => (lock = this.#takeLock(directory)))
      return () => done(error, lock)
    })
  }

  measure(done: (error: DiskError | undefined, volume: DiskVolume | undefined) => void): void {
    if (!this.#life.alive) return
    const latencyUs = this.#disk.latencyUs('read')
    this.#gate.later({ kind: 'measure', path: '', event: EventKind.diskVolume, latencyUs }, (failed) => {
      const { volume } = this.#disk
      return () => done(failed, failed === undefined ? volume : undefined)
    })
  }

  #takeLock(path: string): DiskLock {
    const { tree, lockedBy } = this.#disk
    const directory = tree.directoryAt(path)
    if (lockedBy.get(directory)?.alive) throw new DiskError('LOCKED', path, `${path} is locked by another process`)
    const place = { directory, name: LOCK_FILE, inode: directory.entries.get(LOCK_FILE) }
    if (place.inode === undefined) tree.createFile(place)
    lockedBy.set(directory, this.#life)
    let held = true
    const release = (): void => {
      if (held && this.#life.alive) lockedBy.delete(directory)
      held = false
    }
    return { release }
  }

  #checkDirectoryMove(from: string, to: string, replaced: Inode | undefined): void {
    if (replaced !== undefined) throw new DiskError('NOT_A_DIRECTORY', to, `${from} cannot be renamed: ${to} is a file`)
    if (to.startsWith(`${from}/`)) throw new DiskError('IO', to, `${from} cannot be moved below itself`)
  }

  #assertClosed(inode: Inode, path: string): void {
    eachFileBelow(inode, path, ({ openHandles }, name) => {
      assert(openHandles === 0, `a file is closed before it, or a directory above it, is renamed: ${name}`)
    })
  }
}

/** The operating failure of `act`; undefined where it succeeds. */
function failureOf(act: () => unknown): DiskError | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof DiskError) return error
    throw error
  }
}

/** What a life that is over gets: a file that is empty and never does anything. */
function inertFile(path: string): DiskFile {
  const nothing = (): void => undefined
  return { path, size: 0, append: nothing, read: nothing, sync: nothing, truncate: nothing, close: nothing }
}
