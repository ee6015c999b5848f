/**
 * The pooled buffers among what a connection was given to send: each goes back to its pool once the system has taken the
 * bytes up to its end. That is looked at when something happens to the connection, so one on which nothing does holds
 * what it was last sent, at most what a connection takes without asking to wait.
 */

import type { BufferPool } from '../world/buffer-pool.ts'
import type { Connection } from '../world/network.ts'

/**
 * Smaller parts are an encoder's own arrays, for it copies small fields (`protocol/writer.ts`); asking where such an array
 * lies would take it out of the engine's own heap.
 */
const POOLED_PART_BYTES_MIN = 512

interface SentBuffer {
  readonly bytes: Uint8Array
  /** Bytes of the connection up to its end. */
  readonly end: number
}

/** See the head of this file. One per connection. */
export class SentBuffers {
  readonly #connection: Connection
  readonly #buffers: BufferPool
  readonly #pending: SentBuffer[] = []
  #sentBytes = 0

  constructor(connection: Connection, buffers: BufferPool) {
    this.#connection = connection
    this.#buffers = buffers
  }

  /** Parts that the connection is about to be given, all that it is given. */
  add(parts: readonly Uint8Array[]): void {
    for (const bytes of parts) {
      this.#sentBytes += bytes.length
      if (bytes.length >= POOLED_PART_BYTES_MIN && this.#buffers.isLent(bytes))
        this.#pending.push({ bytes, end: this.#sentBytes })
    }
  }

  /** Gives back what the system has taken. Not for a connection that is over: what it dropped may still be in use. */
  reclaim(): void {
    if (this.#pending.length === 0) return
    const takenEnd = this.#sentBytes - this.#connection.unsentBytes
    while (this.#pending.length > 0 && this.#pending[0]!.end <= takenEnd)
      this.#buffers.give(this.#pending.shift()!.bytes)
  }
}
