/**
 * The one place where somebody outside may stand between a client's request and the handler that carries it out: to
 * answer in its place, or to hold the answer back. Whoever starts a broker may hand one over; a broker that is started
 * without one has nothing here. Only requests of clients (and of other brokers on the same listener) come by, those that
 * parse and whose version is served; nothing of the quorum does.
 */

import type { Api } from '../../protocol/apis.ts'
import type { Decoded, Encodable, Message } from '../../protocol/schema.ts'
import type { RequestContext } from './services.ts'

/** Asked once for each request, in its turn, before it is carried out. Undefined: it takes its usual way. */
export type Interceptor = (request: InterceptedRequest) => Interception | undefined

/** A request whose turn has come. */
export interface InterceptedRequest {
  readonly api: Api
  readonly context: RequestContext
  /** Borrowed during the call. */
  readonly body: Decoded<Message>
  /**
   * Names of the topics that it is about, each once: by name, by an id that is known, or by the fetch session that it
   * goes on with. None where it asks for all.
   */
  topics(): readonly string[]
}

/** What becomes of the request. */
export interface Interception {
  /** Whether the handler carries it out. */
  readonly carriedOut: boolean
  /** What is answered: this, or the end of the connection; undefined is the handler's own answer. */
  readonly answer: Encodable<Message> | 'close' | undefined
  /** How long the answer is held back, in µs by the monotonic clock; what comes behind it on the connection waits too. */
  readonly delayUs: number
}
