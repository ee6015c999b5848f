/**
 * An open file of a disk in memory: the handle of one life. The bytes belong to the disk (`memory-storage.ts`).
 *
 * A read takes the bytes as they are when it is asked for. An append claims its room first, so it fits or changes nothing.
 */

import { assert } from '../world/assert.ts'
import { DiskError, type DiskFile } from '../world/disk.ts'
import type { Life } from './life.ts'
import type { MemoryFile } from './memory-storage.ts'

/** The handle; harmless and useless once its life is over. */
export class OpenMemoryFile implements DiskFile {
  readonly path: string
  readonly #life: Life
  readonly #file: MemoryFile
  readonly #take: (bytes: number) => void
  #isClosed = false

  /** `take` claims bytes of the disk's capacity, or throws; negative ones are given back. */
  constructor(life: Life, path: string, file: MemoryFile, take: (bytes: number) => void) {
    this.#life = life
    this.path = path
    this.#file = file
    this.#take = take
  }

  get size(): number {
    return this.#file.size
  }

  append(parts: readonly Uint8Array[]): void {
    if (this.#life.isOver) return
    this.#assertOpen()
    let bytes = 0
    for (const part of parts) bytes += part.length
    this.#take(bytes)
    for (const part of parts) this.#file.append(part)
  }

  read(position: number, into: Uint8Array, done: (error: DiskError | undefined, count: number) => void): void {
    assert(Number.isSafeInteger(position) && position >= 0, 'a position in a file is an integer of at least 0')
    if (this.#life.isOver) return
    if (this.#isClosed) this.#life.later(() => done(this.#closed(), 0))
    else {
      const count = this.#file.read(position, into)
      this.#life.later(() => done(undefined, count))
    }
  }

  sync(done: (error: DiskError | undefined) => void): void {
    const error = this.#isClosed ? this.#closed() : undefined
    this.#life.later(() => done(error))
  }

  truncate(size: number): void {
    if (this.#life.isOver) return
    assert(Number.isSafeInteger(size) && size >= 0 && size <= this.size, 'a file is cut to at most its present size')
    this.#assertOpen()
    this.#take(size - this.size)
    this.#file.truncate(size)
  }

  close(): void {
    this.#isClosed = true
  }

  #assertOpen(): void {
    if (this.#isClosed) throw this.#closed()
  }

  #closed(): DiskError {
    return new DiskError('CLOSED', this.path, `${this.path} has been closed`)
  }
}
