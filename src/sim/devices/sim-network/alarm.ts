/**
 * One event that is set, moved and called off as what it waits for changes. Setting it to where it is already costs
 * nothing and keeps its place among the events of its instant.
 */

import { EventKind } from '../../loop/event-kinds.ts'
import { type EventLoop, NEVER } from '../../loop/event-loop.ts'
import type { EventOwner, ScheduledEvent } from '../../loop/event-queue.ts'

export class Alarm {
  readonly #loop: EventLoop
  readonly #fire: () => void
  #event: ScheduledEvent | undefined = undefined
  #atUs = 0

  /** `ring` is called each time the alarm goes off; it may set it anew. */
  constructor(loop: EventLoop, ring: () => void) {
    this.#loop = loop
    this.#fire = () => {
      this.#event = undefined
      ring()
    }
  }

  /** Goes off at `atUs`, or now where that is past, as an event of `owner`; not at all at `NEVER`. */
  set(atUs: number, owner: EventOwner): void {
    if (this.#event !== undefined) {
      if (this.#atUs === atUs && this.#event.owner === owner) return
      this.#event.cancel()
      this.#event = undefined
    }
    if (atUs >= NEVER) return
    this.#atUs = atUs
    const loop = this.#loop
    this.#event = loop.scheduleAt(Math.max(atUs, loop.nowUs), EventKind.delivery, owner, this.#fire)
  }
}
