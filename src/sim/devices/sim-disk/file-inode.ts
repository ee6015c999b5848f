/**
 * A file as a kernel and a platter have it: what is in the page cache, what is durable, and which pages differ.
 *
 * A page is clean, dirty (stamped with the generation in which it changed), or dropped: a sync of it failed, the kernel
 * calls it clean, and yet it was never written (fsyncgate; Rebello et al., ATC 2020). A sync covers the pages stamped up
 * to its call and the bytes that were there then, however long it takes. Beyond their sizes both contents are zeros.
 * Not here: names, chance, and what a power loss chooses (`power-loss.ts`).
 */

import { assert } from '../../../world/assert.ts'

/** What a kernel writes at once, and what a platter does. */
const PAGE_BYTES = 4096
const SECTOR_BYTES = 512
/** All sectors of a page, as bits. */
export const ALL_SECTORS = 0xff

const NO_BYTES = new Uint8Array(0)
const GROWN_BYTES_MIN = 2048
const CLEAN = 0
const DROPPED = 0xffff_ffff

/** A sync that was asked for and is not over. */
export interface PendingSync {
  /** Pages stamped up to here are covered. */
  readonly generation: number
  /** Bytes that were in the file at the call, less what was cut off since. */
  size: number
}

/** Bytes `[from, to)` that cannot be read. */
export interface UnreadableRange {
  readonly from: number
  readonly to: number
  /** Only the next read fails. */
  readonly once: boolean
}

export class FileInode {
  readonly kind = 'file'
  readonly id: number
  /** Handles that are open in the present life. */
  openHandles = 0
  /** False once no directory has it. */
  linked = true
  unreadable: readonly UnreadableRange[] = []

  #content = NO_BYTES
  #size = 0
  #durable = NO_BYTES
  #durableSize = 0
  /** Durable bytes below this are the content's; a cut lowers it until it is synced. */
  #durableValid = 0
  /** Stamp of each page of the content. */
  #stamps = new Uint32Array(0)
  #generation = 1
  /** No page below it is dirty or dropped. */
  #lowestUnclean = 0
  readonly #pending = new Set<PendingSync>()

  constructor(id: number) {
    this.id = id
  }

  get size(): number {
    return this.#size
  }

  get durableSize(): number {
    return this.#durableSize
  }

  /** Appends up to `most` bytes of the parts. */
  append(parts: readonly Uint8Array[], most: number): void {
    const start = this.#size
    const end = start + most
    this.#reserve(end)
    let at = start
    for (const part of parts) {
      const count = Math.min(part.length, end - at)
      this.#content.set(count === part.length ? part : part.subarray(0, count), at)
      at += count
    }
    assert(at === end, 'the parts have the bytes that are appended')
    this.#size = end
    this.#stamp(start, end)
  }

