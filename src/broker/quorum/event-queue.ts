/**
 * The events of a quorum node, one at a time: while one is being carried out, the next ones wait, as they would for
 * Kafka's one raft thread.
 *
 * `hold` keeps them back, `release` lets the next one go; whoever takes an event holds first. It begins held. How many
 * wait is bounded by the connections: each has one request under way. See docs/decisions/0010.
 */

import type { RaftEvent } from './raft/raft-events.ts'

export class EventQueue {
  readonly #events: RaftEvent[] = []
  readonly #take: (event: RaftEvent) => void
  #isHeld = true
  #isClosed = false
  #whenIdle: () => void = () => undefined

  /** `take` is given each event, held; it releases when the event is carried out. */
  constructor(take: (event: RaftEvent) => void) {
    this.#take = take
  }

  get isHeld(): boolean {
    return this.#isHeld
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** An event from outside: taken at once where nothing is under way. */
  post(event: RaftEvent): void {
    if (this.#isClosed) return
    this.#events.push(event)
    if (!this.#isHeld) this.#run()
  }

  /** An event that follows from the one that is being carried out; behind those that wait. */
  follow(event: RaftEvent): void {
    this.#events.push(event)
  }

  /** The end of what was waited for: nothing that came in meanwhile may come before it. */
  followAtOnce(event: RaftEvent): void {
    this.#events.unshift(event)
  }

  hold(): void {
    this.#isHeld = true
  }

  /** What was under way is carried out. */
  release(): void {
    this.#isHeld = false
    if (this.#isClosed) this.#whenIdle()
    else this.#run()
  }

  /** No event is taken any more, those that wait included; `done` when what is under way is carried out. */
  close(done: () => void = () => undefined): void {
    this.#isClosed = true
    this.#events.length = 0
    this.#whenIdle = done
    if (!this.#isHeld) done()
  }

  #run(): void {
    while (!this.#isHeld && this.#events.length > 0) {
      this.#isHeld = true
      this.#take(this.#events.shift()!)
    }
  }
}
