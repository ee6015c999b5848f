/**
 * One request at the broker's end of a connection, from its frame to its answer. Whose turn it is, and when the answer
 * leaves, is the connection's business (`server-connection.ts`).
 */

import { apis } from '../protocol/apis.ts'
import type { RequestHeader } from '../protocol/headers.ts'
import { assert } from '../world/assert.ts'

/** What a request is answered with: a whole frame in parts, or nothing (Produce with acks=0). */
export type ServerAnswer = readonly Uint8Array[] | 'none'

/** One request, as the handler gets it. */
export interface ServerRequest {
  readonly header: RequestHeader
  /** The frame without its length. It belongs to the handler; that of a Produce only until it answers. */
  readonly bytes: Uint8Array
  readonly bodyStart: number
  readonly bodyEnd: number
  /**
   * Answers the request, once, now or later. The parts belong to the connection from now on and must not be changed;
   * those in buffers of the pool go back to it once they are sent. Does nothing when the connection is over.
   */
  reply(answer: ServerAnswer): void
  /** `abandoned` is called, once, if the connection ends before the answer: nobody waits for it any more. */
  whenAbandoned(abandoned: () => void): void
}

/** A request whose answer is due: in the order of arrival. */
export class Exchange implements ServerRequest {
  readonly header: RequestHeader
  readonly bytes: Uint8Array
  answer: ServerAnswer | undefined
  readonly #answered: () => void
  #abandoned: (() => void) | undefined

  constructor(header: RequestHeader, bytes: Uint8Array, answered: () => void) {
    this.header = header
    this.bytes = bytes
    this.#answered = answered
  }

  get bodyStart(): number {
    return this.header.bodyStart
  }

  get bodyEnd(): number {
    return this.bytes.length
  }

  get isProduce(): boolean {
    return this.header.apiKey === apis.produce.key
  }

  reply(answer: ServerAnswer): void {
    assert(this.answer === undefined, 'a request is answered once')
    this.answer = answer
    this.#abandoned = undefined
    this.#answered()
  }

  whenAbandoned(abandoned: () => void): void {
    this.#abandoned = abandoned
  }

  /** The connection is over. */
  abandon(): void {
    const abandoned = this.#abandoned
    this.#abandoned = undefined
    abandoned?.()
  }
}
