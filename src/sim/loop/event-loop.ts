/**
 * Virtual time. One event is one pop of the queue: pop, fire, drain microtasks if the event marked a promise, tell
 * whoever watches, repeat. Nothing else moves time, and nothing happens between events.
 *
 * Cancelled events and events of ended lives are skipped and not counted. Events of a node that stands still wait for
 * it. An exception from a node's event goes to `onNodeError`, unless the life ended within that event: what it trips over
 * in an inert world says nothing. One from an event of nobody ends the run.
 * Not here: what the events are (devices), and what is judged after them (the `afterEvent` hook).
 */

import { assert } from '../../world/assert.ts'
import { EventHash } from './event-hash.ts'
import { EventKind, eventKindName } from './event-kinds.ts'
import { type EventOwner, EventQueue, NO_NODE, nobody, ScheduledEvent } from './event-queue.ts'
import type { Host } from './host.ts'
import { NodePauses } from './node-pauses.ts'
import { SimulatorStuck, type SimulatorStuckCode } from './simulator-stuck.ts'

/** An instant that never comes: the end of something that lasts for ever. */
export const NEVER = Number.MAX_SAFE_INTEGER

export interface EventLoopOptions {
  /** Events after which the run is given up with `TOO_MANY_EVENTS`. Default: no bound. */
  readonly eventsMax?: number
  /** Events at one instant after which it is given up with `ZERO_TIME_LOOP`. Default 1 000 000. */
  readonly eventsPerInstantMax?: number
  readonly hash?: EventHash
  /** Gets what an event of a node threw whose life goes on. Without it the run ends with that error. */
  readonly onNodeError?: (node: number, error: unknown) => void
}

/** `stopped`: the caller's condition held. `idle`: nothing is left that could happen. */
export type RunOutcome = 'stopped' | 'idle'

/** Events between two questions whether the host wants to breathe; a power of two. */
const BREATH_EVERY = 64

export class EventLoop {
  readonly hash: EventHash
  /** Called after each event and its microtasks; may schedule, pause and kill. The owner's to set. */
  afterEvent: (() => void) | undefined = undefined

  readonly #queue = new EventQueue()
  readonly #pauses: NodePauses
  readonly #eventsMax: number
  readonly #eventsPerInstantMax: number
  readonly #onNodeError: ((node: number, error: unknown) => void) | undefined
  #nowUs = 0
  #events = 0
  #eventsThisInstant = 0
  #marked = false
  /** An event was fired and its microtasks are being drained elsewhere. */
  #unfinished = false
  #running = false

  constructor(options: EventLoopOptions = {}) {
    this.hash = options.hash ?? new EventHash()
    this.#eventsMax = options.eventsMax ?? Number.MAX_SAFE_INTEGER
    this.#eventsPerInstantMax = options.eventsPerInstantMax ?? 1_000_000
    this.#onNodeError = options.onNodeError
    this.#pauses = new NodePauses((timeUs, fire) => this.scheduleAt(timeUs, EventKind.resume, nobody, fire))
  }

  /** Virtual time in microseconds since the start of the run; an integer. */
  get nowUs(): number {
    return this.#nowUs
  }

  /** Events fired so far. */
  get events(): number {
    return this.#events
  }

