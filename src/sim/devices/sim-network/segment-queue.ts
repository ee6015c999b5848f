/**
 * Segments of one direction of a connection that are on their way, or that have arrived and wait to be taken; in order.
 * A segment carries a count of bytes (the bytes themselves lie in a ring), or says one thing: the connection stands, the
 * sender ends, the sender resets. Arrival times never fall along the queue.
 */

import { assert } from '../../../world/assert.ts'

/** What a segment carries. */
export const SegmentKind = { data: 0, connected: 1, end: 2, reset: 3 } as const
export type SegmentKind = (typeof SegmentKind)[keyof typeof SegmentKind]

/** Numbers kept of each segment: kind, count, departure, arrival. */
const FIELDS = 4
const SEGMENTS_AT_FIRST = 4

export class SegmentQueue {
  #numbers = new Float64Array(SEGMENTS_AT_FIRST * FIELDS)
  #capacity = SEGMENTS_AT_FIRST
  #head = 0
  #length = 0

  /** Segments in the queue. */
  get length(): number {
    return this.#length
  }

  /** Kind of the first segment. The queue must not be empty. */
  get headKind(): number {
    return this.#numbers[this.#head * FIELDS]!
  }

  /** When the first segment left its sender. The queue must not be empty. */
  get headDepartUs(): number {
    return this.#numbers[this.#head * FIELDS + 2]!
  }

  /** When the first segment arrives. The queue must not be empty. */
  get headArriveUs(): number {
    return this.#numbers[this.#head * FIELDS + 3]!
  }

  /** When the last segment is a reset: its arrival. Else undefined. */
  get resetArriveUs(): number | undefined {
    if (this.#length === 0) return undefined
    const last = this.#at(this.#length - 1)
    return this.#numbers[last] === SegmentKind.reset ? this.#numbers[last + 3] : undefined
  }

  push(kind: SegmentKind, count: number, departUs: number, arriveUs: number): void {
    if (this.#length === this.#capacity) this.#grow()
    const at = this.#at(this.#length++)
    this.#numbers[at] = kind
    this.#numbers[at + 1] = count
    this.#numbers[at + 2] = departUs
    this.#numbers[at + 3] = arriveUs
  }

  /** Takes the first segment out. */
  shift(): void {
    assert(this.#length > 0, 'a segment is taken from a queue that has one')
    this.#head = (this.#head + 1) & (this.#capacity - 1)
    this.#length--
  }

  /** Bytes of the leading data segments that have arrived at `nowUs`. */
  arrivedBytes(nowUs: number): number {
    let bytes = 0
    for (let index = 0; index < this.#length; index++) {
      const at = this.#at(index)
      if (this.#numbers[at] !== SegmentKind.data || this.#numbers[at + 3]! > nowUs) break
      bytes += this.#numbers[at + 1]!
    }
    return bytes
  }

  /** Takes `count` bytes from the leading data segments. */
  consume(count: number): void {
    let left = count
    while (left > 0) {
      const at = this.#head * FIELDS
      assert(this.#length > 0 && this.#numbers[at] === SegmentKind.data, 'only bytes that are there are consumed')
      const segment = this.#numbers[at + 1]!
      if (segment > left) {
        this.#numbers[at + 1] = segment - left
        return
      }
      left -= segment
      this.shift()
    }
  }

  /** Forgets the segments that leave after `nowUs`; returns their bytes. */
  dropDepartingAfter(nowUs: number): number {
    let bytes = 0
    while (this.#length > 0) {
      const at = this.#at(this.#length - 1)
      if (this.#numbers[at + 2]! <= nowUs) break
      bytes += this.#numbers[at + 1]!
      this.#length--
    }
    return bytes
  }

  /** Nothing arrives later than `latestUs`. */
  clampArrivals(latestUs: number): void {
    for (let index = 0; index < this.#length; index++) {
      const at = this.#at(index) + 3
      if (this.#numbers[at]! > latestUs) this.#numbers[at] = latestUs
    }
  }

  clear(): void {
    this.#head = 0
    this.#length = 0
  }

  #at(index: number): number {
    return ((this.#head + index) & (this.#capacity - 1)) * FIELDS
  }

  #grow(): void {
    const numbers = new Float64Array(this.#capacity * 2 * FIELDS)
    for (let index = 0; index < this.#length; index++) {
      const at = this.#at(index)
      numbers.set(this.#numbers.subarray(at, at + FIELDS), index * FIELDS)
    }
    this.#numbers = numbers
    this.#capacity *= 2
    this.#head = 0
  }
}
