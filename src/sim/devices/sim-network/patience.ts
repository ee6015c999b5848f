/**
 * A sender's patience: when its oldest bytes have not been taken for too long, and something is in their way, it gives
 * the connection up. A receiver that merely reads slowly is waited for without end, as in TCP.
 */

import { EventKind } from '../../loop/event-kinds.ts'
import type { ScheduledEvent } from '../../loop/event-queue.ts'
import type { Endpoint } from './endpoint.ts'
import type { Pipe } from './pipe.ts'
import type { Wire } from './wire.ts'

export class Patience {
  readonly #wire: Wire
  readonly #pipe: Pipe
  #end: ScheduledEvent | undefined = undefined

  constructor(wire: Wire, pipe: Pipe) {
    this.#wire = wire
    this.#pipe = pipe
  }

  /** Something has been put on its way, or in the way: starts the clock where it could matter. */
  watch(): void {
    const { loop, profile } = this.#wire
    // The accepting side of a connection that is not accepted yet has nobody who could wait.
    const sender: Endpoint | undefined = this.#pipe.sender
    if (this.#end !== undefined || sender === undefined || sender.gone) return
    if (this.#pipe.heldUntilUs - loop.nowUs <= profile.giveUpUs) return
    const oldestUs = this.#pipe.oldestDepartUs
    if (oldestUs === undefined) return
    const atUs = Math.max(oldestUs + profile.giveUpUs, loop.nowUs)
    this.#end = loop.scheduleAt(atUs, EventKind.closed, this.#pipe.sender.life, () => this.#giveUp())
  }

  /** Nothing is in the way any more. */
  calm(): void {
    this.#end?.cancel()
    this.#end = undefined
  }

  #giveUp(): void {
    this.#end = undefined
    const { loop, profile, counters } = this.#wire
    const oldestUs = this.#pipe.oldestDepartUs
    if (oldestUs === undefined || this.#pipe.sender.gone || this.#pipe.heldUntilUs <= loop.nowUs) return
    if (oldestUs + profile.giveUpUs > loop.nowUs) {
      this.watch()
      return
    }
    counters.timedOut++
    this.#pipe.abandon()
    this.#pipe.sender.broken('TIMED_OUT', 'the peer has taken nothing for too long')
  }
}
