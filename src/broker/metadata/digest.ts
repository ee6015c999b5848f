/**
 * A hash of everything in an image, kept up to date in constant time per change.
 *
 * Each entity (a partition, a broker, one setting of one resource) has a hash of its own, of two 32-bit words; the hash
 * of the image is their sum, word by word and modulo 2^32, so that the order in which entities came does not matter. A
 * change takes the old hash away and adds the new one. The same on every node and platform. A mix against accident,
 * not against an adversary.
 */

import { encodeMetadataRecord, type MetadataRecordInput } from '../../protocol/metadata-records/table.ts'

/** The hash of one entity, or the sum of those of several. */
export interface EntityHash {
  readonly a: number
  readonly b: number
}

export class Digest {
  /** The sums over all entities. */
  #sumA = 0
  #sumB = 0
  /** The entity under way. */
  #a = 0
  #b = 0

  /** Sixteen hexadecimal digits; zeros for an empty image. */
  get value(): string {
    return hex(this.#sumA) + hex(this.#sumB)
  }

  /** Begins an entity; its content follows, then `add`, `remove` or `hash`. */
  begin(): this {
    this.#a = 0x5bd1e995
    this.#b = 0x2545f491
    return this
  }

  /** Mixes in a safe integer. */
  integer(value: number): this {
    this.#word(value | 0)
    // Most numbers here fit in 32 bits; the upper half is mixed in where they do not.
    if (value !== (value | 0)) this.#word(Math.floor(value / 0x1_0000_0000))
    return this
  }

  integers(values: readonly number[]): this {
    this.#word(values.length)
    for (const value of values) this.integer(value)
    return this
  }

  text(value: string): this {
    this.#word(value.length)
    for (let index = 0; index < value.length; index++) this.#word(value.charCodeAt(index))
    return this
  }

  texts(values: readonly string[]): this {
    this.#word(values.length)
    for (const value of values) this.text(value)
    return this
  }

  bytes(value: Uint8Array): this {
    this.#word(value.length)
    for (const byte of value) this.#word(byte)
    return this
  }

  /** The hash of the entity under way, to be added or removed later. */
  hash(): EntityHash {
    return { a: scramble(this.#a), b: scramble(this.#b) }
  }

  addHash({ a, b }: EntityHash): void {
    this.#sumA = (this.#sumA + a) | 0
    this.#sumB = (this.#sumB + b) | 0
  }

  removeHash({ a, b }: EntityHash): void {
    this.#sumA = (this.#sumA - a) | 0
    this.#sumB = (this.#sumB - b) | 0
  }

  /** Adds the entity under way to the image's hash. */
  add(): void {
    this.addHash(this.hash())
  }

  /** Takes the entity under way out of the image's hash. */
  remove(): void {
    this.removeHash(this.hash())
  }

  /** Adds an entity that is what one record says. */
  addRecord(record: MetadataRecordInput): void {
    this.begin().bytes(encodeMetadataRecord(record)).add()
  }

  removeRecord(record: MetadataRecordInput): void {
    this.begin().bytes(encodeMetadataRecord(record)).remove()
  }

  #word(word: number): void {
    const a = Math.imul(this.#a ^ word, 0x9e3779b1)
    this.#a = (a << 13) | (a >>> 19)
    const b = Math.imul(this.#b ^ (word + this.#a), 0x85ebca6b)
    this.#b = b ^ (b >>> 15)
  }
}

/** The finisher of MurmurHash3 (Austin Appleby, public domain). */
function scramble(word: number): number {
  let x = word ^ (word >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return x ^ (x >>> 16)
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
