/**
 * Buffers that are used again: a fresh one costs the system pages to clear and the collector a visit, which for the large
 * ones is more than what is done with their bytes.
 *
 * Whoever takes a buffer either gives it back, once nothing refers to its bytes any more, or forgets it: then it is
 * collected like any other. What was not taken here, or was given back already, is left alone, so that an owner may give
 * back whatever passes through its hands. Buffers are kept by powers of two, up to a number of bytes altogether.
 */

import { assert } from './assert.ts'

/** Smaller ones are not worth the trouble. */
const KEPT_BITS_MIN = 9
/** Larger ones are rare, and few would fill the pool. */
const KEPT_BITS_MAX = 24
/** What a buffer that was given back is filled with where somebody looks for those who still use it. */
const POISON = 0xdb

/** What a pool keeps, and how. */
export interface BufferPoolOptions {
  /** The most bytes that are kept for later. */
  readonly idleBytesMax: number
  /** Whether buffers are overwritten when they are given back. Default: never. */
  readonly poisons?: () => boolean
}

/** See the head of this file. One belongs to one life of one node. */
export class BufferPool {
  readonly #options: BufferPoolOptions
  /** By the power of two of their size. */
  readonly #idle: Uint8Array[][] = Array.from({ length: KEPT_BITS_MAX + 1 }, () => [])
  #idleBytes = 0
  readonly #lent = new WeakSet<ArrayBufferLike>()

  constructor(options: BufferPoolOptions) {
    this.#options = options
  }

  /** A buffer of exactly so many bytes, whose content is anything. */
  take(bytes: number): Uint8Array {
    const bits = bitsFor(bytes)
    if (bits < KEPT_BITS_MIN || bits > KEPT_BITS_MAX) return new Uint8Array(bytes)
    return this.#takeKept(bits, bytes) ?? this.#lend(new Uint8Array(2 ** bits), bytes)
  }

  /** As `take`, where one is there already: costs no memory, whoever asks for it. */
  takeIdle(bytes: number): Uint8Array | undefined {
    const bits = bitsFor(bytes)
    return bits < KEPT_BITS_MIN || bits > KEPT_BITS_MAX ? undefined : this.#takeKept(bits, bytes)
  }

  /** True for a buffer that was taken here and not given back, and for any part of one. */
  isLent(bytes: Uint8Array): boolean {
    return bytes.length > 0 && this.#lent.has(bytes.buffer)
  }

  /** Takes back the buffer that these bytes lie in; nobody may look at any of it any more. */
  give(bytes: Uint8Array): void {
    const { buffer } = bytes
    if (!this.#lent.delete(buffer)) return
    const size = buffer.byteLength
    if (this.#options.poisons?.() === true) new Uint8Array(buffer).fill(POISON)
    if (this.#idleBytes + size > this.#options.idleBytesMax) return
    this.#idleBytes += size
    this.#idle[bitsFor(size)]!.push(new Uint8Array(buffer))
  }

  #takeKept(bits: number, bytes: number): Uint8Array | undefined {
    const whole = this.#idle[bits]!.pop()
    if (whole === undefined) return undefined
    this.#idleBytes -= whole.length
    assert(this.#idleBytes >= 0, 'a pool counts what it keeps')
    return this.#lend(whole, bytes)
  }

  #lend(whole: Uint8Array, bytes: number): Uint8Array {
    this.#lent.add(whole.buffer)
    return whole.subarray(0, bytes)
  }
}

/** The smallest power of two that holds so many bytes. */
function bitsFor(bytes: number): number {
  return bytes <= 1 ? 0 : 32 - Math.clz32(bytes - 1)
}
