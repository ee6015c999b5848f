/**
 * Keeps a tally of batches, whatever their order, so that what was acknowledged can be compared with what is read back
 * without keeping either. Two tallies that differ differ in their mixes but for one chance in four thousand million.
 */

import type { Tally } from './load-jobs.ts'

/** See the head of this file. */
export class TallyKeeper {
  #batches = 0
  #records = 0
  #bytes = 0
  #mix = 0
  readonly #endOffsets: number[]

  constructor(partitions: number) {
    this.#endOffsets = new Array<number>(partitions).fill(0)
  }

  get batches(): number {
    return this.#batches
  }

  get records(): number {
    return this.#records
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Counts a batch at its place. */
  count(partition: number, baseOffset: number, crc: number, records: number, bytes: number): void {
    this.#batches++
    this.#records += records
    this.#bytes += bytes
    this.#mix = (this.#mix + mixed(partition, baseOffset, crc)) | 0
    this.#endOffsets[partition] = Math.max(this.#endOffsets[partition]!, baseOffset + records)
  }

  endOffset(partition: number): number {
    return this.#endOffsets[partition]!
  }

  /** What was counted so far. */
  tally(): Tally {
    const endOffsets = [...this.#endOffsets]
    return { batches: this.#batches, records: this.#records, bytes: this.#bytes, mix: this.#mix, endOffsets }
  }
}

/** Why what was read is not what was acknowledged; undefined where it is. */
export function tallyProblem(acknowledged: Tally, read: Tally): string | undefined {
  if (read.records !== acknowledged.records) {
    return `${acknowledged.records} records were acknowledged and ${read.records} were read`
  }
  const isSame = read.mix === acknowledged.mix && read.bytes === acknowledged.bytes
  return isSame ? undefined : 'what was read differs from what was acknowledged, in content or in place'
}

function mixed(partition: number, offset: number, crc: number): number {
  let state = Math.imul(partition + 1, 0x9e37_79b1) ^ crc
  state = Math.imul(state ^ (state >>> 15), 0x85eb_ca6b) ^ (offset | 0)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2_ae35) ^ Math.floor(offset / 2 ** 32)
  return Math.imul(state ^ (state >>> 16), 0x27d4_eb2f)
}
