/**
 * A request that was received, until its answer is sent: the connection keeps them in the order of their arrival. Not here:
 * when it may start, and when its answer may leave (`server-connection.ts`).
 */

import { apis } from '../protocol/apis.ts'
import type { RequestHeader } from '../protocol/headers.ts'
import { assert } from '../world/assert.ts'
import type { ServerAnswer, ServerRequest } from './server-connection.ts'

/** See the head of this file. `answered` is called once there is an answer. */
export class Exchange implements ServerRequest {
  readonly header: RequestHeader
  readonly bytes: Uint8Array
  answer: ServerAnswer | undefined
  readonly #answered: () => void

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
    this.#answered()
  }
}
