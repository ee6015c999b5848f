/** What a step looks at besides its state and event: who votes, the timeouts, the log as it is now, the time, chance. */

import type { QuorumRules } from '../rules.ts'
import type { LogEnd } from './raft-events.ts'
import type { ReplicaKey } from './raft-state.ts'

/** In microseconds; named after Kafka's settings `controller.quorum.*`. */
export interface QuorumTimeouts {
  readonly electionUs: number
  readonly fetchUs: number
  readonly electionBackoffMaxUs: number
  readonly retryBackoffUs: number
}

/** The metadata log, read only. */
export interface LogView {
  readonly startOffset: number
  readonly endOffset: number
  /** What this node vouches for. */
  readonly heldEnd: number
  /** The epoch of the last record; 0 in an empty log. */
  readonly lastEpoch: number
  /** Where `epoch`, or the largest below it that the log knows, ended; undefined where it knows none as low. */
  endOf(epoch: number): LogEnd | undefined
  /** The newest snapshot; undefined where there is none. */
  readonly latestSnapshot?: LogEnd | undefined
  /** The one at which the log begins; undefined where it begins at 0. */
  readonly firstSnapshot?: LogEnd | undefined
}

export interface Surroundings {
  readonly self: ReplicaKey
  /** Ids of the voters, ascending; static (`controller.quorum.voters`). */
  readonly voters: readonly number[]
  readonly timeouts: QuorumTimeouts
  readonly rules: QuorumRules
  readonly log: LogView
  readonly nowUs: number
  /** A uniformly drawn integer in `[0, below)`. */
  readonly draw: (below: number) => number
}

export function isVoter({ self, voters }: Surroundings): boolean {
  return voters.includes(self.id)
}

/** The other voters. */
export function otherVoters({ self, voters }: Surroundings): readonly number[] {
  return voters.filter((id) => id !== self.id)
}

/** Whether so many voters, of all there are, are more than half. */
export function isMajority({ voters }: Surroundings, count: number): boolean {
  return count > voters.length / 2
}

/** An election timeout: the configured one, and up to as much again, so that voters do not stand at the same time. */
export function electionDeadline({ nowUs, timeouts, draw }: Surroundings): number {
  return nowUs + timeouts.electionUs + draw(timeouts.electionUs)
}