  /**
   * The instant at which the owner acts now. Later than `nowUs` for a node that stands still: the rest of an event
   * after a stalled write takes place when the write is done.
   */
  nowOf(owner: EventOwner): number {
    if (this.#pauses.count === 0) return this.#nowUs
    const untilUs = this.#pauses.untilUs(owner.node)
    return untilUs === undefined || untilUs < this.#nowUs ? this.#nowUs : untilUs
  }

  /** `fire` happens `delayUs` (an integer >= 0) after the instant at which the owner acts now. */
  schedule(delayUs: number, kind: number, owner: EventOwner, fire: () => void): ScheduledEvent {
    return this.scheduleAt(this.nowOf(owner) + delayUs, kind, owner, fire)
  }

  /** `fire` happens at `timeUs`, an integer not in the past, behind what was scheduled for that instant before. */
  scheduleAt(timeUs: number, kind: number, owner: EventOwner, fire: () => void): ScheduledEvent {
    assert(timeUs >= this.#nowUs && Number.isSafeInteger(timeUs), 'an event lies in the future, at a whole microsecond')
    const event = new ScheduledEvent(kind, owner, fire)
    this.#queue.push(timeUs, event)
    return event
  }

  /** Says that the present event settles a promise, so that its microtasks are drained. */
  mark(): void {
    this.#marked = true
  }

  /** The node stands still until `untilUs`; what would happen to it is postponed to that instant, in its order. */
  pauseNode(node: number, untilUs: number): void {
    if (untilUs > this.#nowUs) this.#pauses.pause(node, untilUs)
  }

  /** Ends a pause ahead of time. Harmless where there is none. */
  resumeNode(node: number): void {
    this.#pauses.resumeNow(node)
  }

  /** Drops a pause and what it held, for a life that ended. */
  forgetPause(node: number): void {
    this.#pauses.forget(node)
  }

  /** True while the node stands still. */
  isPaused(node: number): boolean {
    return this.#pauses.untilUs(node) !== undefined
  }

  /**
   * Fires events until `stop()` holds (asked before each) or nothing is left. Starts in a task of its own. One at a
   * time; may be called again afterwards. Rejects with {@link SimulatorStuck}, or with the error of an event.
   */
  runUntil(stop: () => boolean, host: Host): Promise<RunOutcome> {
    assert(!this.#running, 'a loop is run by one caller at a time')
    this.#running = true
    return new Promise((resolve, reject) => {
      const slice = (): void => {
        try {
          const outcome = this.#runSlice(stop, host, slice)
          if (outcome === undefined) return
          this.#running = false
          resolve(outcome)
        } catch (error) {
          this.#running = false
          reject(error)
        }
      }
      host.breathe(slice)
    })
  }

  /**
   * Fires one event, without draining microtasks; false when nothing is left. For runs without promises (tests,
   * measurements of devices).
   */
  step(): boolean {
    if (!this.#fireNext()) return false
    this.#marked = false
    this.#finishEvent()
    return true
  }

  /** Undefined when `slice` will be called again. */
  #runSlice(stop: () => boolean, host: Host, slice: () => void): RunOutcome | undefined {
    if (this.#unfinished) {
      this.#unfinished = false
      this.#marked = false
      this.#finishEvent()
    }
    for (;;) {
      if (stop()) return 'stopped'
      if (!this.#fireNext()) return 'idle'
      if (this.#marked) {
        this.#marked = false
        if (!host.drain(slice)) {
          this.#unfinished = true
          return undefined
        }
        // What microtasks settled went on within the same drain.
        this.#marked = false
      }
      this.#finishEvent()
      if ((this.#events & (BREATH_EVERY - 1)) === 0 && host.shouldBreathe()) {
        host.breathe(slice)
        return undefined
      }
    }
  }

  #finishEvent(): void {
    this.afterEvent?.()
    // A promise settled here would go on before or after the next event, as the host happens to breathe.
    assert(!this.#marked, 'promises are settled inside events, not between them')
    this.hash.endEvent()
  }

  #fireNext(): boolean {
    for (;;) {
      let event = this.#pauses.takeReleased()
      if (event === undefined) {
        event = this.#queue.pop()
        if (event === undefined) return false
        if (event.fire === undefined || !event.owner.alive) continue
        this.#advanceTo(this.#queue.poppedTimeUs)
      }
      const { fire, owner } = event
      if (fire === undefined || !owner.alive) continue
      if (this.#pauses.count > 0 && this.#pauses.hold(event)) continue
      this.#count(event)
      event.fire = undefined
      this.hash.beginEvent(this.#nowUs, event.kind, owner.node)
      this.#call(fire, owner)
      return true
    }
  }

  #advanceTo(timeUs: number): void {
    if (timeUs === this.#nowUs) return
    this.#nowUs = timeUs
    this.#eventsThisInstant = 0
  }

  #call(fire: () => void, owner: EventOwner): void {
    if (owner.node === NO_NODE || this.#onNodeError === undefined) {
      fire()
      return
    }
    try {
      fire()
    } catch (error) {
      if (owner.alive) this.#onNodeError(owner.node, error)
    }
  }

  #count(event: ScheduledEvent): void {
    if (++this.#eventsThisInstant > this.#eventsPerInstantMax) throw this.#stuck('ZERO_TIME_LOOP', event)
    if (++this.#events > this.#eventsMax) throw this.#stuck('TOO_MANY_EVENTS', event)
  }

  #stuck(code: SimulatorStuckCode, event: ScheduledEvent): SimulatorStuck {
    const at = { timeUs: this.#nowUs, node: event.owner.node }
    const next = `the next is "${eventKindName(event.kind)}" of node ${at.node}`
    return new SimulatorStuck(
      code,
      at,
      code === 'ZERO_TIME_LOOP'
        ? `time stands still at ${at.timeUs} us after ${this.#eventsPerInstantMax} events: ${next}; look for what schedules itself without delay`
        : `the run is not over after ${this.#eventsMax} events, at ${at.timeUs} us: ${next}; allow more events, or look for what never settles`,
    )
  }
}
