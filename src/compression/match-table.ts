/**
 * Where each slot of a match finder was met last: what LZ4, snappy, DEFLATE and zstd encoders look into at every word.
 *
 * Acts as an array of `2^14` positions would, for any input. Of a short input only a few slots are ever used, and to make
 * and clear 64 KiB would take longer than to compress it: there the slots lie in a small table with linear probing.
 */

const SLOT_BITS = 14
/** Inputs up to here are short: a table twice as large as they are has room for all their positions. */
const SHORT_BYTES_MAX = 4096
const SHORT_POSITION_BITS = 13
const SHORT_POSITION_MASK = (1 << SHORT_POSITION_BITS) - 1
const SHORT_CELLS_MIN = 64

/** One use: positions of one input, `[0, inputBytes)`. */
export class MatchTable {
  /** Position + 1 by slot; of a short input `slot << 13 | position + 1` by a part of the slot. Zero is nothing. */
  readonly #cells: Int32Array
  readonly #isShort: boolean

  constructor(inputBytes: number) {
    this.#isShort = inputBytes <= SHORT_BYTES_MAX
    const doubled = Math.max(SHORT_CELLS_MIN, 2 * inputBytes)
    this.#cells = new Int32Array(this.#isShort ? 1 << (32 - Math.clz32(doubled - 1)) : 1 << SLOT_BITS)
  }

  /** The slot of a hash, of which the upper bits are the good ones. */
  static slotOf(hash: number): number {
    return hash >>> (32 - SLOT_BITS)
  }

  /** Notes that the slot was met at the position; returns where it was met last before, or -1. */
  exchange(slot: number, position: number): number {
    const cells = this.#cells
    if (!this.#isShort) {
      const last = cells[slot]! - 1
      cells[slot] = position + 1
      return last
    }
    const mask = cells.length - 1
    let at = slot & mask
    for (let cell = cells[at]!; cell !== 0; cell = cells[at]!) {
      if (cell >>> SHORT_POSITION_BITS === slot) {
        cells[at] = (slot << SHORT_POSITION_BITS) | (position + 1)
        return (cell & SHORT_POSITION_MASK) - 1
      }
      at = (at + 1) & mask
    }
    cells[at] = (slot << SHORT_POSITION_BITS) | (position + 1)
    return -1
  }
}
