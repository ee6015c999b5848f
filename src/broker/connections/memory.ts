/**
 * What the connections of a listener hold in memory, and what is done about too much of it.
 *
 * Requests, from the announcement of their length to their answer: above `queued.max.request.bytes` no connection is read
 * any more, but for long frames that have begun; so the limit is exceeded by one request at most. Answers that are not taken: beyond `UNSENT_BYTES_MAX` the connection that has stood still for the
 * longest time is reset, and then the next.
 */

import type { BrokerSettings } from '../config/broker-settings.ts'

/** Bytes of answers that all connections of a listener together may have for peers that do not read. */
const UNSENT_BYTES_MAX = 134_217_728

/** A connection as it is seen here. */
export interface Holder {
  hold(): void
  release(): void
  reset(): void
}

export class ConnectionMemory<C extends Holder> {
  readonly #settings: BrokerSettings
  readonly #unsentBytesMax: number
  /** Connections that hold anything of a request. */
  readonly #requests = new Map<C, number>()
  #requestBytes = 0
  /** Those whose peers do not take what they are sent; who has stood still for the longest time is first. */
  readonly #unsent = new Map<C, number>()
  #unsentBytes = 0
  #isFull = false

  constructor(settings: BrokerSettings, unsentBytesMax: number = UNSENT_BYTES_MAX) {
    this.#settings = settings
    this.#unsentBytesMax = unsentBytesMax
  }

  get requestBytes(): number {
    return this.#requestBytes
  }

  get unsentBytes(): number {
    return this.#unsentBytes
  }

  /** A quarter of what may be unsent is. */
  get isUnsentMuch(): boolean {
    return this.#unsentBytes * 4 > this.#unsentBytesMax
  }

  /** Nothing is to be read at present. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Takes note of what a connection holds; true where it changes whether anything is to be read. */
  note(connection: C, requestBytes: number, unsentBytes: number): boolean {
    this.#requestBytes += put(this.#requests, connection, requestBytes)
    this.#unsentBytes += put(this.#unsent, connection, unsentBytes)
    const limit = this.#settings.value('queued.max.request.bytes')
    const isFull = limit > 0 && this.#requestBytes > limit
    const hasChanged = isFull !== this.#isFull
    this.#isFull = isFull
    return hasChanged
  }

  /** Those to be reset, so that what is unsent is within its bound. */
  stoodStillTooLong(): readonly C[] {
    const found: C[] = []
    let bytes = this.#unsentBytes
    if (bytes <= this.#unsentBytesMax) return found
    for (const [connection, unsent] of this.#unsent) {
      if (bytes <= this.#unsentBytesMax) break
      bytes -= unsent
      found.push(connection)
    }
    return found
  }
}

/** Sets what one holds, and gives back by how much the sum changes. Who held something keeps its place. */
function put<C>(of: Map<C, number>, connection: C, bytes: number): number {
  const before = of.get(connection) ?? 0
  if (bytes === 0) of.delete(connection)
  else of.set(connection, bytes)
  return bytes - before
}
