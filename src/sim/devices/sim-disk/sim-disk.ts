/**
 * The disk of one machine: it outlives processes, loses what was not synced when the power fails, and can be broken.
 *
 * Whoever injects faults sets `judge` and calls the methods that break things; whoever judges looks with `peek`,
 * `durable` and `files`. A process uses it through `LifeDisk`.
 */

import { DiskError, type DiskVolume } from '../../../world/disk.ts'
import type { DrawKey, KeyedDraws } from '../../draws/keyed-draws.ts'
import type { EventLoop } from '../../loop/event-loop.ts'
import type { Life } from '../life.ts'
import { type DirectoryInode, DirectoryTree, type Inode } from './directory-tree.ts'
import {
  type DiskCounters,
  type DiskJudge,
  type DiskOperationKind,
  type DiskVerdict,
  diskOperations,
} from './disk-judge.ts'
import { type DiskProfile, defaultDiskProfile } from './disk-profile.ts'
import type { FileInode } from './file-inode.ts'
import { losePower } from './power-loss.ts'

export interface SimDiskOptions {
  readonly loop: EventLoop
  readonly draws: KeyedDraws
  readonly node: number
  readonly profile?: Partial<DiskProfile> | undefined
  /** Ends the node's present life; a verdict asked for it. */
  readonly crash: (how: 'kill' | 'powerLoss') => void
}

/** A file that a life has open: told before a crash changes what lies on the disk. */
interface OpenFile {
  lifeEnded(): void
}

export class SimDisk {
  readonly loop: EventLoop
  readonly draws: KeyedDraws
  readonly node: number
  readonly profile: DiskProfile
  readonly crash: (how: 'kill' | 'powerLoss') => void
  readonly counters: DiskCounters = {
    delays: 0,
    stalls: 0,
    errors: 0,
    full: 0,
    crashes: 0,
    powerLosses: 0,
    rotten: 0,
  }
  /** Asked about every operation. The fault engine's to set. */
  judge: DiskJudge | undefined = undefined
  /** Bytes that fit; may be lowered and raised. */
  capacityBytes: number
  tree = new DirectoryTree()
  /** Who has locked a directory. */
  readonly lockedBy = new Map<DirectoryInode, Life>()
  /** Files that the present life has open. */
  readonly openFiles = new Set<OpenFile>()

  readonly #latency: DrawKey
  readonly #ordinals = new Map<DiskOperationKind, number>()
  #latencies = 0
  #usedBytes = 0
  #slowByUs = 0
  #slowUntilUs = 0

  constructor(options: SimDiskOptions) {
    this.loop = options.loop
    this.draws = options.draws
    this.node = options.node
    this.crash = options.crash
    this.profile = { ...defaultDiskProfile, ...options.profile }
    this.capacityBytes = this.profile.capacityBytes
    this.#latency = options.draws.of('disk.latency', options.node, 0)
  }

  /** Bytes in files that have a name. */
  get usedBytes(): number {
    return this.#usedBytes
  }

