/**
 * A simulator whose runs fail operations by the thousand, without the engine describing ten frames of each error that
 * nobody reads. Where an error was made stays: a run that crashes tells it. Runs on the record keep whole stacks.
 */

import type { Simulator } from './simulator.ts'

/** For a thread that does nothing else meanwhile: the limit holds for all of it while a run lasts. */
export function withShortStacks(simulator: Simulator): Simulator {
  return {
    ...simulator,
    async run(plan, options = {}) {
      const before = Error.stackTraceLimit
      if (options.record !== true) Error.stackTraceLimit = 1
      try {
        return await simulator.run(plan, options)
      } finally {
        Error.stackTraceLimit = before
      }
    },
  }
}
