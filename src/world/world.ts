/**
 * A world: everything a node may touch of its surroundings, handed to it when it starts.
 *
 * A world belongs to one life of one node. When that life ends (a kill, a power loss, `halt`), its methods become inert
 * and its completions never fire, so that nothing of an old life reaches into the next.
 *
 * Completions are callbacks. Each is an event of its own, never delivered inside the call that asked for it: a caller
 * may finish its own step before anything answers.
 */

import type { Clock } from './clock.ts'
import type { Codecs } from './codecs.ts'
import type { Disk } from './disk.ts'
import type { Network } from './network.ts'
import type { Promises } from './promises.ts'
import type { Random } from './random.ts'
import type { Trace } from './trace.ts'

export interface World {
  readonly clock: Clock
  readonly network: Network
  readonly disk: Disk
  readonly random: Random
  readonly codecs: Codecs
  readonly trace: Trace
  readonly promises: Promises
  /**
   * Ends this life at once, as a process that exits: nothing is flushed, no completion fires afterwards. For operating
   * failures after which going on could break a promise (a failed sync, a metadata log that cannot be written).
   */
  halt(reason: Error): void
}
