/**
 * Frames from a stream of bytes that is split anywhere: `[length i32][that many bytes]`, again and again.
 *
 * Small frames are read many at a time into one buffer and copied out; the bytes of a larger one go straight into the
 * array it will live in. What a peer announces is not believed: a length that is negative or over the limit is reported
 * before anything is allocated, and a long frame's array grows with the bytes that have come, to four times as much. Where
 * there is a pool of buffers, frames lie in those, and who gets them gives them back.
 * Not here: what a frame holds, and closing the connection.
 */

import { assert } from '../world/assert.ts'
import type { BufferPool } from '../world/buffer-pool.ts'

/** `socket.request.max.bytes`: the longest frame, in bytes, unless configured otherwise. */
export const FRAME_BYTES_MAX = 104_857_600

/** Frames that fit in here with their length are read together. */
const READ_AHEAD_BYTES = 16_384
const LENGTH_BYTES = 4
/** The most that is allocated on the mere word of a peer. */
const FIRST_FRAME_BYTES = 65_536
const GROWTH = 4

/** See the head of this file. One per connection; `receiveBuffer` and `received` are those of a connection's owner. */
export class FrameReceiver {
  readonly #frameBytesMax: number
  readonly #deliver: (frame: Uint8Array) => void
  readonly #buffers: BufferPool | undefined
  /** Made when the first bytes are due: many connections of a cluster stay idle. */
  #readAhead: Uint8Array | undefined
  /** Bytes `[from, to)` of `#readAhead` are still to be cut into frames. */
  #from = 0
  #to = 0
  /** The long frame that is being received, of `#frameLength` bytes in the end; `#filled` are there. */
  #frame: Uint8Array | undefined
  #frameLength = 0
  #filled = 0
  #isStopped = false

  /**
   * `deliver` gets each frame without its length, in an array or a pooled buffer of its own, inside `received`.
   * `frameBytesMax` is the longest that is taken.
   */
  constructor(frameBytesMax: number, deliver: (frame: Uint8Array) => void, buffers?: BufferPool) {
    this.#frameBytesMax = frameBytesMax
    this.#deliver = deliver
    this.#buffers = buffers
  }

  /** The whole length of the frame that is received into an array of its own; 0 where there is none. */
  get longFrameBytes(): number {
    return this.#frame === undefined ? 0 : this.#frameLength
  }

  /** Where the next bytes go; has room for one at least. The same until `received`. */
  receiveBuffer(): Uint8Array {
    if (this.#frame !== undefined) return this.#roomInFrame(this.#frame)
    this.#readAhead ??= new Uint8Array(READ_AHEAD_BYTES)
    if (this.#from > 0) {
      this.#readAhead.copyWithin(0, this.#from, this.#to)
      this.#to -= this.#from
      this.#from = 0
    }
    return this.#readAhead.subarray(this.#to)
  }

  /**
   * Bytes `[0, count)` of the buffer last asked for are there: delivers every frame that is complete. What comes back
   * says, for people, why a frame's length cannot be; then the receiver has stopped.
   */
  received(count: number): string | undefined {
    if (this.#isStopped) return undefined
    const frame = this.#frame
    if (frame === undefined) {
      this.#to += count
      assert(this.#to <= READ_AHEAD_BYTES, 'no more was received than there was room for')
      return this.#cutFrames()
    }
    this.#filled += count
    assert(this.#filled <= frame.length, 'no more was received than there was room for')
    if (this.#filled === this.#frameLength) {
      this.#frame = undefined
      this.#deliver(frame)
    }
    return undefined
  }

  /** Delivers nothing any more; what is received is dropped. Also from inside `deliver`. */
  stop(): void {
    this.#isStopped = true
    this.#frame = undefined
    this.#from = 0
    this.#to = 0
  }

  #cutFrames(): string | undefined {
    const buffer = this.#readAhead!
    while (this.#to - this.#from >= LENGTH_BYTES) {
      const at = this.#from
      const length = (buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!
      if (length < 0 || length > this.#frameBytesMax) {
        this.stop()
        return `a frame of ${length} bytes was announced; ${this.#frameBytesMax} are allowed`
      }
      const start = at + LENGTH_BYTES
      if (length > this.#to - start) {
        if (LENGTH_BYTES + length > READ_AHEAD_BYTES) this.#beginLongFrame(length, buffer.subarray(start, this.#to))
        return undefined
      }
      this.#from = start + length
      this.#deliver(this.#copyOf(buffer.subarray(start, start + length)))
    }
    return undefined
  }

  #beginLongFrame(length: number, first: Uint8Array): void {
    this.#frame = this.#roomFor(length, FIRST_FRAME_BYTES)
    this.#frame.set(first)
    this.#frameLength = length
    this.#filled = first.length
    this.#from = 0
    this.#to = 0
  }

  #roomInFrame(frame: Uint8Array): Uint8Array {
    if (this.#filled < frame.length) return frame.subarray(this.#filled)
    const larger = this.#roomFor(this.#frameLength, frame.length * GROWTH)
    larger.set(frame)
    this.#frame = larger
    this.#buffers?.give(frame)
    return larger.subarray(this.#filled)
  }

  /** A buffer for a frame: all of it where that costs nothing, else `atMost` bytes. */
  #roomFor(length: number, atMost: number): Uint8Array {
    const bytes = Math.min(length, atMost)
    return this.#buffers?.takeIdle(length) ?? this.#buffers?.take(bytes) ?? new Uint8Array(bytes)
  }

  #copyOf(bytes: Uint8Array): Uint8Array {
    if (this.#buffers === undefined) return bytes.slice()
    const copy = this.#buffers.take(bytes.length)
    copy.set(bytes)
    return copy
  }
}
