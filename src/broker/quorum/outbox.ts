/**
 * Requests of this node to voters: sent at once or after a pause, unless the turn in which they were asked for is over by
 * then; each comes back as an event. It knows when all have heard that this leader resigns.
 */

import type { Clock } from '../../world/clock.ts'
import type { Effect, PeerAnswer, PeerRequest, RaftEvent } from './raft/raft-events.ts'

/** Sends a request to a voter; `done` is called once, never within this call, without an answer where none came. */
export type SendToPeer = (to: number, request: PeerRequest, done: (answer: PeerAnswer | undefined) => void) => void

export interface OutboxOptions {
  readonly clock: Clock
  readonly send: SendToPeer
  readonly isTurn: (turn: number) => boolean
  readonly post: (event: RaftEvent) => void
}

export class Outbox {
  readonly #options: OutboxOptions
  /** Voters that were told that this leader resigns, and have not answered. */
  #untold = 0
  #whenAllKnow: () => void = () => undefined

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  send(effect: Extract<Effect, { type: 'send' }>): void {
    const { turn, delayUs, request } = effect
    const { clock, isTurn } = this.#options
    if (request.kind === 'end-epoch') this.#untold++
    if (delayUs === 0) this.#sendNow(effect)
    else clock.setTimer(delayUs, () => isTurn(turn) && this.#sendNow(effect))
  }

  /** Calls `done` when every voter that was told of a resignation has answered, or after `limitUs`; perhaps both. */
  whenAllKnow(limitUs: number, done: () => void): void {
    const limit = this.#options.clock.setTimer(limitUs, done)
    this.#whenAllKnow = () => {
      limit.cancel()
      done()
    }
  }

  #sendNow({ to, turn, request }: Extract<Effect, { type: 'send' }>): void {
    const { send, post } = this.#options
    send(to, request, (answer) => {
      post({ type: 'answered', by: to, turn, request, answer })
      if (request.kind === 'end-epoch' && --this.#untold === 0) this.#whenAllKnow()
    })
  }
}
