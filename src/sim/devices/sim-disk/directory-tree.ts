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

/** What must hold of an owner's path, but for the root's, which is empty. */
const NAMED_PARTS = 'a path has named parts only'

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
    const found = this.#walk(path)
    if (found === 'NOT_A_DIRECTORY') throw new DiskError(found, path, `${path}: a part of it is a file`)
    if (found === 'NOT_FOUND') throw new DiskError(found, path, `${path} does not exist`)
    return found
  }

  /** As `at`; undefined where the path leads nowhere. */
  find(path: string): Inode | undefined {
    const found = this.#walk(path)
    return typeof found === 'string' ? undefined : found
  }

  /** The directory at `path`. Errors as `at`, and `NOT_A_DIRECTORY`. */
  directoryAt(path: string): DirectoryInode {
    const inode = this.at(path)
    if (inode.kind === 'directory') return inode
    throw new DiskError('NOT_A_DIRECTORY', path, `${path} is a file`)
  }

  /** Where `path` is or would be; its directory must exist. */
  placeOf(path: string): Place {
    assert(path !== '', 'the root of a disk is not created, renamed or removed')
    const slash = path.lastIndexOf('/')
    const name = partOf(path, slash + 1, path.length)
    assert(slash !== 0, NAMED_PARTS)
    const directory = this.directoryAt(slash < 0 ? '' : path.slice(0, slash))
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
    for (let from = 0, end = 0; path !== '' && from <= path.length; from = end + 1) {
      end = endOfPart(path, from)
      const name = partOf(path, from, end)
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
    const needed = new Map<DirectoryInode, Set<string>>()
    const isNeeded = ({ directory, name }: EntryChange) => needed.get(directory)?.has(name) === true
    const kept: EntryOperation[] = []
    const rest: EntryOperation[] = []
    for (let index = this.#journal.length - 1; index >= 0; index--) {
      const operation = this.#journal[index]!
      const { ordinal, changes } = operation
      const isAsked = ordinal < operations && changes.some((change) => change.directory === directory)
      if (isAsked || changes.some(isNeeded)) {
        for (const change of changes) addName(needed, change)
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

  /** Calls `act` for every file, in the order of the paths' parts. */
  eachFile(act: (file: FileInode, path: string) => void): void {
    eachFileBelow(this.root, '', act)
  }

  #walk(path: string): Inode | 'NOT_FOUND' | 'NOT_A_DIRECTORY' {
    let inode: Inode = this.root
    for (let from = 0, end = 0; path !== '' && from <= path.length; from = end + 1) {
      end = endOfPart(path, from)
      if (inode.kind === 'file') return 'NOT_A_DIRECTORY'
      const next = inode.entries.get(partOf(path, from, end))
      if (next === undefined) return 'NOT_FOUND'
      inode = next
    }
    return inode
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

/** Calls `act` for every file at or below an inode, in the order of the paths' parts; `path` is the inode's own. */
export function eachFileBelow(inode: Inode, path: string, act: (file: FileInode, path: string) => void): void {
  if (inode.kind === 'file') {
    act(inode, path)
    return
  }
  for (const name of [...inode.entries.keys()].sort()) {
    eachFileBelow(inode.entries.get(name)!, path === '' ? name : `${path}/${name}`, act)
  }
}

/** Where the part of a path that begins at `from` ends, exclusive. */
function endOfPart(path: string, from: number): number {
  const slash = path.indexOf('/', from)
  return slash < 0 ? path.length : slash
}

function partOf(path: string, from: number, end: number): string {
  const part = path.slice(from, end)
  assert(part !== '' && part !== '.' && part !== '..', NAMED_PARTS)
  return part
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

function addName(names: Map<DirectoryInode, Set<string>>, { directory, name }: EntryChange): void {
  const known = names.get(directory)
  if (known === undefined) names.set(directory, new Set([name]))
  else known.add(name)
}

function keyOf(change: EntryChange): string {
  return `${change.directory.id}/${change.name}`
}