  /** Cuts the file to `size`. */
  truncate(size: number): void {
    this.#content.fill(0, size, this.#size)
    this.#stamps.fill(CLEAN, Math.ceil(size / PAGE_BYTES))
    this.#size = size
    this.#durableValid = Math.min(this.#durableValid, size)
    if (size % PAGE_BYTES !== 0) this.#stamp(size, size + 1)
    for (const pending of this.#pending) pending.size = Math.min(pending.size, size)
  }

  /** Copies bytes from `position` on; returns how many there were. */
  read(position: number, into: Uint8Array): number {
    const count = Math.max(0, Math.min(into.length, this.#size - position))
    if (count > 0) into.set(this.#content.subarray(position, position + count))
    return count
  }

  beginSync(): PendingSync {
    const pending = { generation: this.#generation++, size: this.#size }
    this.#pending.add(pending)
    return pending
  }

  /** What the sync covers is durable. */
  completeSync(sync: PendingSync): void {
    this.#pending.delete(sync)
    this.#reserveDurable(sync.size)
    this.#eachCovered(sync, (page, stamp) => {
      const from = page * PAGE_BYTES
      const to = Math.min(from + PAGE_BYTES, sync.size)
      if (from < to) this.#durable.set(this.#content.subarray(from, to), from)
      // A page that changed after the call stays dirty, though its older bytes are durable.
      if (stamp <= sync.generation) this.#stamps[page] = CLEAN
    })
    const size = Math.max(sync.size, this.#durableValid)
    this.#durable.fill(0, size, Math.max(size, this.#durableSize))
    this.#durableSize = size
    this.#durableValid = size
    this.#raiseLowestUnclean()
  }

  /** The sync failed: the kernel takes its pages for clean, and will never write them. */
  failSync(sync: PendingSync): void {
    this.#pending.delete(sync)
    this.#eachCovered(sync, (page, stamp) => {
      if (stamp <= sync.generation) this.#stamps[page] = DROPPED
    })
  }

  /** Bytes in pages that are not durable. */
  unsyncedBytes(): number {
    let bytes = 0
    for (let page = this.#lowestUnclean; page < this.#pages(); page++) {
      if (this.#stamps[page] !== CLEAN) bytes += Math.min(PAGE_BYTES, this.#size - page * PAGE_BYTES)
    }
    return bytes
  }

  /** The process died. Dropped pages for which `reverts` says so leave the page cache: what is read is what was written. */
  afterKill(reverts: (page: number) => boolean): void {
    this.#pending.clear()
    this.openHandles = 0
    for (let page = this.#lowestUnclean; page < this.#pages(); page++) {
      if (this.#stamps[page] !== DROPPED || !reverts(page)) continue
      const from = page * PAGE_BYTES
      this.#content.set(this.#durablePart(from, Math.min(from + PAGE_BYTES, this.#size)), from)
      this.#stamps[page] = CLEAN
    }
  }

  /**
   * The power failed: the file has `size` bytes, which lies between the durable and the present one. Of each dirty page
   * the sectors of `sectorsKept(page)` (a bit each) have what was written, all else what was durable.
   */
  afterPowerLoss(size: number, sectorsKept: (page: number) => number): void {
    const left = new Uint8Array(size)
    left.set(this.#durable.subarray(0, Math.min(size, this.#durableSize)))
    for (let page = this.#lowestUnclean; page < this.#pages(); page++) {
      const stamp = this.#stamps[page]!
      if (stamp === CLEAN || stamp === DROPPED) continue
      const kept = sectorsKept(page)
      for (let sector = 0; sector < PAGE_BYTES / SECTOR_BYTES; sector++) {
        if ((kept & (1 << sector)) === 0) continue
        const from = page * PAGE_BYTES + sector * SECTOR_BYTES
        const to = Math.min(from + SECTOR_BYTES, size)
        if (from < to) this.#copyContent(left, from, to)
      }
    }
    this.#startFrom(left)
  }

  /** Flips bits of a byte, in the page cache and on the platter. */
  flip(position: number, bits: number): void {
    assert(position < this.#size, 'rot strikes a byte that is there')
    this.#content[position] = this.#content[position]! ^ bits
    if (position < this.#durableSize) this.#durable[position] = this.#durable[position]! ^ bits
  }

  /** The content, uncopied: good until it changes. */
  view(): Uint8Array {
    return this.#content.subarray(0, this.#size)
  }

  /** A copy of the content. */
  content(): Uint8Array {
    return this.#content.slice(0, this.#size)
  }

  /** A copy of what is durable. */
  durable(): Uint8Array {
    return this.#durable.slice(0, this.#durableSize)
  }

  #startFrom(left: Uint8Array<ArrayBuffer>): void {
    this.#content = left
    this.#size = left.length
    this.#durable = left.slice()
    this.#durableSize = left.length
    this.#durableValid = left.length
    this.#stamps = new Uint32Array(this.#pages())
    this.#lowestUnclean = 0
    this.#pending.clear()
    this.openHandles = 0
  }

  /** Copies content `[from, to)`; what lies beyond the content is zeros. */
  #copyContent(into: Uint8Array, from: number, to: number): void {
    const end = Math.min(to, this.#size)
    if (from < end) into.set(this.#content.subarray(from, end), from)
    into.fill(0, Math.max(from, end), to)
  }

  #durablePart(from: number, to: number): Uint8Array {
    const part = new Uint8Array(to - from)
    const end = Math.min(to, this.#durableSize)
    if (from < end) part.set(this.#durable.subarray(from, end))
    return part
  }

  #eachCovered(sync: PendingSync, act: (page: number, stamp: number) => void): void {
    const pages = Math.ceil(sync.size / PAGE_BYTES)
    for (let page = this.#lowestUnclean; page < pages; page++) {
      const stamp = this.#stamps[page]!
      if (stamp !== CLEAN && stamp !== DROPPED) act(page, stamp)
    }
  }

  #stamp(start: number, end: number): void {
    if (end <= start) return
    const first = Math.floor(start / PAGE_BYTES)
    const last = Math.floor((end - 1) / PAGE_BYTES)
    this.#stamps.fill(this.#generation, first, last + 1)
    if (first < this.#lowestUnclean) this.#lowestUnclean = first
  }

  #raiseLowestUnclean(): void {
    const pages = this.#pages()
    while (this.#lowestUnclean < pages && this.#stamps[this.#lowestUnclean] === CLEAN) this.#lowestUnclean++
  }

  #pages(): number {
    return Math.ceil(this.#size / PAGE_BYTES)
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#content.length) return
    this.#content = grown(this.#content, bytes)
    const pages = Math.ceil(this.#content.length / PAGE_BYTES)
    if (pages <= this.#stamps.length) return
    const stamps = new Uint32Array(pages)
    stamps.set(this.#stamps)
    this.#stamps = stamps
  }

  #reserveDurable(bytes: number): void {
    if (bytes > this.#durable.length) this.#durable = grown(this.#durable, bytes)
  }
}

/** Most files are a few bytes, written once, and get no more room than they need; what grows again gets plenty. */
function grown(bytes: Uint8Array, needed: number): Uint8Array<ArrayBuffer> {
  const plenty = bytes.length === 0 ? 0 : Math.max(GROWN_BYTES_MIN, 2 * bytes.length)
  const more = new Uint8Array(Math.max(needed, plenty))
  more.set(bytes)
  return more
}
