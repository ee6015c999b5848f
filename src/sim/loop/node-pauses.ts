/**
 * Nodes that stand still: a stopped process, or one stuck in a write that the kernel throttles. What would happen to
 * such a node meanwhile is held back, and happens at the instant it goes on, in its order, before anything else of
 * that instant that came up later.
 *
 * Not here: what the world does to a standing node (bytes still arrive at its kernel, its peers lose patience).
 */

import { assert } from '../../world/assert.ts'
import type { ScheduledEvent } from './event-queue.ts'

interface Pause {
  untilUs: number
  readonly held: ScheduledEvent[]
  wake: ScheduledEvent
}

/** Puts the event that ends a pause into the loop. */
export type ScheduleWake = (timeUs: number, fire: () => void) => ScheduledEvent

export class NodePauses {
  readonly #scheduleWake: ScheduleWake
  readonly #byNode: (Pause | undefined)[] = []
  #count = 0
  /** Events that were held and may happen now, in order, from `#nextReleased` on. */
  #released: ScheduledEvent[] = []
  #nextReleased = 0

  constructor(scheduleWake: ScheduleWake) {
    this.#scheduleWake = scheduleWake
  }

  /** Nodes that stand still now. */
  get count(): number {
    return this.#count
  }

  /** When the node goes on; undefined where it does not stand still. */
  untilUs(node: number): number | undefined {
    return node < 0 ? undefined : this.#byNode[node]?.untilUs
  }

  /** The node stands still until `untilUs`, or until an earlier pause's later end. */
  pause(node: number, untilUs: number): void {
    assert(node >= 0, 'only a node can be paused')
    const wake = () => this.#resume(node)
    const present = this.#byNode[node]
    if (present === undefined) {
      this.#byNode[node] = { untilUs, held: [], wake: this.#scheduleWake(untilUs, wake) }
      this.#count++
    } else if (untilUs > present.untilUs) {
      present.wake.cancel()
      present.untilUs = untilUs
      present.wake = this.#scheduleWake(untilUs, wake)
    }
  }

  /** The node goes on now, ahead of time; its held events are next. */
  resumeNow(node: number): void {
    this.#byNode[node]?.wake.cancel()
    this.#resume(node)
  }

  /** The node's life is over: what was held is forgotten and the next life starts unpaused. */
  forget(node: number): void {
    const pause = this.#byNode[node]
    if (pause === undefined) return
    pause.wake.cancel()
    this.#byNode[node] = undefined
    this.#count--
  }

  /** Takes the event if its node stands still; else false. */
  hold(event: ScheduledEvent): boolean {
    const node = event.owner.node
    const pause = node < 0 ? undefined : this.#byNode[node]
    if (pause === undefined) return false
    pause.held.push(event)
    return true
  }

  /** The next of the events that were held and may happen now. */
  takeReleased(): ScheduledEvent | undefined {
    if (this.#nextReleased === this.#released.length) return undefined
    const event = this.#released[this.#nextReleased++]
    if (this.#nextReleased === this.#released.length) {
      this.#released = []
      this.#nextReleased = 0
    }
    return event
  }

  #resume(node: number): void {
    const pause = this.#byNode[node]
    if (pause === undefined) return
    this.#byNode[node] = undefined
    this.#count--
    for (const event of pause.held) this.#released.push(event)
  }
}
