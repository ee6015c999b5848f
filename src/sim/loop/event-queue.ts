/**
 * What will happen, soonest first: a binary heap on (time, sequence). Two events of one instant fire in the order in
 * which they were put in, so the order is total and the shape of the heap never shows.
 *
 * Times and sequences lie in typed arrays beside the events, so that sifting touches no object. A cancelled event, or
 * one whose owner's life is over, stays until it comes up or until a sweep; it never fires.
 */

/** Who an event belongs to: one life of one node, or nobody. */
export interface EventOwner {
  /** The node, an integer >= 0; {@link NO_NODE} where the event belongs to no node. */
  readonly node: number
  /** False once this life is over: its events do not fire any more. */
  readonly alive: boolean
}

/** The node of an event that belongs to none: the network between nodes, the harness. */
export const NO_NODE = -1

/** The owner of events that belong to no node. Such events are never paused, and an error in one ends the run. */
export const nobody: EventOwner = { node: NO_NODE, alive: true }

/** Something that will happen, as a handle by which it can be called off. */
export class ScheduledEvent {
  readonly kind: number
  readonly owner: EventOwner
  /** What happens; undefined once it happened or was called off. */
  fire: (() => void) | undefined

  constructor(kind: number, owner: EventOwner, fire: () => void) {
    this.kind = kind
    this.owner = owner
    this.fire = fire
  }

  /** It will not happen. Harmless after it did. */
  cancel(): void {
    this.fire = undefined
  }
}

const CAPACITY_AT_FIRST = 1024

export class EventQueue {
  #events: ScheduledEvent[] = []
  #times = new Float64Array(CAPACITY_AT_FIRST)
  #sequences = new Float64Array(CAPACITY_AT_FIRST)
  #size = 0
  #nextSequence = 0
  #sweepAt = CAPACITY_AT_FIRST

  /** The time, in microseconds, of the event that `pop` returned last. */
  poppedTimeUs = 0

  /** Events in the queue, called off or not. */
  get size(): number {
    return this.#size
  }

  /** Puts an event behind all others of the instant `timeUs`. */
  push(timeUs: number, event: ScheduledEvent): void {
    if (this.#size >= this.#sweepAt) this.#sweep()
    if (this.#size === this.#times.length) this.#grow()
    this.#siftUp(this.#size++, timeUs, this.#nextSequence++, event)
  }

  /** Takes out the next event, called off or not; undefined where there is none. */
  pop(): ScheduledEvent | undefined {
    if (this.#size === 0) return undefined
    const events = this.#events
    const top = events[0]!
    this.poppedTimeUs = this.#times[0]!
    const last = --this.#size
    const moved = events[last]!
    // Shortening by `length` is a call into the engine each time.
    events.pop()
    if (last > 0) this.#siftDown(0, this.#times[last]!, this.#sequences[last]!, moved)
    return top
  }

  #siftUp(start: number, timeUs: number, sequence: number, event: ScheduledEvent): void {
    const times = this.#times
    const sequences = this.#sequences
    const events = this.#events
    let hole = start
    while (hole > 0) {
      const parent = (hole - 1) >>> 1
      const parentTime = times[parent]!
      // A new event has the highest sequence of all, so among equals it stays below.
      if (parentTime <= timeUs) break
      times[hole] = parentTime
      sequences[hole] = sequences[parent]!
      events[hole] = events[parent]!
      hole = parent
    }
    times[hole] = timeUs
    sequences[hole] = sequence
    events[hole] = event
  }

  #siftDown(start: number, timeUs: number, sequence: number, event: ScheduledEvent): void {
    const times = this.#times
    const sequences = this.#sequences
    const events = this.#events
    const size = this.#size
    let hole = start
    for (;;) {
      let child = 2 * hole + 1
      if (child >= size) break
      const right = child + 1
      let childTime = times[child]!
      if (right < size) {
        const rightTime = times[right]!
        if (rightTime < childTime || (rightTime === childTime && sequences[right]! < sequences[child]!)) {
          child = right
          childTime = rightTime
        }
      }
      if (timeUs < childTime || (timeUs === childTime && sequence < sequences[child]!)) break
      times[hole] = childTime
      sequences[hole] = sequences[child]!
      events[hole] = events[child]!
      hole = child
    }
    times[hole] = timeUs
    sequences[hole] = sequence
    events[hole] = event
  }

  /** Throws out what will never fire. Amortised: the next sweep waits until the queue has doubled. */
  #sweep(): void {
    const events = this.#events
    let kept = 0
    for (let index = 0; index < this.#size; index++) {
      const event = events[index]!
      if (event.fire === undefined || !event.owner.alive) continue
      events[kept] = event
      this.#times[kept] = this.#times[index]!
      this.#sequences[kept] = this.#sequences[index]!
      kept++
    }
    this.#size = kept
    events.length = kept
    for (let index = (kept >>> 1) - 1; index >= 0; index--) {
      this.#siftDown(index, this.#times[index]!, this.#sequences[index]!, events[index]!)
    }
    this.#sweepAt = Math.max(CAPACITY_AT_FIRST, 2 * kept)
  }

  #grow(): void {
    const capacity = this.#times.length * 2
    const times = new Float64Array(capacity)
    const sequences = new Float64Array(capacity)
    times.set(this.#times)
    sequences.set(this.#sequences)
    this.#times = times
    this.#sequences = sequences
  }
}
