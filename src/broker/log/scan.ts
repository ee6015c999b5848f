/**
 * Walks the batches of a `.log` file in order, a chunk at a time.
 *
 * Only the frame of a batch is looked at (its size); whether it is whole and right is for the visitor. The walk ends at
 * the first place where no batch can be: too few bytes for a header, a size that is absurd or reaches past the end.
 */

import { BATCH_HEADER_BYTES, batchBytes } from '../../protocol/record-batch.ts'
import { DiskError, type DiskFile } from '../../world/disk.ts'
import { asDiskError } from './files.ts'

const CHUNK_BYTES = 64 * 1024

export interface Scan {
  readonly file: DiskFile
  /** A position at which a batch starts. */
  readonly from: number
  /** The walk sees no byte at or past this position. */
  readonly until: number
  /** The batch at `[at, end)` of `bytes`, which lies at `position` of the file; false ends the walk before it. */
  visit(bytes: Uint8Array, at: number, end: number, position: number): boolean
}

/** `done` gets the position of the first byte that no visited batch covers. */
export function scanBatches(scan: Scan, done: (error: DiskError | undefined, position: number) => void): void {
  new BatchScan(scan, done).readOn(scan.from, CHUNK_BYTES)
}

class BatchScan {
  readonly #scan: Scan
  readonly #done: (error: DiskError | undefined, position: number) => void
  #buffer = new Uint8Array(0)

  constructor(scan: Scan, done: (error: DiskError | undefined, position: number) => void) {
    this.#scan = scan
    this.#done = done
  }

  readOn(position: number, want: number): void {
    const bytes = Math.min(want, this.#scan.until - position)
    if (bytes < BATCH_HEADER_BYTES) return this.#done(undefined, position)
    if (this.#buffer.length < bytes) this.#buffer = new Uint8Array(bytes)
    this.#scan.file.read(position, this.#buffer.subarray(0, bytes), (error, count) => {
      if (error !== undefined) this.#done(error, position)
      else this.#walk(position, count, count < bytes)
    })
  }

  /** `isEnd`: fewer bytes came than were asked for, so the file ends here, whatever the directory says of its size. */
  #walk(start: number, count: number, isEnd: boolean): void {
    let at = 0
    while (at + BATCH_HEADER_BYTES <= count) {
      const size = batchBytes(this.#buffer, at)
      const position = start + at
      if (size < BATCH_HEADER_BYTES || position + size > this.#scan.until) return this.#done(undefined, position)
      if (at + size > count) {
        if (isEnd) return this.#done(undefined, position)
        return this.readOn(position, Math.max(size, CHUNK_BYTES))
      }
      const verdict = this.#visit(at, at + size, position)
      if (verdict instanceof DiskError) return this.#done(verdict, position)
      if (!verdict) return this.#done(undefined, position)
      at += size
    }
    if (at === 0 || isEnd) return this.#done(undefined, start + at)
    this.readOn(start + at, CHUNK_BYTES)
  }

  /** A visitor may write (an index that is rebuilt), and so fail as a disk fails. */
  #visit(at: number, end: number, position: number): boolean | DiskError {
    try {
      return this.#scan.visit(this.#buffer, at, end, position)
    } catch (error) {
      return asDiskError(error)
    }
  }
}
