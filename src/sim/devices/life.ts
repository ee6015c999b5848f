/**
 * One incarnation of a node: from the start of its process to its end. Everything a life scheduled is bound to it, and
 * the loop fires nothing of a life that is over, so nothing of an old life reaches into the next.
 *
 * Transitions: alive → over (`end`: a kill, a power loss, a halt). There is no way back.
 */

import type { EventOwner } from '../loop/event-queue.ts'

export class Life implements EventOwner {
  readonly node: number
  /** 1 for the first life of a node. */
  readonly number: number
  #alive = true

  constructor(node: number, number: number) {
    this.node = node
    this.number = number
  }

  get alive(): boolean {
    return this.#alive
  }

  /** The life is over: its events do not fire any more, its world is inert. */
  end(): void {
    this.#alive = false
  }
}
