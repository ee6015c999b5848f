/**
 * What the parts of a connection need of the network they are in.
 */

import type { KeyedDraws } from '../../draws/keyed-draws.ts'
import type { EventLoop } from '../../loop/event-loop.ts'
import type { Endpoint } from './endpoint.ts'
import type { NetworkCounters, NetworkJudge } from './network-judge.ts'
import type { NetworkProfile } from './network-profile.ts'
import type { Pipe } from './pipe.ts'

export interface Wire {
  readonly loop: EventLoop
  readonly draws: KeyedDraws
  readonly profile: NetworkProfile
  readonly counters: NetworkCounters
  readonly judge: NetworkJudge | undefined
  /** Nothing is lost any more. */
  readonly isHealed: boolean
  /** Is the node's host on? */
  isUp(node: number): boolean
  /** Until when nothing gets from one node to the other; in the past where nothing is in the way. */
  blockedUntilUs(from: number, to: number): number
  /** Breaks both directions of the pipe's connection. */
  cut(pipe: Pipe): void
  /** The endpoint is over; the network need not remember it. */
  forget(endpoint: Endpoint): void
}
