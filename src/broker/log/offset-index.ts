/**
 * The two sparse indexes of a segment: offset → position, and timestamp → offset.
 *
 * ```
 * .index      [relativeOffset i32][position i32]     strictly increasing; the offset is the last one of its batch
 * .timeindex  [timestamp i64][relativeOffset i32]    timestamps strictly increasing here, offsets not decreasing
 * ```
 *
 * Entries live in memory and are appended to their file; look-ups never touch the disk. An index is derived data: one
 * that does not read well is rebuilt from its segment. An entry that could not be written (disk full) is left out of
 * both, which only makes the index sparser.
 */

import { writeInt32, writeInt64 } from '../../protocol/record-batch-patch.ts'
import { DiskError, type DiskFile } from '../../world/disk.ts'

export const OFFSET_ENTRY_BYTES = 8
export const TIME_ENTRY_BYTES = 12

/** A sparse index over two ascending columns. */
export class SparseIndex {
  readonly #file: DiskFile
  readonly #entryBytes: number
  readonly #encode: (key: number, value: number) => Uint8Array
  #keys: number[] = []
  #values: number[] = []
  /** While the entries are derived anew: those of the file, as long as the same have come. */
  #inFile: IndexColumns | undefined

  constructor(file: DiskFile, entryBytes: number, encode: (key: number, value: number) => Uint8Array) {
    this.#file = file
    this.#entryBytes = entryBytes
    this.#encode = encode
  }

  get file(): DiskFile {
    return this.#file
  }

  get entries(): number {
    return this.#keys.length
  }

  get bytes(): number {
    return this.#file.size
  }

  get lastKey(): number | undefined {
    return this.#keys.at(-1)
  }

  get lastValue(): number | undefined {
    return this.#values.at(-1)
  }

  /** Takes over entries that were read from the file. */
  restore(keys: number[], values: number[]): void {
    this.#keys = keys
    this.#values = values
  }

  /**
   * Forgets the entries, before they are derived anew by `append`, up to `derived`. `inFile`: what the file reads as,
   * undefined where that makes no sense. What is there already is not written again: after most crashes that is all, and to cut
   * a file and fill it again takes the system longer than anything else in the recovery of a small log.
   */
  deriveAnew(inFile?: IndexColumns): void {
    this.#keys = []
    this.#values = []
    this.#inFile = inFile
    if (inFile === undefined) this.#cutFile()
  }

  /** All entries have been derived: what the file has behind them goes. */
  derived(): void {
    this.#inFile = undefined
    this.#cutFile()
  }

  append(key: number, value: number): void {
    if (this.#inFile !== undefined) {
      const at = this.#keys.length
      if (this.#inFile.keys[at] === key && this.#inFile.values[at] === value) {
        this.#keys.push(key)
        this.#values.push(value)
        return
      }
      this.derived()
    }
    try {
      this.#file.append([this.#encode(key, value)])
    } catch (error) {
      if (error instanceof DiskError && error.code === 'FULL') return
      throw error
    }
    this.#keys.push(key)
    this.#values.push(value)
  }

  /** The index of the last entry whose key is at most `key`; −1 where there is none. */
  floor(key: number): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#keys[middle]! <= key) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  keyAt(entry: number): number | undefined {
    return this.#keys[entry]
  }

  valueAt(entry: number): number | undefined {
    return this.#values[entry]
  }

  /** Keeps the first `entries` entries. */
  truncate(entries: number): void {
    this.#keys.length = Math.min(this.#keys.length, entries)
    this.#values.length = Math.min(this.#values.length, entries)
    this.#cutFile()
  }

  /** Cuts off what the file has behind the entries. */
  #cutFile(): void {
    const bytes = this.#keys.length * this.#entryBytes
    if (bytes < this.#file.size) this.#file.truncate(bytes)
  }
}

/** Keys are absolute offsets, values are positions. */
export function offsetIndex(file: DiskFile, baseOffset: number): SparseIndex {
  return new SparseIndex(file, OFFSET_ENTRY_BYTES, (offset, position) => {
    const entry = new Uint8Array(OFFSET_ENTRY_BYTES)
    writeInt32(entry, 0, offset - baseOffset)
    writeInt32(entry, 4, position)
    return entry
  })
}

/** Keys are timestamps, values are absolute offsets. */
export function timeIndex(file: DiskFile, baseOffset: number): SparseIndex {
  return new SparseIndex(file, TIME_ENTRY_BYTES, (timestamp, offset) => {
    const entry = new Uint8Array(TIME_ENTRY_BYTES)
    writeInt64(entry, 0, timestamp)
    writeInt32(entry, 8, offset - baseOffset)
    return entry
  })
}

export interface IndexColumns {
  readonly keys: number[]
  readonly values: number[]
}

/** Entries of an offset index; undefined where they cannot be right for a segment of `logBytes` bytes. */
export function parseOffsetIndex(bytes: Uint8Array, baseOffset: number, logBytes: number): IndexColumns | undefined {
  if (bytes.length % OFFSET_ENTRY_BYTES !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const keys: number[] = []
  const values: number[] = []
  let [lastOffset, lastPosition] = [-1, 0]
  for (let at = 0; at < bytes.length; at += OFFSET_ENTRY_BYTES) {
    const [offset, position] = [view.getInt32(at), view.getInt32(at + 4)]
    if (offset <= lastOffset || position <= lastPosition || position >= logBytes) return undefined
    keys.push(baseOffset + offset)
    values.push(position)
    ;[lastOffset, lastPosition] = [offset, position]
  }
  return { keys, values }
}

/** Entries of a time index; undefined where they cannot be right for offsets below `endOffset`. */
export function parseTimeIndex(bytes: Uint8Array, baseOffset: number, endOffset: number): IndexColumns | undefined {
  if (bytes.length % TIME_ENTRY_BYTES !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const keys: number[] = []
  const values: number[] = []
  let [lastTimestamp, lastOffset] = [-1, -1]
  for (let at = 0; at < bytes.length; at += TIME_ENTRY_BYTES) {
    const timestamp = Number(view.getBigInt64(at))
    const offset = view.getInt32(at + 8)
    const ordered = timestamp > lastTimestamp && offset >= lastOffset && offset >= 0
    if (!ordered || baseOffset + offset >= endOffset) return undefined
    keys.push(timestamp)
    values.push(baseOffset + offset)
    ;[lastTimestamp, lastOffset] = [timestamp, offset]
  }
  return { keys, values }
}
