/**
 * What one direction of a connection holds: bytes that wait with the sender, and segments on their way or waiting at the
 * receiver. The bytes of both lie in one ring, those of the segments first.
 */

import { ByteRing } from './byte-ring.ts'
import { type SegmentKind, SegmentQueue } from './segment-queue.ts'

export class Freight {
  readonly segments = new SegmentQueue()
  readonly #ring = new ByteRing()
  #inFlightBytes = 0
  /** When the last segment arrives. */
  lastArriveUs = 0

  /** Bytes that are not yet on their way. */
  get unsentBytes(): number {
    return this.#ring.length - this.#inFlightBytes
  }

  /** Bytes on their way, or arrived and not taken. */
  get inFlightBytes(): number {
    return this.#inFlightBytes
  }

  /** Takes a copy of the parts, to wait with the sender. */
  take(parts: readonly Uint8Array[]): void {
    for (const part of parts) this.#ring.write(part)
  }

  /** Puts a segment with `count` of the waiting bytes on its way; it arrives no earlier than the one before. */
  launch(kind: SegmentKind, count: number, departUs: number, arriveUs: number): void {
    this.lastArriveUs = Math.max(arriveUs, this.lastArriveUs)
    this.#inFlightBytes += count
    this.segments.push(kind, count, departUs, this.lastArriveUs)
  }

  /** Moves into the buffer what has arrived at `nowUs`, as far as it fits; returns how many bytes. */
  unload(buffer: Uint8Array, nowUs: number): number {
    const count = Math.min(buffer.length, this.segments.arrivedBytes(nowUs))
    this.#ring.read(buffer, count)
    this.segments.consume(count)
    this.#inFlightBytes -= count
    return count
  }

  /** Forgets what waits with the sender, and what leaves it only after `nowUs`. */
  dropUnsent(nowUs: number): void {
    this.#ring.dropLast(this.unsentBytes)
    const undeparted = this.segments.dropDepartingAfter(nowUs)
    this.#ring.dropLast(undeparted)
    this.#inFlightBytes -= undeparted
  }

  /** What is on its way arrives at `latestUs` at the latest. */
  hasten(latestUs: number): void {
    this.lastArriveUs = Math.min(this.lastArriveUs, latestUs)
    this.segments.clampArrivals(latestUs)
  }

  /** Forgets everything. */
  clear(): void {
    this.segments.clear()
    this.#ring.clear()
    this.#inFlightBytes = 0
    this.lastArriveUs = 0
  }
}
