/**
 * One open file of a simulated disk. Appends go to the page cache and cost no time unless a verdict says so; a read
 * copies what is there when it completes.
 */

import { assert } from '../../../world/assert.ts'
import { DiskError, type DiskFile } from '../../../world/disk.ts'
import { EventKind } from '../../loop/event-kinds.ts'
import type { DiskGate } from './disk-gate.ts'
import type { DiskVerdict } from './disk-judge.ts'
import type { FileInode } from './file-inode.ts'
import type { SimDisk } from './sim-disk.ts'

/** A buffer lent to a read is spoilt, at its beginning, so that whoever looks too early sees it. */
const POISON = 0xdb
const POISONED_BYTES_MAX = 64

export class SimFile implements DiskFile {
  readonly path: string
  readonly #disk: SimDisk
  readonly #gate: DiskGate
  readonly #inode: FileInode
  #closed = false
  #torn = false
  /** What the file held when its life ended. */
  #finalSize: number | undefined

  constructor(disk: SimDisk, gate: DiskGate, inode: FileInode, path: string) {
    this.#disk = disk
    this.#gate = gate
    this.#inode = inode
    this.path = path
    inode.openHandles++
    disk.openFiles.add(this)
  }

  get size(): number {
    return this.#finalSize ?? this.#inode.size
  }

  /** The life that has it open is over: what a crash, or another life, makes of the file it does not see. */
  lifeEnded(): void {
    this.#finalSize = this.#inode.size
  }

  append(parts: readonly Uint8Array[]): void {
    if (!this.#gate.life.alive) return
    this.#checkWritable()
    let bytes = 0
    for (const part of parts) bytes += part.length
    if (bytes === 0) return
    const disk = this.#disk
    const verdict = disk.ask('append', this.path, bytes)
    if (verdict !== undefined && !this.#admitAppend(verdict, parts, bytes)) return
    if (disk.usedBytes + bytes > disk.capacityBytes) {
      disk.counters.full++
      throw new DiskError('FULL', this.path, `${this.path}: no space is left on the disk`)
    }
    this.#write(parts, bytes)
    if (verdict !== undefined) this.#gate.afterwards(verdict)
  }

  read(position: number, into: Uint8Array, done: (error: DiskError | undefined, count: number) => void): void {
    assert(Number.isSafeInteger(position) && position >= 0, 'a position in a file is an integer of at least 0')
    if (!this.#gate.life.alive) return
    const closed = this.#closedError()
    into.fill(POISON, 0, Math.min(into.length, POISONED_BYTES_MAX))
    const latencyUs = this.#disk.latencyUs('read')
    const operation = {
      kind: 'read',
      path: this.path,
      bytes: into.length,
      event: EventKind.diskRead,
      latencyUs,
    } as const
    this.#gate.later(operation, (failed) => {
      const error = closed ?? failed ?? this.#readFailure(position, into.length)
      const count = error === undefined ? this.#inode.read(position, into) : 0
      this.#disk.loop.hash.note(count)
      return () => done(error, count)
    })
  }

  sync(done: (error: DiskError | undefined) => void): void {
    if (!this.#gate.life.alive) return
    const closed = this.#closedError()
    const inode = this.#inode
    const pending = closed === undefined ? inode.beginSync() : undefined
    const latencyUs = this.#disk.latencyUs('sync')
    this.#gate.later({ kind: 'sync', path: this.path, event: EventKind.diskSync, latencyUs }, (failed) => {
      if (pending !== undefined && failed !== undefined) inode.failSync(pending)
      else if (pending !== undefined) inode.completeSync(pending)
      this.#disk.loop.hash.note(inode.durableSize)
      return () => done(closed ?? failed)
    })
  }

  truncate(size: number): void {
    if (!this.#gate.life.alive) return
    assert(Number.isSafeInteger(size) && size >= 0 && size <= this.size, 'a file is cut to at most its present size')
    this.#checkWritable()
    this.#gate.now('truncate', this.path, () => {
      this.#disk.loop.hash.note(size)
      this.#disk.resized(this.#inode, size - this.size)
      this.#inode.truncate(size)
    })
  }

  close(): void {
    if (this.#closed || !this.#gate.life.alive) return
    this.#closed = true
    this.#inode.openHandles--
    this.#disk.openFiles.delete(this)
  }

  #write(parts: readonly Uint8Array[], bytes: number): void {
    const { hash } = this.#disk.loop
    hash.note(this.#inode.id)
    for (const part of parts) hash.noteBytes(part, 0, part.length)
    this.#inode.append(parts, bytes)
    this.#disk.resized(this.#inode, bytes)
  }

  /** False when the life is over. */
  #admitAppend(verdict: DiskVerdict, parts: readonly Uint8Array[], bytes: number): boolean {
    if (verdict.kind === 'torn') {
      this.#torn = true
      this.#disk.counters.errors++
      this.#write(parts, this.#partOf(bytes))
      throw new DiskError('IO', this.path, `${this.path}: an append failed part-way`, { torn: true })
    }
    if (verdict.kind === 'crash' && verdict.when === 'during') {
      this.#write(parts, this.#partOf(bytes))
      this.#gate.afterwards(verdict)
      return false
    }
    return this.#gate.admit(verdict, this.path)
  }

  /** How many of the bytes of an append that breaks off are in the file. */
  #partOf(bytes: number): number {
    return this.#disk.draws.of('disk.part', this.#disk.node, this.#inode.id).below(bytes + 1, this.size % 0x1_0000_0000)
  }

  #readFailure(position: number, length: number): DiskError | undefined {
    const end = Math.min(position + length, this.size)
    const struck = this.#inode.unreadable.find(({ from, to }) => position < to && from < end)
    if (struck === undefined) return undefined
    if (struck.once) this.#inode.unreadable = this.#inode.unreadable.filter((range) => range !== struck)
    this.#disk.counters.errors++
    return new DiskError('IO', this.path, `${this.path}: bytes ${struck.from} to ${struck.to} cannot be read`)
  }

  #checkWritable(): void {
    const closed = this.#closedError()
    if (closed !== undefined) throw closed
    if (this.#torn)
      throw new DiskError('IO', this.path, `${this.path}: an append failed part-way before`, { torn: true })
  }

  #closedError(): DiskError | undefined {
    return this.#closed ? new DiskError('CLOSED', this.path, `${this.path} has been closed`) : undefined
  }
}
