/**
 * Node as the surroundings of a simulated run: how microtasks are drained, and when the real event loop gets its turn.
 *
 * `process._tickCallback` drains ticks and microtasks at once, several times faster than a turn of the event loop, but it
 * is undocumented. It is tried on nested ticks and microtasks the first time a run drains, and used only if it ran them
 * all; otherwise each drain is a turn of the event loop (`setImmediate`), which always drains.
 */

import type { Host } from '../sim/loop/host.ts'

/** Real time between two breaths, in milliseconds: short enough for signals and progress, long enough to cost nothing. */
const BREATH_EVERY_MS = 10

/** A host for runs in this process or worker thread; may serve one run after the other. */
export function nodeHost(): Host {
  const tickCallback = undocumentedTickCallback()
  let drainsAtOnce: boolean | undefined
  let breatheAtMs = 0
  return {
    drain(resume) {
      drainsAtOnce ??= tickCallback !== undefined && runsEverything(tickCallback)
      if (drainsAtOnce) {
        tickCallback?.()
        return true
      }
      setImmediate(resume)
      return false
    },
    breathe(resume) {
      setImmediate(() => {
        breatheAtMs = performance.now() + BREATH_EVERY_MS
        resume()
      })
    },
    shouldBreathe: () => performance.now() >= breatheAtMs,
  }
}

function undocumentedTickCallback(): (() => void) | undefined {
  const found: unknown = Reflect.get(process, '_tickCallback')
  return typeof found === 'function' ? () => found.call(process) : undefined
}

/** Queues ticks and microtasks that queue one another, and sees whether one call runs them all. */
function runsEverything(tickCallback: () => void): boolean {
  const STEPS = 6
  let steps = 0
  const step = (): void => {
    if (++steps === STEPS) return
    if (steps % 2 === 0) process.nextTick(step)
    else queueMicrotask(step)
  }
  queueMicrotask(step)
  tickCallback()
  return steps === STEPS
}