  /** As a process sees it; a disk without a bound tells nothing. */
  get volume(): DiskVolume {
    const { capacityBytes } = this
    if (capacityBytes === Number.MAX_SAFE_INTEGER) return { totalBytes: -1, usableBytes: -1 }
    return { totalBytes: capacityBytes, usableBytes: Math.max(capacityBytes - this.#usedBytes, 0) }
  }

  /** An operation begins: it enters the hash, and the judge is asked about it. */
  ask(kind: DiskOperationKind, path: string, bytes: number): DiskVerdict | undefined {
    this.loop.hash.note(diskOperations[kind] + bytes * 16)
    if (this.judge === undefined) return undefined
    const ordinal = (this.#ordinals.get(kind) ?? 0) + 1
    this.#ordinals.set(kind, ordinal)
    return this.judge({ node: this.node, kind, path, bytes, ordinal })
  }

  /** A file that has a name grew, or shrank where negative. */
  resized(file: FileInode, byBytes: number): void {
    if (file.linked) this.#usedBytes += byBytes
  }

  /** A file has lost its name. */
  unlinked(file: FileInode): void {
    if (!file.linked) return
    file.linked = false
    this.#usedBytes -= file.size
  }

  /** How long the next sync or read takes. */
  latencyUs(kind: 'sync' | 'read'): number {
    const { syncMinUs, syncMeanUs, readMinUs, readMeanUs } = this.profile
    const least = kind === 'sync' ? syncMinUs : readMinUs
    const mean = kind === 'sync' ? syncMeanUs : readMeanUs
    const beyond = this.#latency.exponentialUs(Math.max(0, mean - least), this.#latencies++)
    return least + beyond + (this.loop.nowUs < this.#slowUntilUs ? this.#slowByUs : 0)
  }

  /** The process died: the page cache lives on, but for pages that a failed sync dropped. `item` keys the draws. */
  processKill(item: number): void {
    this.#lifeEnded()
    this.tree.eachFile((file) => {
      const draws = this.draws.of('disk.dropped', this.node, item * 0x1_0000_0000 + file.id)
      file.afterKill((page) => draws.chance(this.profile.droppedRevertsPerMillion, page))
    })
  }

  /** The power failed: what was not synced is kept, lost or torn. `item` (below 2^20) keys the draws. */
  powerLoss(item: number): void {
    this.counters.powerLosses++
    this.#lifeEnded()
    losePower(this.tree, this.profile, { draws: this.draws, node: this.node, item })
    this.#usedBytes = 0
    this.tree.eachFile((file) => {
      file.linked = true
      this.#usedBytes += file.size
    })
  }

  /** The disk is replaced by an empty one. No process may be using it. */
  wipe(): void {
    this.#lifeEnded()
    this.tree = new DirectoryTree()
    this.#usedBytes = 0
  }

  /** A byte rots: one of its bits flips and stays flipped. `bit` is in [0, 8). False where there is no such byte. */
  rot(path: string, position: number, bit: number): boolean {
    const file = this.#find(path)
    if (file?.kind !== 'file' || position >= file.size) return false
    file.flip(position, 1 << bit)
    this.counters.rotten++
    this.loop.hash.note(position)
    return true
  }

  /** Bytes `[from, to)` cannot be read: once, or from now on. False where there is no such file. */
  breakReads(path: string, range: { readonly from: number; readonly to: number; readonly once: boolean }): boolean {
    const file = this.#find(path)
    if (file?.kind !== 'file') return false
    file.unreadable = [...file.unreadable, range]
    return true
  }

  /** Until `untilUs` every sync and read takes `byUs` longer. */
  slow(byUs: number, untilUs: number): void {
    this.#slowByUs = byUs
    this.#slowUntilUs = untilUs
  }

  /** Reads work again and nothing is slow; rot stays. */
  mend(): void {
    this.tree.eachFile((file) => {
      file.unreadable = []
    })
    this.#slowUntilUs = 0
    this.capacityBytes = this.profile.capacityBytes
  }

  /** A copy of what is in a file now. Errors: `NOT_FOUND`. */
  peek(path: string): Uint8Array {
    return this.#file(path).content()
  }

  /** What is in a file of a directory at the root now, uncopied: good until the file changes. Undefined where there is no such file. */
  look(directory: string, name: string): Uint8Array | undefined {
    const within = this.tree.root.entries.get(directory)
    const inode = within?.kind === 'directory' ? within.entries.get(name) : undefined
    return inode?.kind === 'file' ? inode.view() : undefined
  }

  /** A copy of what is certain to be left of a file by a power loss, provided that its name is. Errors: `NOT_FOUND`. */
  durable(path: string): Uint8Array {
    return this.#file(path).durable()
  }

  /** Bytes in pages that are not durable; of one file, or of all. Costs a look at every such page. */
  unsyncedBytes(path?: string): number {
    if (path !== undefined) return this.#file(path).unsyncedBytes()
    let bytes = 0
    this.tree.eachFile((file) => {
      bytes += file.unsyncedBytes()
    })
    return bytes
  }

  /** Names of the directories at the root, in order. */
  directories(): readonly string[] {
    const { entries } = this.tree.root
    return [...entries.keys()].filter((name) => entries.get(name)!.kind === 'directory').sort()
  }

  /** Names in a directory at the root, in the order in which they came to be; none where there is no such directory. */
  filesIn(directory: string): readonly string[] {
    const inode = this.tree.root.entries.get(directory)
    return inode?.kind === 'directory' ? [...inode.entries.keys()] : []
  }

  /** Paths of all files, in the order of their parts. */
  files(): readonly string[] {
    const paths: string[] = []
    this.tree.eachFile((_, path) => paths.push(path))
    return paths
  }

  #lifeEnded(): void {
    this.lockedBy.clear()
    for (const file of this.openFiles) file.lifeEnded()
    this.openFiles.clear()
  }

  #file(path: string): FileInode {
    const inode = this.tree.at(path)
    if (inode.kind === 'file') return inode
    throw new DiskError('NOT_FOUND', path, `${path} is a directory`)
  }

  #find(path: string): Inode | undefined {
    return this.tree.find(path)
  }
}
