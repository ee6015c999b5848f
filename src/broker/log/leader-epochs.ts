/**
 * Which leader epoch began at which offset of a log: the basis of truncation and of fencing (KIP-101, KIP-279).
 *
 * Entries ascend in epoch and in start offset. The cache is in memory and authoritative; `leader-epoch-checkpoint`
 * holds what a flush found (`partition-log.ts`), and recovery completes it from the batches.
 */

import { assert } from '../../world/assert.ts'
import type { EpochEntry } from './checkpoint-text.ts'

export class LeaderEpochs {
  #entries: EpochEntry[]

  constructor(entries: readonly EpochEntry[] = []) {
    this.#entries = [...entries]
  }

  get entries(): readonly EpochEntry[] {
    return this.#entries
  }

  get latest(): number | undefined {
    return this.#entries.at(-1)?.epoch
  }

  /** Notes that `epoch` has a batch at `offset`; true when that is news. */
  assign(epoch: number, offset: number): boolean {
    const latest = this.#entries.at(-1)
    if (epoch < 0 || (latest !== undefined && latest.epoch === epoch)) return false
    assert(latest === undefined || latest.epoch < epoch, 'leader epochs in a log increase')
    assert(latest === undefined || latest.startOffset <= offset, 'epochs start in the order of offsets')
    this.#entries.push({ epoch, startOffset: offset })
    return true
  }

  /** The epoch that wrote the record at `offset`; −1 where it is not known. */
  epochAt(offset: number): number {
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      if (this.#entries[index]!.startOffset <= offset) return this.#entries[index]!.epoch
    }
    return -1
  }

  /**
   * Where `epoch` ended, for a reader that has records of it: the largest epoch not above it that is known here, and
   * the offset after that epoch's last record. Undefined where every epoch known here is above it, or none is as high.
   */
  endOf(epoch: number, logEndOffset: number): { readonly epoch: number; readonly endOffset: number } | undefined {
    const latest = this.latest
    if (latest === undefined || epoch > latest) return undefined
    if (epoch === latest) return { epoch, endOffset: logEndOffset }
    const higher = this.#entries.findIndex((entry) => entry.epoch > epoch)
    const floor = this.#entries[higher - 1]
    return { epoch: floor?.epoch ?? epoch, endOffset: this.#entries[higher]!.startOffset }
  }

  /** Drops what lies at or above `endOffset`; true when something did. */
  truncateFromEnd(endOffset: number): boolean {
    const before = this.#entries.length
    this.#entries = this.#entries.filter((entry) => entry.startOffset < endOffset)
    return this.#entries.length !== before
  }

  /** Drops epochs that ended before `startOffset`; the one that covers it begins there now. True when something changed. */
  truncateFromStart(startOffset: number): boolean {
    const covering = this.#entries.findLastIndex((entry) => entry.startOffset <= startOffset)
    if (covering < 0 || (covering === 0 && this.#entries[0]!.startOffset === startOffset)) return false
    const first = { epoch: this.#entries[covering]!.epoch, startOffset }
    this.#entries = [first, ...this.#entries.slice(covering + 1)]
    return true
  }
}
