/**
 * The bridge to promises in a simulation: marks the present event, so that the loop has its microtasks drained.
 */

import type { Promises } from '../../world/promises.ts'
import type { EventLoop } from '../loop/event-loop.ts'
import type { Life } from './life.ts'

/** Marks events of one life. */
export function simPromises(loop: EventLoop, life: Life): Promises {
  const mark = (): void => {
    if (life.alive) loop.mark()
  }
  return { mark }
}
