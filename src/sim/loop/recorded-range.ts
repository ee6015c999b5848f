/**
 * A short stretch of a run, event by event, with the hash after each: the second pass of the search for the first
 * event in which two runs differ.
 */

import { eventKindName } from './event-kinds.ts'

/** One event as it entered the chain. */
export interface RecordedEvent {
  /** Counted from 0 over the whole run. */
  readonly index: number
  readonly timeUs: number
  readonly kind: string
  /** -1 for an event of no node. */
  readonly node: number
  /** State of the chain after it, two 32-bit words. */
  readonly state: readonly [number, number]
}

export class RecordedRange {
  readonly events: RecordedEvent[] = []
  readonly #from: number
  readonly #to: number
  #begun: Omit<RecordedEvent, 'state'> | undefined = undefined

  /** Records events `[from, to)`. */
  constructor(from: number, to: number) {
    this.#from = from
    this.#to = to
  }

  begin(index: number, timeUs: number, kind: number, node: number): void {
    const inside = index >= this.#from && index < this.#to
    this.#begun = inside ? { index, timeUs, kind: eventKindName(kind), node } : undefined
  }

  /** `events` is the number of events that are over, the present one included. */
  end(events: number, a: number, b: number): void {
    if (this.#begun?.index !== events - 1) return
    this.events.push({ ...this.#begun, state: [a >>> 0, b >>> 0] })
    this.#begun = undefined
  }
}

/**
 * The first index at which two recordings of one range differ, with what each run did there (undefined where a run
 * was over); undefined when the recordings are the same.
 */
export function firstDifferentEvent(
  left: readonly RecordedEvent[],
  right: readonly RecordedEvent[],
): { readonly left: RecordedEvent | undefined; readonly right: RecordedEvent | undefined } | undefined {
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [one, other] = [left[at], right[at]]
    const same = one?.state[0] === other?.state[0] && one?.state[1] === other?.state[1]
    if (!same) return { left: one, right: other }
  }
  return undefined
}
