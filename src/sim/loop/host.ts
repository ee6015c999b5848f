/**
 * What a run needs from its surroundings and may not fetch itself: the draining of microtasks, and letting the real
 * event loop run now and then.
 *
 * Both hand control back through a callback rather than a promise, on purpose: code that continues after an `await`
 * runs inside a microtask, where a nested drain does nothing. `resume` must therefore be called from a task of its own
 * (`setImmediate`, a message channel), never from a microtask, and once.
 */
export interface Host {
  /**
   * Runs every microtask that is due, and what those bring about. True when that is done on return (`resume` is then
   * not called); false when `resume` will be called once it is.
   */
  drain(resume: () => void): boolean
  /** Lets the real event loop run, then calls `resume`. */
  breathe(resume: () => void): void
  /** Is it time to breathe? Asked every few dozen events; must be cheap. */
  shouldBreathe(): boolean
}
