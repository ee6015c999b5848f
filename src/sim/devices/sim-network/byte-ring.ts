/**
 * A growing first-in-first-out buffer of bytes: what a direction of a connection has taken and not yet delivered.
 * Copies in and copies out, so that neither side's buffers are shared.
 */

import { assert } from '../../../world/assert.ts'

const CAPACITY_AT_FIRST = 1024

export class ByteRing {
  /** Its length is 0 or a power of two. */
  #bytes = new Uint8Array(0)
  #head = 0
  #length = 0

  /** Bytes in the ring. */
  get length(): number {
    return this.#length
  }

  /** Appends a copy of the part. */
  write(part: Uint8Array): void {
    const count = part.length
    if (this.#length + count > this.#bytes.length) this.#grow(this.#length + count)
    const mask = this.#bytes.length - 1
    const tail = (this.#head + this.#length) & mask
    const straight = this.#bytes.length - tail
    if (count <= straight) {
      this.#bytes.set(part, tail)
    } else {
      this.#bytes.set(part.subarray(0, straight), tail)
      this.#bytes.set(part.subarray(straight), 0)
    }
    this.#length += count
  }

  /** Moves the first `count` bytes into `into[0, count)`. */
  read(into: Uint8Array, count: number): void {
    assert(count <= this.#length && count <= into.length, 'no more is read from a ring than it holds')
    const straight = this.#bytes.length - this.#head
    if (count <= straight) {
      into.set(this.#bytes.subarray(this.#head, this.#head + count), 0)
    } else {
      into.set(this.#bytes.subarray(this.#head), 0)
      into.set(this.#bytes.subarray(0, count - straight), straight)
    }
    this.#head = (this.#head + count) & (this.#bytes.length - 1)
    this.#length -= count
    if (this.#length === 0) this.#head = 0
  }

  /** Forgets the last `count` bytes. */
  dropLast(count: number): void {
    assert(count <= this.#length, 'no more is dropped from a ring than it holds')
    this.#length -= count
  }

  /** Forgets everything, and gives the memory back. */
  clear(): void {
    this.#bytes = new Uint8Array(0)
    this.#head = 0
    this.#length = 0
  }

  #grow(needed: number): void {
    let capacity = Math.max(CAPACITY_AT_FIRST, this.#bytes.length)
    while (capacity < needed) capacity *= 2
    const bytes = new Uint8Array(capacity)
    const length = this.#length
    if (length > 0) this.read(bytes, length)
    this.#bytes = bytes
    this.#head = 0
    this.#length = length
  }
}
