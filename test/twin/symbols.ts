/** What stands for times and producer ids, which differ from broker to broker. */

import type { Known } from './request.ts'

/** Drawn times are not in this range of the sequence's base time; a broker's clock is. */
const APPEND_TIME_MS = { from: 5_000, to: 900_000 }
const SMALLEST_TIME_MS = 1_000_000_000_000

/** A time as its distance from the sequence's base time, or as that of the append. */
export function timeOf(ms: number, { baseMs }: Known): number | string {
  if (ms < SMALLEST_TIME_MS) return ms
  const plusMs = ms - baseMs
  if (plusMs > APPEND_TIME_MS.from && plusMs < APPEND_TIME_MS.to) return 'the time of the append'
  return `base ${plusMs < 0 ? '-' : '+'} ${Math.abs(plusMs)} ms`
}

/** The place of a producer id among those that were given out in the sequence. */
export function producerOf(id: number, { producerIds }: Known): number | string {
  const place = producerIds.indexOf(id)
  return place < 0 ? id : `producer ${place}`
}
