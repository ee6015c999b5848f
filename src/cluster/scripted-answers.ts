/**
 * Answers that a test has scripted: the next so many requests that fit are answered with an error, late, or by the end
 * of their connection.
 *
 * Scripts are tried in the order in which they were written; a request is answered by the first that fits and is not used
 * up. An error takes the place of the whole answer, in every place that the answer's version has for one
 * (`protocol/error-answer.ts`). What the cluster asks of itself, to read a topic say, meets no script.
 */

import type { InterceptedRequest, Interception } from '../broker/handlers/interceptor.ts'
import { handlersOf } from '../broker/handlers/table.ts'
import { apis } from '../protocol/apis.ts'
import { errorAnswer } from '../protocol/error-answer.ts'
import { type ErrorName, errorCode } from '../protocol/errors.ts'
import type { ProduceRequest } from '../protocol/messages/00-produce.ts'
import type { MetadataResponseInput } from '../protocol/messages/03-metadata.ts'
import type { Encodable, Message } from '../protocol/schema.ts'
import { ClusterError } from './cluster-error.ts'

/** Kafka's name of an API: `Produce`, `Fetch`, `Metadata`, … Only those can be scripted that brokers serve to clients. */
export type ApiName = Capitalize<keyof typeof apis & string>

/** What is to become of requests, and of which. One of `error`, `closeConnection` and `delayMs` at least. */
export interface ScriptedAnswer {
  /** Kafka's name of the error that is answered: `NOT_LEADER_OR_FOLLOWER`, … */
  readonly error?: Exclude<ErrorName, 'NONE'>
  /** The connection is ended in the place of an answer. */
  readonly closeConnection?: boolean
  /** How long the answer is held back, in ms of real time; what comes behind it on its connection waits too. */
  readonly delayMs?: number
  /**
   * Whether the broker carries the request out all the same: with an error or an ended connection, that is the case in
   * which a client cannot know what became of it. Default: only where the answer is merely late.
   */
  readonly carriedOut?: boolean
  /** Only requests of this client id. */
  readonly clientId?: string
  /** Only requests that name this topic; all of such a request is answered so. */
  readonly topic?: string
  /** How many requests. Default 1; `Infinity` is every one. */
  readonly times?: number
}

/** A script in use. */
export interface Script {
  /** How many requests it has answered. */
  readonly answered: number
  /** How many more it will. */
  readonly remaining: number
  /** It answers no more. */
  cancel(): void
}

/** What an answer to Metadata says of the cluster besides its topics. */
export type ClusterFacts = Pick<MetadataResponseInput, 'brokers' | 'clusterId' | 'controllerId'>

/** The longest delay, in ms: a timer's bound. */
const DELAY_MS_MAX = 2 ** 31 - 1

class WrittenScript implements Script {
  readonly api: ApiName
  readonly answer: ScriptedAnswer
  remaining: number
  answered = 0

  constructor(api: ApiName, answer: ScriptedAnswer) {
    this.api = api
    this.answer = answer
    this.remaining = answer.times ?? 1
  }

  cancel(): void {
    this.remaining = 0
  }

  fits({ api, context, topics }: InterceptedRequest): boolean {
    const { clientId, topic } = this.answer
    if (this.remaining === 0 || api.name !== this.api) return false
    return (
      (clientId === undefined || clientId === context.clientId) && (topic === undefined || topics().includes(topic))
    )
  }
}

/** The scripts of a cluster. */
export class ScriptedAnswers {
  readonly #ownClientId: string
  readonly #facts: () => ClusterFacts
  #scripts: WrittenScript[] = []

  constructor(ownClientId: string, facts: () => ClusterFacts) {
    this.#ownClientId = ownClientId
    this.#facts = facts
  }

  /** @throws {ClusterError} where the script says nothing, or nothing that there is. */
  add(api: ApiName, answer: ScriptedAnswer): Script {
    checkScript(api, answer)
    const script = new WrittenScript(api, answer)
    this.#scripts = [...this.#scripts.filter(({ remaining }) => remaining > 0), script]
    return script
  }

  /** What a broker asks before it carries a request out. */
  intercept(request: InterceptedRequest): Interception | undefined {
    if (request.context.clientId === this.#ownClientId) return undefined
    const script = this.#scripts.find((each) => each.fits(request))
    if (script === undefined) return undefined
    script.remaining--
    script.answered++
    const { error, closeConnection = false, delayMs = 0, carriedOut } = script.answer
    const isReplaced = error !== undefined || closeConnection
    return {
      carriedOut: carriedOut ?? !isReplaced,
      answer: closeConnection ? 'close' : error === undefined ? undefined : this.#answerWith(error, request),
      delayUs: delayMs * 1000,
    }
  }

  #answerWith(error: ErrorName, { api, context, body }: InterceptedRequest): Encodable<Message> | 'close' {
    // Who asked for no answer is told of an error by the end of the connection.
    if (api.key === apis.produce.key && (body as ProduceRequest).acks === 0) return 'close'
    const answer = errorAnswer(api, context.apiVersion, body, errorCode[error], 'scripted by a test')
    // A client that is told of no brokers has nobody left to ask.
    return api.key === apis.metadata.key ? { ...answer, ...this.#facts() } : answer
  }
}

/** Not every test is compiled. */
function checkScript(api: string, { error, closeConnection, delayMs, times = 1, carriedOut }: ScriptedAnswer): void {
  const names = [...handlersOf('broker').values()].map((handler) => handler.api.name)
  const refuse = (why: string): never => {
    throw new ClusterError(`respond('${api}', …): ${why}`)
  }
  if (!names.includes(api)) refuse(`brokers serve no such API to clients; they serve: ${names.join(', ')}`)
  if (error !== undefined && (!Object.hasOwn(errorCode, error) || (error as ErrorName) === 'NONE')) {
    refuse(`${error} is no error of Kafka; a name is such as NOT_LEADER_OR_FOLLOWER`)
  }
  if (error !== undefined && closeConnection) refuse('an answer is an error or the end of the connection, not both')
  if (delayMs !== undefined && !(Number.isSafeInteger(delayMs) && delayMs >= 0 && delayMs <= DELAY_MS_MAX)) {
    refuse(`delayMs is whole milliseconds from 0 to ${DELAY_MS_MAX}, not ${delayMs}`)
  }
  if (times !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(times) && times >= 1)) {
    refuse(`times is a whole number from 1, or Infinity, not ${times}`)
  }
  const isReplaced = error !== undefined || closeConnection === true
  if (!isReplaced && delayMs === undefined) refuse('say what is answered: error, closeConnection or delayMs')
  if (!isReplaced && carriedOut === false)
    refuse('a request that is not carried out needs an error, or closeConnection')
}
