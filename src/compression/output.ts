/**
 * Bytes that are written one after the other, up to a limit: what a decoder has produced so far.
 *
 * Grows by doubling, so that a stream which claims much and holds little costs little. Never holds more than the limit.
 * Going beyond it throws `CompressionError` of code `TOO_LARGE`. Decoders that write many single bytes reserve first and
 * write to `bytes` themselves.
 */

import { assert } from '../world/assert.ts'
import { CompressionError } from '../world/codecs.ts'

/** What a decoder throws for bytes that are not of its format. */
export function malformed(message: string): CompressionError {
  return new CompressionError('MALFORMED', message)
}

/** What is thrown, or handed back, where the output would exceed its limit. */
export function tooLarge(limit: number): CompressionError {
  return new CompressionError('TOO_LARGE', `the bytes decompress to more than ${limit} bytes`)
}

/** What a call for a whole range costs more than a loop over its bytes, in bytes. */
const LOOPED_BYTES_MAX = 96

/** Copies `[start, end)` to `to` in another array, which has room. */
export function copyBytes(source: Uint8Array, start: number, end: number, into: Uint8Array, to: number): void {
  if (end - start > LOOPED_BYTES_MAX) into.set(source.subarray(start, end), to)
  else for (let from = start, at = to; from < end; from++, at++) into[at] = source[from]!
}

/** Copies `count` bytes that begin `distance` before `to` to there; where they overlap, the pattern repeats. */
export function repeatBytes(bytes: Uint8Array, to: number, distance: number, count: number): void {
  const end = to + count
  if (distance >= count && count > LOOPED_BYTES_MAX) bytes.copyWithin(to, to - distance, end - distance)
  else for (let at = to; at < end; at++) bytes[at] = bytes[at - distance]!
}

/** See the head of this file. */
export class Output {
  /** Capacity; the output is `[0, length)`. Replaced when it grows. */
  bytes: Uint8Array
  length = 0
  readonly limit: number

  /** Makes room for `expected` bytes at first, or for the limit where that is less. */
  constructor(limit: number, expected: number) {
    assert(limit >= 0, 'an output limit is 0 or more')
    this.limit = limit
    this.bytes = new Uint8Array(Math.min(limit, Math.max(expected, 64)))
  }

  /** Makes room for `count` further bytes. Throws `TOO_LARGE`. */
  reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.bytes.length) return
    if (needed > this.limit) throw tooLarge(this.limit)
    const grown = new Uint8Array(Math.min(this.limit, Math.max(needed, this.bytes.length * 2)))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  /** Adds `[start, end)` of `source`. Throws `TOO_LARGE`. */
  append(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start)
    copyBytes(source, start, end, this.bytes, this.length)
    this.length += end - start
  }

  /** Begins with `bytes`, at most the limit, which are the output's from now on: nothing was added before. */
  adopt(bytes: Uint8Array): void {
    assert(this.length === 0 && bytes.length <= this.limit, 'an output begins with what it adopts')
    this.bytes = bytes
    this.length = bytes.length
  }

  /** Adds `count` times `byte`. Throws `TOO_LARGE`. */
  fill(byte: number, count: number): void {
    this.reserve(count)
    this.bytes.fill(byte, this.length, this.length + count)
    this.length += count
  }

  /**
   * Adds `count` bytes that begin `distance` before the end; where they overlap what they write, the pattern repeats.
   * `from` is where the history begins that may be referred to. Throws `MALFORMED`, `TOO_LARGE`.
   */
  repeat(distance: number, count: number, from: number): void {
    if (distance < 1 || distance > this.length - from) {
      throw malformed(`a match ${distance} bytes back, of ${this.length - from} that are there`)
    }
    this.reserve(count)
    repeatBytes(this.bytes, this.length, distance, count)
    this.length += count
  }

  /** What was written, in an array of its own, of which up to an eighth may be left unused behind it. */
  finish(): Uint8Array {
    const isNearlyFull = this.bytes.length - this.length <= this.bytes.length >>> 3
    return isNearlyFull ? this.bytes.subarray(0, this.length) : this.bytes.slice(0, this.length)
  }
}
