/**
 * What lies on a disk in memory: a tree of directories and files, and how many bytes it may hold.
 *
 * It belongs to a node, not to one of its lives: a new life finds what the last one left. Only file contents count against
 * the capacity. A file that is removed or replaced while it is open stays readable and no longer counts.
 */

import { assert } from '../world/assert.ts'
import type { Life } from './life.ts'

/** The bytes of a file, in pages that never move, so that growing a file copies none of the old ones. */
const pageBytes = 64 * 1024
/** The first page of a file starts small and doubles: most files are checkpoints of a few lines. */
const firstPageBytes = 512

/** The bytes of one file. */
export class MemoryFile {
  readonly kind = 'file'
  readonly #pages: Uint8Array[] = []
  size = 0

  /** Copies the part to the end. */
  append(part: Uint8Array): void {
    let copied = 0
    while (copied < part.length) {
      const { page, at } = this.#roomAt(this.size, part.length - copied)
      const count = Math.min(page.length - at, part.length - copied)
      page.set(part.subarray(copied, copied + count), at)
      copied += count
      this.size += count
    }
  }

  /** Copies what lies at `position` into `into`; returns how many bytes that were. */
  read(position: number, into: Uint8Array): number {
    const count = Math.max(0, Math.min(into.length, this.size - position))
    let copied = 0
    while (copied < count) {
      const at = (position + copied) % pageBytes
      const page = this.#pages[Math.floor((position + copied) / pageBytes)] as Uint8Array
      const piece = Math.min(count - copied, page.length - at)
      into.set(page.subarray(at, at + piece), copied)
      copied += piece
    }
    return count
  }

  truncate(size: number): void {
    assert(size <= this.size, 'a file is cut to at most its present size')
    this.size = size
    this.#pages.length = Math.ceil(size / pageBytes)
  }

  #roomAt(position: number, wanted: number): { readonly page: Uint8Array; readonly at: number } {
    const index = Math.floor(position / pageBytes)
    const at = position % pageBytes
    let page = this.#pages[index]
    if (page === undefined || page.length === at) {
      const atLeast = index === 0 ? Math.max(firstPageBytes, 2 * at, at + wanted) : pageBytes
      const grown = new Uint8Array(Math.min(pageBytes, atLeast))
      if (page !== undefined) grown.set(page)
      this.#pages[index] = grown
      page = grown
    }
    return { page, at }
  }
}

/** Names, and what they stand for. */
export class MemoryDirectory {
  readonly kind = 'directory'
  readonly entries = new Map<string, MemoryNode>()
  /** The life that holds the directory's lock; one that is over holds nothing any more. */
  lockedBy: Life | undefined
}

/** What a name stands for. */
export type MemoryNode = MemoryFile | MemoryDirectory

/** A disk's contents, kept from life to life. */
export class MemoryStorage {
  readonly root = new MemoryDirectory()
  readonly capacityBytes: number
  usedBytes = 0

  /** `capacityBytes`: what all files together may hold; unlimited by default. */
  constructor(capacityBytes: number = Number.POSITIVE_INFINITY) {
    this.capacityBytes = capacityBytes
  }
}

/** Bytes in all files of a tree. */
export function bytesIn(node: MemoryNode): number {
  if (node.kind === 'file') return node.size
  let bytes = 0
  for (const entry of node.entries.values()) bytes += bytesIn(entry)
  return bytes
}
