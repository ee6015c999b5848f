/**
 * Watches the sessions of brokers during one term and fences a broker whose session is over: one at a time, so that
 * each is decided on what the last one left. There is one timer, set for the first session that can end; a heartbeat
 * does not move it. KIP-631.
 */

import type { Timer } from '../../world/clock.ts'
import type { BrokerSessions } from './broker-sessions.ts'
import type { Controller } from './controller.ts'
import { fenceBroker } from './leaders.ts'

/** The wait before another try where the fencing could not be appended. */
const RETRY_US = 1_000_000

export class Fencing {
  readonly #controller: Controller
  readonly #sessions: BrokerSessions
  #timer: Timer | undefined
  /** idle → waiting (a timer is set) → fencing → idle or waiting; over at the end of the term. */
  #state: 'idle' | 'waiting' | 'fencing' | 'over' = 'idle'

  constructor(controller: Controller, sessions: BrokerSessions) {
    this.#controller = controller
    this.#sessions = sessions
  }

  /** Sets the timer where it is not set and somebody has a session. */
  arm(): void {
    const next = this.#sessions.nextExpiryUs
    if (next === undefined || this.#state !== 'idle') return
    this.#wait(Math.max(0, next - this.#controller.options.world.clock.monotonicUs()))
  }

  /** The term is over. */
  stop(): void {
    this.#timer?.cancel()
    this.#state = 'over'
  }

  #wait(delayUs: number): void {
    this.#state = 'waiting'
    this.#timer = this.#controller.options.world.clock.setTimer(delayUs, () => {
      this.#state = 'fencing'
      this.#controller.perform(() => this.#fenceOne())
    })
  }

  #fenceOne(): void {
    if (this.#state === 'over') return
    const { state, options } = this.#controller
    const expired = this.#sessions.findExpired(options.world.clock.monotonicUs())
    if (expired === undefined) {
      this.#state = 'idle'
      return this.arm()
    }
    const { brokerId, epoch } = expired
    const registration = state.broker(brokerId)
    if (registration?.epoch !== epoch || registration.fenced) {
      this.#sessions.remove(brokerId)
      return this.#wait(0)
    }
    options.observer.info(`broker ${brokerId} is fenced, for it was not heard of in its session's time`)
    fenceBroker(this.#controller, brokerId, (refusal) => {
      if (this.#state === 'over') return
      if (refusal === undefined) this.#sessions.remove(brokerId)
      this.#wait(refusal === undefined ? 0 : RETRY_US)
    })
  }
}
