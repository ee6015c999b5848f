/**
 * The host's own timekeeping, taken hold of while this module loads.
 *
 * A test framework's fake timers replace these functions on the global object; a cluster that runs inside such a test
 * must go on all the same, so nothing in this module looks them up again later. What cannot be protected: a fake that was
 * installed before this module was first loaded, and a faked `process.nextTick`, on which Node's own sockets depend.
 */

/** Waits at least the delay as the host measures it, in whole milliseconds of [1, 2^31). */
export const nativeSetTimeout: (fire: () => void, delayMs: number) => NodeJS.Timeout = globalThis.setTimeout
/** Calls off a wait. */
export const nativeClearTimeout: (timeout: NodeJS.Timeout) => void = globalThis.clearTimeout
/** Runs `fire` as an event of its own, after those that are due already, in the order of the calls. */
export const nativeSetImmediate: (fire: () => void) => NodeJS.Immediate = globalThis.setImmediate
/** Runs `fire` when the present step is over, before any other event. */
export const nativeNextTick: (fire: () => void) => void = process.nextTick.bind(process)

/** Wall time in milliseconds since the epoch. */
export const nativeWallMs: () => number = Date.now

/** Monotonic time in fractional milliseconds since the process started. */
export const nativeMonotonicMs: () => number = performance.now.bind(performance)
