/**
 * One open file of the machine's file system.
 *
 * Appends are positional writes at the size this file knows, so that cutting a file back works on every system. A handle
 * of the system is closed only once no read or sync is under way on it: the number might be given to another file before
 * the thread pool gets to use it. Of many open files only some have one at a time (`file-handles.ts`).
 */

import { fdatasync, ftruncateSync, read, writeSync, writevSync } from 'node:fs'
import { assert } from '../world/assert.ts'
import { DiskError, type DiskFile } from '../world/disk.ts'
import type { FileHandle } from './file-handles.ts'
import type { Life } from './life.ts'
import { asError, diskError, orDiskError } from './system-errors.ts'

/** One life's view of a file; the end of the life closes it. It takes over the open handle. */
export class RealFile implements DiskFile {
  readonly path: string
  readonly #life: Life
  readonly #handle: FileHandle
  #size: number
  #isClosed = false
  /** Why nothing may be written any more: an append failed part-way and could not be undone. */
  #torn: DiskError | undefined

  constructor(life: Life, path: string, handle: FileHandle, size: number) {
    this.#life = life
    this.path = path
    this.#handle = handle
    this.#size = size
  }

  get size(): number {
    return this.#size
  }

  append(parts: readonly Uint8Array[]): void {
    if (this.#life.isOver) return
    this.#assertWritable()
    let bytes = 0
    for (const part of parts) bytes += part.length
    if (bytes === 0) return
    try {
      this.#handle.change((fd) => writeAll(fd, parts, bytes, this.#size))
    } catch (error) {
      this.#cutBack(asError(error))
    }
    this.#size += bytes
  }

  read(position: number, into: Uint8Array, done: (error: DiskError | undefined, count: number) => void): void {
    assert(Number.isSafeInteger(position) && position >= 0, 'a position in a file is an integer of at least 0')
    if (this.#life.isOver) return
    if (this.#isClosed) this.#life.later(() => done(this.#closed(), 0))
    else this.#readFrom(position, into, 0, done)
  }

  sync(done: (error: DiskError | undefined) => void): void {
    if (this.#life.isOver) return
    if (this.#isClosed) {
      this.#life.later(() => done(this.#closed()))
      return
    }
    const fd = this.#begin((error) => done(error))
    if (fd === undefined) return
    const lost = this.#handle.syncBegins()
    // This covers the size too, without which the bytes could not be read back.
    fdatasync(fd, (error) => {
      this.#handle.finish()
      if (!this.#life.isOver) done(error === null ? lost : diskError(error, this.path))
    })
  }

  truncate(size: number): void {
    if (this.#life.isOver) return
    assert(Number.isSafeInteger(size) && size >= 0 && size <= this.#size, 'a file is cut to at most its present size')
    this.#assertWritable()
    orDiskError(this.path, () => this.#handle.change((fd) => ftruncateSync(fd, size)))
    this.#size = size
  }

  close(): void {
    if (this.#life.isOver || this.#isClosed) return
    this.#isClosed = true
    this.#handle.close()
  }

  /** Reads on until the buffer is full or the file ends: the system may give less than was asked for. */
  #readFrom(
    position: number,
    into: Uint8Array,
    filled: number,
    done: (error: DiskError | undefined, count: number) => void,
  ): void {
    const fd = this.#begin((error) => done(error, 0))
    if (fd === undefined) return
    read(fd, into, filled, into.length - filled, position + filled, (error, count) => {
      if (error === null && count > 0 && filled + count < into.length && !this.#life.isOver) {
        this.#readFrom(position, into, filled + count, done)
        this.#handle.finish()
        return
      }
      this.#handle.finish()
      if (this.#life.isOver) return
      if (error === null) done(undefined, filled + count)
      else done(diskError(error, this.path), 0)
    })
  }

  /** The system's handle for something that takes a while; where it cannot be had, `fail` is told as an event. */
  #begin(fail: (error: DiskError) => void): number | undefined {
    try {
      return this.#handle.begin()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.#life.later(() => fail(error))
      return undefined
    }
  }

  #assertWritable(): void {
    if (this.#isClosed) throw this.#closed()
    if (this.#torn !== undefined) throw this.#torn
  }

  /** Undoes what a failed append has written, and reports that failure. */
  #cutBack(cause: Error): never {
    try {
      this.#handle.change((fd) => ftruncateSync(fd, this.#size))
    } catch (error) {
      const message = `${this.path}: ${cause.message}; what was written of it could not be cut off: ${asError(error).message}`
      this.#torn = new DiskError('IO', this.path, message, { cause, torn: true })
      throw this.#torn
    }
    throw diskError(cause, this.path)
  }

  #closed(): DiskError {
    return new DiskError('CLOSED', this.path, `${this.path} has been closed`)
  }
}

/** Writes all parts from `position` on. A short write is followed by another, which tells what stood in the way. */
function writeAll(fd: number, parts: readonly Uint8Array[], bytes: number, position: number): void {
  // One part is most of what there is, and costs less so.
  let written = parts.length === 1 ? writeSync(fd, parts[0]!, 0, bytes, position) : writevSync(fd, parts, position)
  while (written < bytes) {
    const count = writevSync(fd, partsFrom(parts, written), position + written)
    assert(count > 0, 'a write of at least one byte writes one or fails')
    written += count
  }
}

/** What is left of the parts behind their first `skipped` bytes. */
function partsFrom(parts: readonly Uint8Array[], skipped: number): readonly Uint8Array[] {
  const rest: Uint8Array[] = []
  let toSkip = skipped
  for (const part of parts) {
    if (toSkip < part.length) rest.push(part.subarray(toSkip))
    toSkip = Math.max(0, toSkip - part.length)
  }
  return rest
}

/** The file that a disk gives whose life is over: empty, and it never does anything. */
export function inertFile(path: string): DiskFile {
  const nothing = () => undefined
  return { path, size: 0, append: nothing, read: nothing, sync: nothing, truncate: nothing, close: nothing }
}
