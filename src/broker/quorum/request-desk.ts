/**
 * Requests of other nodes that wait for an answer, each under a token; fetches among them are held until there is news,
 * at most for as long as their sender wants to wait.
 */

import type { Clock, Timer } from '../../world/clock.ts'
import type { FetchRequest, PeerAnswer, RaftEvent } from './raft/raft-events.ts'

interface Open {
  readonly reply: (answer: PeerAnswer) => void
  readonly untilUs: number
}

interface Held {
  readonly request: FetchRequest
  readonly timer: Timer
}

export class RequestDesk {
  readonly #clock: Clock
  readonly #post: (event: RaftEvent) => void
  readonly #open = new Map<number, Open>()
  readonly #held = new Map<number, Held>()
  #nextToken = 0

  constructor(clock: Clock, post: (event: RaftEvent) => void) {
    this.#clock = clock
    this.#post = post
  }

  /** Requests that are not answered yet. */
  get size(): number {
    return this.#open.size
  }

  /** Whether a fetch waits for news. */
  get isHolding(): boolean {
    return this.#held.size > 0
  }

  /** Takes note of who waits; the token to answer to. */
  open(maxWaitMs: number, reply: (answer: PeerAnswer) => void): number {
    const token = this.#nextToken++
    this.#open.set(token, { reply, untilUs: this.#clock.monotonicUs() + maxWaitMs * 1000 })
    return token
  }

  answer(token: number, answer: PeerAnswer): void {
    const open = this.#open.get(token)
    this.#open.delete(token)
    open?.reply(answer)
  }

  /** Answers whoever waits, for nothing else will. */
  answerAll(answer: PeerAnswer): void {
    for (const { timer } of this.#held.values()) timer.cancel()
    this.#held.clear()
    for (const token of [...this.#open.keys()]) this.answer(token, answer)
  }

  /** Holds a fetch; it is posted again when something has moved, and for the last time when its wait is over. */
  hold(token: number, request: FetchRequest): void {
    const delayUs = Math.max(0, this.#open.get(token)!.untilUs - this.#clock.monotonicUs())
    const timer = this.#clock.setTimer(delayUs, () => this.#release(token, true))
    this.#held.set(token, { request, timer })
  }

  /** Something has moved: what is held is tried again, once the present step is over. */
  releaseHeld(): void {
    for (const token of [...this.#held.keys()]) this.#release(token, false)
  }

  #release(token: number, isLast: boolean): void {
    const held = this.#held.get(token)!
    held.timer.cancel()
    this.#held.delete(token)
    this.#post({ type: 'request', token, request: held.request, isLast })
  }
}
