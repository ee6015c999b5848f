/**
 * The event-hash chain: a running 64-bit mix over what each event was (time, kind, node) and did (the bytes delivered,
 * the disk effects, whatever a device notes). Two runs of one plan must have the same chain; the states kept every so
 * many events let two runs that differ name the first event in which they do.
 *
 * Only integers enter it: no text of an error, no address of an object. A cheap mix against accident, not against an
 * adversary.
 */

import { Checkpoints, type HashChain } from './hash-chain.ts'
import type { RecordedEvent } from './recorded-range.ts'
import { RecordedRange } from './recorded-range.ts'

/** Chunks up to this many bytes are hashed whole; of longer ones the ends and evenly spaced words are. */
const WHOLE_BYTES_MAX = 1024
const END_BYTES = 256
const SAMPLED_WORDS = 128

export class EventHash {
  #a = 0x5bd1e995
  #b = 0x2545f491
  #events = 0
  readonly #checkpoints = new Checkpoints()
  #recorded: RecordedRange | undefined = undefined

  /** The next event begins: what it is enters the chain. */
  beginEvent(timeUs: number, kind: number, node: number): void {
    this.note(timeUs >>> 0)
    this.note((Math.floor(timeUs / 0x1_0000_0000) << 8) ^ kind)
    this.note(node)
    this.#recorded?.begin(this.#events, timeUs, kind, node)
  }

  /** The event, its microtasks and what watched it are done. */
  endEvent(): void {
    this.#events++
    this.#recorded?.end(this.#events, this.#a, this.#b)
    if (this.#checkpoints.due(this.#events)) this.#checkpoints.add(this.#a, this.#b)
  }

  /** Mixes in the low 32 bits of an integer. */
  note(word: number): void {
    const a = Math.imul(this.#a ^ word, 0x9e3779b1)
    this.#a = (a << 13) | (a >>> 19)
    const b = Math.imul(this.#b ^ (word + this.#a), 0x85ebca6b)
    this.#b = b ^ (b >>> 15)
  }

  /** Mixes in the length of bytes `[start, end)` and the bytes; of more than 1024 only a fixed sample. */
  noteBytes(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start
    this.note(length)
    if (length <= WHOLE_BYTES_MAX) {
      this.#noteWords(bytes, start, end)
      return
    }
    this.#noteWords(bytes, start, start + END_BYTES)
    const stride = Math.floor((length - 2 * END_BYTES) / SAMPLED_WORDS)
    let position = start + END_BYTES
    for (let word = 0; word < SAMPLED_WORDS; word++, position += stride) this.note(littleEndianWord(bytes, position))
    this.#noteWords(bytes, end - END_BYTES, end)
  }

  /** Keeps each event `[from, to)` (the first event is 0) with its hash, for a second pass over a narrowed interval. */
  recordRange(from: number, to: number): void {
    this.#recorded = new RecordedRange(from, to)
  }

  /** What `recordRange` asked for, so far. */
  get recorded(): readonly RecordedEvent[] {
    return this.#recorded?.events ?? []
  }

  /** The present state of the chain as 16 hexadecimal digits. */
  get digest(): string {
    return hex(this.#a) + hex(this.#b)
  }

  /** The chain so far: what is compared between two runs. */
  chain(): HashChain {
    return { events: this.#events, digest: this.digest, ...this.#checkpoints.kept() }
  }

  /** As `note` for each word; the lanes are kept in locals, for this is where the time goes. */
  #noteWords(bytes: Uint8Array, start: number, end: number): void {
    let a = this.#a
    let b = this.#b
    let position = start
    for (const last = end - 3; position < last; position += 4) {
      const word = littleEndianWord(bytes, position)
      const mixed = Math.imul(a ^ word, 0x9e3779b1)
      a = (mixed << 13) | (mixed >>> 19)
      const other = Math.imul(b ^ (word + a), 0x85ebca6b)
      b = other ^ (other >>> 15)
    }
    this.#a = a
    this.#b = b
    let rest = 0
    for (; position < end; position++) rest = (rest << 8) | bytes[position]!
    if (((end - start) & 3) !== 0) this.note(rest)
  }
}

function littleEndianWord(bytes: Uint8Array, position: number): number {
  const low = bytes[position]! | (bytes[position + 1]! << 8)
  return low | (bytes[position + 2]! << 16) | (bytes[position + 3]! << 24)
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
