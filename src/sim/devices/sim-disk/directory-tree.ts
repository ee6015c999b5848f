/**
 * Names: directories as the running system sees them, as they are on the platter, and the journal of changes between
 * the two. A change is a creation, a removal or a rename; a rename touches two names and happens wholly or not at all.
 * A change that survives takes with it every earlier change of the same names, so that a name never skips a state.
 */

import { assert } from '../../../world/assert.ts'
import { DiskError } from '../../../world/disk.ts'
import { FileInode } from './file-inode.ts'

/** Changes that are kept apart; beyond, the kernel has written the older half on its own. */
const JOURNAL_MAX = 4096

export type Inode = FileInode | DirectoryInode

export class DirectoryInode {
  readonly kind = 'directory'
  readonly id: number
  /** As the running system sees it. */
  entries = new Map<string, Inode>()
  /** As it is on the platter. */
  readonly durableEntries = new Map<string, Inode>()

  constructor(id: number) {
    this.id = id
  }
}

/** A name gets an inode, or loses it. */
interface EntryChange {
  readonly directory: DirectoryInode
  readonly name: string
  readonly inode: Inode | undefined
}

/** Changes that happen together, or not. */
export interface EntryOperation {
  /** Counts the operations of this disk. */
  readonly ordinal: number
  readonly changes: readonly EntryChange[]
}

/** A place in the tree: the directory a name is, or would be, in. */
export interface Place {
  readonly directory: DirectoryInode
  readonly name: string
  readonly inode: Inode | undefined
}

export class DirectoryTree {
  readonly root = new DirectoryInode(0)
  #journal: EntryOperation[] = []
  #operations = 0
  #inodes = 0

  /** Changes of names so far, durable or not; `makeDurable` takes such a count. */
  get operations(): number {
    return this.#operations
  }

  /** The directory or file at `path`; `NOT_FOUND`, or `NOT_A_DIRECTORY` where the way leads through a file. */
  at(path: string): Inode {
    let inode: Inode = this.root
    for (const part of pathParts(path)) {
      if (inode.kind === 'file') throw new DiskError('NOT_A_DIRECTORY', path, `${path}: a part of it is a file`)
      const next = inode.entries.get(part)
      if (next === undefined) throw new DiskError('NOT_FOUND', path, `${path} does not exist`)
      inode = next
    }
    return inode
  }

  /** The directory at `path`. Errors as `at`, and `NOT_A_DIRECTORY`. */
  directoryAt(path: string): DirectoryInode {
    const inode = this.at(path)
    if (inode.kind === 'directory') return inode
    throw new DiskError('NOT_A_DIRECTORY', path, `${path} is a file`)
  }

  /** Where `path` is or would be; its directory must exist. */
  placeOf(path: string): Place {
    const parts = pathParts(path)
    const name = parts[parts.length - 1]
    assert(name !== undefined, 'the root of a disk is not created, renamed or removed')
    const directory = this.directoryAt(parts.slice(0, -1).join('/'))
    return { directory, name, inode: directory.entries.get(name) }
  }

  createFile(place: Place): FileInode {
    const file = new FileInode(++this.#inodes)
    this.#change([{ ...place, inode: file }])
    return file
  }

  /** Creates the directory and its missing parents; `EXISTS` where one of them is a file. */
  makeDirectory(path: string): void {
    let directory = this.root
    for (const name of pathParts(path)) {
      let next = directory.entries.get(name)
      if (next?.kind === 'file') throw new DiskError('EXISTS', path, `${path}: ${name} is a file`)
      if (next === undefined) {
        next = new DirectoryInode(++this.#inodes)
        this.#change([{ directory, name, inode: next }])
      }
      directory = next
    }
  }

  remove(place: Place): void {
    this.#change([{ ...place, inode: undefined }])
  }

  /** `from` must exist; what is at `to` is replaced. */
  rename(from: Place, to: Place): void {
    this.#change([
      { ...from, inode: undefined },
      { ...to, inode: from.inode },
    ])
  }

  /** The entries of the directory are durable as of the time when there were `operations` changes. */
  makeDurable(directory: DirectoryInode, operations: number): void {
    const needed = new Set<string>()
    const kept: EntryOperation[] = []
    const rest: EntryOperation[] = []
    for (const operation of [...this.#journal].reverse()) {
      const asked = operation.ordinal < operations && operation.changes.some((change) => change.directory === directory)
      if (asked || operation.changes.some((change) => needed.has(keyOf(change)))) {
        for (const change of operation.changes) needed.add(keyOf(change))
        kept.push(operation)
      } else {
        rest.push(operation)
      }
    }
    for (const operation of kept.reverse()) apply(operation)
    this.#journal = rest.reverse()
  }

  /** The power failed: changes for which `keeps` says so survive, unless an earlier change of the same name is lost. */
  afterPowerLoss(keeps: (operation: EntryOperation) => boolean): void {
    const lost = new Set<string>()
    for (const operation of this.#journal) {
      const possible = !operation.changes.some((change) => lost.has(keyOf(change)))
      if (keeps(operation) && possible) apply(operation)
      else for (const change of operation.changes) lost.add(keyOf(change))
    }
    this.#journal = []
    restore(this.root)
  }

  /** Every file, with its path, in the order of the paths' parts. */
  *files(): Generator<readonly [string, FileInode]> {
    yield* filesBelow(this.root, '')
  }

  #change(changes: readonly EntryChange[]): void {
    for (const { directory, name, inode } of changes) {
      if (inode === undefined) directory.entries.delete(name)
      else directory.entries.set(name, inode)
    }
    this.#journal.push({ ordinal: this.#operations++, changes })
    if (this.#journal.length > JOURNAL_MAX) for (const old of this.#journal.splice(0, JOURNAL_MAX / 2)) apply(old)
  }
}

/** Every file at or below an inode, with its path; `path` is the inode's own. */
export function* filesBelow(inode: Inode, path: string): Generator<readonly [string, FileInode]> {
  if (inode.kind === 'file') {
    yield [path, inode]
    return
  }
  for (const name of [...inode.entries.keys()].sort()) {
    yield* filesBelow(inode.entries.get(name)!, path === '' ? name : `${path}/${name}`)
  }
}

/** The parts of an owner's path; none for the root. */
function pathParts(path: string): readonly string[] {
  if (path === '') return []
  const parts = path.split('/')
  for (const part of parts) assert(part !== '' && part !== '.' && part !== '..', `a path has named parts only: ${path}`)
  return parts
}

function apply(operation: EntryOperation): void {
  for (const { directory, name, inode } of operation.changes) {
    if (inode === undefined) directory.durableEntries.delete(name)
    else directory.durableEntries.set(name, inode)
  }
}

function restore(directory: DirectoryInode): void {
  directory.entries = new Map(directory.durableEntries)
  for (const inode of directory.entries.values()) if (inode.kind === 'directory') restore(inode)
}

function keyOf(change: EntryChange): string {
  return `${change.directory.id}/${change.name}`
}
