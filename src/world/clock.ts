/**
 * Time, as a node sees it.
 *
 * Two clocks, never mixed. Wall time is for what people and records see (timestamps, retention); it may jump in either
 * direction, and two nodes need not agree. Monotonic time is for durations and deadlines; it never goes back and starts
 * at an arbitrary point of each life. Both are integers.
 */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch; an integer; may jump. */
  wallMs(): number
  /** Monotonic time in microseconds; an integer; never decreases within a life. */
  monotonicUs(): number
  /**
   * Calls `fire` once, as an event of its own, not before `delayUs` (an integer >= 0) of monotonic time have passed.
   * Timers of equal deadline fire in the order in which they were set. A real timer rounds up to whole milliseconds.
   */
  setTimer(delayUs: number, fire: () => void): Timer
}

export interface Timer {
  /** The timer will not fire any more. Harmless after it fired. */
  cancel(): void
}
