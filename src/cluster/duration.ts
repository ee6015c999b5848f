/** Lengths of time as people write them in tests: `{ days: 7 }`, `{ hours: 1, minutes: 30 }`, or milliseconds. */

import { ClusterError } from './cluster-error.ts'

/** The sum of its parts. */
export interface Duration {
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
  readonly ms?: number
}

/** In milliseconds. @throws {ClusterError} unless it is a whole number of them, 0 or more. */
export function millisecondsOf(duration: Duration | number): number {
  const total = typeof duration === 'number' ? duration : sumOf(duration)
  if (Number.isSafeInteger(total) && total >= 0) return total
  throw new ClusterError(
    `${JSON.stringify(duration)} is not a length of time; give whole milliseconds, or such as { days: 7 }, 0 or more`,
  )
}

function sumOf({ days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0 }: Duration): number {
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + ms
}
