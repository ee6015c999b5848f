/**
 * The handles that a disk has open on files: a bounded number, however many files there are.
 *
 * A file's handle is opened when it is used; beyond the bound that of the file whose last use is the longest ago is closed,
 * unless something is under way on it. What was written through a handle is synced before it is closed: the system tells
 * of a failed write-back through handles that were open at the time, and might not tell a later one.
 */

import { closeSync, constants, fdatasync, fdatasyncSync, fstatSync, openSync } from 'node:fs'
import { assert } from '../world/assert.ts'
import type { DiskError } from '../world/disk.ts'
import type { Life } from './life.ts'
import { asError, diskError, orDiskError } from './system-errors.ts'

/** Handles that are closed at once where the process may open no more. */
const SPARED = 32
/** How far from the oldest on a handle is looked for that can be closed without a sync. */
const LOOKED_AT = 64
/** Syncs for the sake of closing that are under way at a time. */
const SYNCING_MAX = 16
/** Handles beyond the bound that wait for a sync; where there are more, the oldest is synced while everything waits. */
export const EXCESS_MAX = 256

/** The open handles of one life. */
export class FileHandles {
  readonly #life: Life
  readonly #handlesMax: number
  /** Open, the least recently used first. */
  readonly #open = new Set<FileHandle>()
  #syncing = 0

  /** `handlesMax` is at least 1; up to `EXCESS_MAX` more, and those in use at one instant, come on top of it. */
  constructor(life: Life, handlesMax: number) {
    assert(handlesMax >= 1, 'a disk may have one file open at least')
    this.#life = life
    this.#handlesMax = handlesMax
    life.whenOver(() => {
      for (const handle of this.#open) handle.close()
    })
  }

  /** Opens a file, made if `create`. @throws the system's error. */
  open(systemPath: string, path: string, create: boolean): { readonly handle: FileHandle; readonly size: number } {
    const fd = this.#openSparing(systemPath, constants.O_RDWR | (create ? constants.O_CREAT : 0))
    const handle = new FileHandle(this, systemPath, path, fd)
    this.#open.add(handle)
    this.#makeRoom(handle)
    return { handle, size: fstatSync(fd).size }
  }

  /** For a handle: it is being used. @throws the system's error where it cannot be opened again. */
  touch(handle: FileHandle): void {
    if (handle.isOpen) this.#open.delete(handle)
    else handle.reopened(this.#openSparing(handle.systemPath, constants.O_RDWR))
    this.#open.add(handle)
    if (this.#open.size > this.#handlesMax) this.#makeRoom(handle)
  }

  /** For a handle: the system's is closed. */
  forget(handle: FileHandle): void {
    this.#open.delete(handle)
  }

  #openSparing(systemPath: string, flags: number): number {
    try {
      return openSync(systemPath, flags)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EMFILE' && code !== 'ENFILE') throw error
      // Connections have taken what there is: files make do with fewer.
      let spared = 0
      for (const handle of this.#open) {
        if (spared === SPARED) break
        if (!handle.isIdle) continue
        handle.closeWithSync()
        spared++
      }
      return openSync(systemPath, flags)
    }
  }

  /** Closes what is over the bound; `keep` is about to be used. */
  #makeRoom(keep?: FileHandle): void {
    let excess = this.#open.size - this.#handlesMax - this.#syncing
    let looked = 0
    for (const handle of this.#open) {
      if (excess <= 0 || looked++ === LOOKED_AT) break
      if (handle !== keep && handle.isIdle && handle.closeForNow()) excess--
    }
    for (const handle of this.#open) {
      if (excess <= 0 || (this.#syncing >= SYNCING_MAX && excess <= EXCESS_MAX - SYNCING_MAX)) return
      if (!handle.isIdle || handle === keep) continue
      if (this.#syncing < SYNCING_MAX) this.#syncAndClose(handle)
      else handle.closeWithSync()
      excess--
    }
  }

  #syncAndClose(handle: FileHandle): void {
    this.#syncing++
    handle.syncToClose(() => {
      this.#syncing--
      if (!this.#life.isOver) this.#makeRoom()
    })
  }
}

/** The handle of one open file, which the system has or will have again when it is used. */
export class FileHandle {
  readonly systemPath: string
  readonly #path: string
  readonly #handles: FileHandles
  #fd: number | undefined
  #underWay = 0
  /** Something was written since the last sync began. */
  #isDirty = false
  #isClosed = false
  /** A sync for the sake of closing has failed; the next sync that is asked for says so. */
  #lost: DiskError | undefined

  constructor(handles: FileHandles, systemPath: string, path: string, fd: number) {
    this.#handles = handles
    this.systemPath = systemPath
    this.#path = path
    this.#fd = fd
  }

  get isOpen(): boolean {
    return this.#fd !== undefined
  }

  /** Nothing is under way on it. */
  get isIdle(): boolean {
    return this.#underWay === 0
  }

  /** Does something at once. */
  use<T>(what: (fd: number) => T): T {
    this.#handles.touch(this)
    return what(this.#fd!)
  }

  /** Writes or cuts at once. @throws as `what` does; something may have been written all the same. */
  change(what: (fd: number) => void): void {
    this.#isDirty = true
    this.use(what)
  }

  /** Starts what ends with `finish`; the system's handle stays open until then. @throws {DiskError} */
  begin(): number {
    orDiskError(this.#path, () => this.#handles.touch(this))
    this.#underWay++
    return this.#fd!
  }

  finish(): void {
    this.#underWay--
    if (this.#isClosed && this.#underWay === 0) this.#closeNow()
  }

  /** Everything written so far is being synced; what an earlier sync of this handle's own has failed with. */
  syncBegins(): DiskError | undefined {
    this.#isDirty = false
    return this.#lost
  }

  /** Closes for good, as soon as nothing is under way. */
  close(): void {
    this.#isClosed = true
    if (this.#underWay === 0) this.#closeNow()
  }

  /** For those that keep the handles: lets go of the system's one until the next use; false where it must be synced. */
  closeForNow(): boolean {
    if (this.#isDirty) return false
    this.#closeNow()
    return true
  }

  /** As `closeForNow`, with everything waiting for the sync where one is due. */
  closeWithSync(): void {
    try {
      if (this.#isDirty) fdatasyncSync(this.#fd!)
      this.#isDirty = false
    } catch (error) {
      this.#lost ??= diskError(asError(error), this.#path)
    }
    this.#closeNow()
  }

  reopened(fd: number): void {
    this.#fd = fd
  }

  /** Syncs, and closes unless it was used meanwhile. */
  syncToClose(done: () => void): void {
    this.#underWay++
    this.#isDirty = false
    fdatasync(this.#fd!, (error) => {
      if (error !== null) this.#lost ??= diskError(asError(error), this.#path)
      this.finish()
      if (this.#underWay === 0 && !this.#isDirty) this.#closeNow()
      done()
    })
  }

  #closeNow(): void {
    if (this.#fd === undefined) return
    this.#handles.forget(this)
    closeSync(this.#fd)
    this.#fd = undefined
  }
}
