/**
 * Sends that come in rushes: what somebody sends to a partition is followed, often, by more from the same to the same, sooner
 * than the first can have been answered. Whoever gives up goes on at once then, and what was given up may arrive behind it.
 */

import type { Choose } from './workload.ts'

/** How soon the next one follows, at most, in milliseconds. */
const soonMs = 400

/** Where a send stands in its rush. */
export interface Rush {
  /** The ordinal of the first send of the rush, which says who sends where. */
  readonly lead: number
  /** How long after the first it is, in milliseconds. */
  readonly afterMs: number
}

/** The rush of the send of that ordinal: in every other case one of its own. */
export function rushOf(choose: Choose, ordinal: number): Rush {
  let [lead, afterMs] = [ordinal, 0]
  while (lead > 0 && choose('rush', lead, 2) === 0) {
    afterMs += choose('rush-when', lead, soonMs)
    lead--
  }
  return { lead, afterMs }
}
