/**
 * Why the controller does not do what it was asked: a code from Kafka's table and a sentence for people. It is a value,
 * returned or handed to `done`, never thrown.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'

/** A refused request, or a refused part of one. */
export class Refusal {
  readonly errorCode: ErrorCode
  /** Null where Kafka leaves it at the code. */
  readonly errorMessage: string | null
  /** The operating failure behind it, where there is one. */
  readonly cause: Error | undefined

  constructor(code: ErrorCode, message: string | null, cause?: Error) {
    this.errorCode = code
    this.errorMessage = message
    this.cause = cause
  }
}

/** What `done` gets: nothing, or why what was decided cannot be told to be so. */
export type Decided = (refusal: Refusal | undefined) => void

/** Whoever asked has given up before the controller came to it, which has done nothing of it. */
export function timedOut(): Refusal {
  return new Refusal(errorCode.REQUEST_TIMED_OUT, null)
}

/** This node does not lead. What was already appended may still be committed by the next leader. */
export function notController(): Refusal {
  return new Refusal(errorCode.NOT_CONTROLLER, 'This node is not the active controller.')
}
