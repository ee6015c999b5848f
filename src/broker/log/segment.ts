/**
 * One segment of a log: batches one behind the other in a `.log` file, and the two sparse indexes over it.
 *
 * The indexes get an entry for a batch when more than `index.interval.bytes` of log lie between it and the batch of the
 * entry before; so they are a function of the batches alone, and recovery rebuilds exactly what a running log wrote.
 * Not here: when to roll, what is durable, who may append (`partition-log.ts`).
 */

import type { BatchHeader } from '../../protocol/record-batch.ts'
import { assert } from '../../world/assert.ts'
import type { Disk, DiskFile } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import { joinPath, offsetFileName } from './files.ts'
import { type IndexColumns, offsetIndex, type SparseIndex, timeIndex } from './offset-index.ts'

export class Segment {
  readonly baseOffset: number
  readonly directory: string
  readonly file: DiskFile
  readonly offsets: SparseIndex
  readonly times: SparseIndex
  /** Wall time in ms at which this life opened the segment. */
  readonly openedMs: number
  readonly #clock: World['clock']
  readonly #indexIntervalBytes: number
  /** The offset after the last one in this segment. */
  #endOffset: number
  #maxTimestamp = -1
  /** The last offset of the batch with the largest timestamp. */
  #maxTimestampOffset = -1
  /** The largest timestamp of the first batch: the age of the segment counts from here. */
  #firstTimestamp: number | undefined
  #writtenMs: number
  #closed = false

  /** Opens the files of a segment, new ones where there are none. @throws {DiskError} */
  constructor({ disk, clock }: World, directory: string, baseOffset: number, indexIntervalBytes: number) {
    const open = (kind: 'log' | 'index' | 'timeindex') =>
      disk.open(joinPath(directory, offsetFileName(baseOffset, kind)), { create: true })
    this.baseOffset = baseOffset
    this.directory = directory
    this.file = open('log')
    this.offsets = offsetIndex(open('index'), baseOffset)
    this.times = timeIndex(open('timeindex'), baseOffset)
    this.#clock = clock
    this.openedMs = clock.wallMs()
    this.#writtenMs = this.openedMs
    this.#indexIntervalBytes = indexIntervalBytes
    this.#endOffset = baseOffset
  }

  get endOffset(): number {
    return this.#endOffset
  }

  get bytes(): number {
    return this.file.size
  }

  /** −1 where there is no record. */
  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  get maxTimestampOffset(): number {
    return this.#maxTimestampOffset
  }

  get firstTimestamp(): number | undefined {
    return this.#firstTimestamp
  }

  /** Wall time in ms of the last append; before the first of this life, of the opening. */
  get writtenMs(): number {
    return this.#writtenMs
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** Appends a batch whose offsets are assigned. @throws {DiskError} and leaves the segment as it was. */
  append(batch: Uint8Array, header: BatchHeader): void {
    assert(header.baseOffset >= this.#endOffset, 'offsets in a segment increase')
    const position = this.file.size
    this.file.append([batch])
    this.#writtenMs = this.#clock.wallMs()
    this.account(header, position)
  }

  /** Takes note of a batch that lies at `position` (just appended, or found there), and indexes it where that is due. */
  account(header: BatchHeader, position: number): void {
    this.#note(header)
    if (position - (this.offsets.lastValue ?? 0) > this.#indexIntervalBytes) {
      this.offsets.append(header.lastOffset, position)
      this.#indexTime()
    }
    this.#endOffset = header.lastOffset + 1
  }

  /**
   * Takes what the indexes say of the batches up to their last entry, given the header of the segment's first batch,
   * before the batches from that entry on are accounted for.
   */
  trustIndexes(first: BatchHeader | undefined): void {
    this.#maxTimestamp = this.times.lastKey ?? -1
    this.#maxTimestampOffset = this.times.lastValue ?? -1
    this.#firstTimestamp = first?.maxTimestamp
  }

  /** The segment takes no more batches: its largest timestamp is put on record. */
  finish(): void {
    this.#indexTime()
  }

  /** A position at or before the start of the batch that holds `offset`, and the next position the index knows. */
  positionOf(offset: number): { readonly from: number; readonly until: number } {
    const entry = this.offsets.floor(offset)
    return {
      from: this.offsets.valueAt(entry) ?? 0,
      until: this.offsets.valueAt(entry + 1) ?? this.file.size,
    }
  }

  /** An offset at or before the first record whose timestamp is at least `timestamp`. */
  offsetBeforeTime(timestamp: number): number {
    return this.times.valueAt(this.times.floor(timestamp - 1)) ?? this.baseOffset
  }

  /** Cuts the segment at a batch boundary; the caller accounts for the batches that stay, from the indexes or anew. */
  cut(bytes: number): void {
    if (bytes < this.file.size) this.file.truncate(bytes)
  }

  /**
   * Cuts the segment before the batch at `position`, whose base offset is `endOffset`, and drops the index entries of
   * what is gone. `tail`: the batches that stay, from that of the last offset index entry left (or the first) on.
   */
  truncate(endOffset: number, position: number, tail: readonly BatchHeader[]): void {
    this.cut(position)
    this.offsets.truncate(this.offsets.floor(endOffset - 1) + 1)
    let times = this.times.entries
    while (times > 0 && this.times.valueAt(times - 1)! >= endOffset) times--
    this.times.truncate(times)
    this.#maxTimestamp = this.times.lastKey ?? -1
    this.#maxTimestampOffset = this.times.lastValue ?? -1
    if (position === 0) this.#firstTimestamp = undefined
    for (const header of tail) this.#note(header)
    this.#endOffset = endOffset
  }

  /**
   * Drops all index entries and everything derived from batches, before the batches are accounted for anew, up to
   * `derived`. Given what the files of the indexes read as: undefined where that makes no sense.
   */
  deriveAnew(offsets: IndexColumns | undefined, times: IndexColumns | undefined): void {
    this.offsets.deriveAnew(offsets)
    this.times.deriveAnew(times)
    this.#endOffset = this.baseOffset
    this.#maxTimestamp = -1
    this.#maxTimestampOffset = -1
    this.#firstTimestamp = undefined
  }

  /** Every batch is accounted for: what the files of the indexes have besides goes. */
  derived(): void {
    this.offsets.derived()
    this.times.derived()
  }

  close(): void {
    this.#closed = true
    this.file.close()
    this.offsets.file.close()
    this.times.file.close()
  }

  /** Closes the segment and removes its files. A producer snapshot at its base offset stays its owner's concern. */
  remove(disk: Disk): void {
    this.close()
    for (const kind of ['log', 'index', 'timeindex'] as const) {
      disk.remove(joinPath(this.directory, offsetFileName(this.baseOffset, kind)))
    }
  }

  #note(header: BatchHeader): void {
    if (header.maxTimestamp > this.#maxTimestamp) {
      this.#maxTimestamp = header.maxTimestamp
      this.#maxTimestampOffset = header.lastOffset
    }
    this.#firstTimestamp ??= header.maxTimestamp
  }

  #indexTime(): void {
    if (this.#maxTimestamp > (this.times.lastKey ?? -1)) this.times.append(this.#maxTimestamp, this.#maxTimestampOffset)
  }
}
