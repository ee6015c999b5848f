/**
 * What one node knows of its quorum: the election state that must survive every crash, and the role it plays now.
 *
 * Values, never changed in place: a step returns the next one. Roles and who goes from which to which (KIP-595, KIP-996):
 *
 *     unattached ─▶ prospective ─▶ candidate ─▶ leader ─▶ resigned
 *          ▲  ▲          │             │                     │
 *          │  └──────────┴─────────────┘ ◀───────────────────┘
 *          └──▶ follower ─▶ prospective
 *
 * and from everywhere to unattached or follower when a higher epoch is heard of. Observers know only unattached and
 * follower. Not here: the log, the disk, the network; see `raft-events.ts` for what a step asks of them.
 */

import type { Uuid } from '../../../protocol/uuid.ts'

/** A replica of the metadata log: a node, and the directory it keeps the log in. The zero directory is "not known". */
export interface ReplicaKey {
  readonly id: number
  readonly directoryId: Uuid
}

/** What lies in `quorum-state`: never two votes, and never two leaders, in one epoch. Raft §5.2. */
export interface ElectionState {
  readonly epoch: number
  /** −1 while not known. */
  readonly leaderId: number
  readonly votedFor: ReplicaKey | undefined
}

/** Waiting: for somebody to ask for a vote, or until the election timeout. An observer looks for the leader. */
export interface Unattached {
  readonly kind: 'unattached'
  readonly deadlineUs: number
}

/** Asking whether an election could be won (`prospective`, no epoch is used up), or asking for votes (`candidate`). */
export interface Electing {
  readonly kind: 'prospective' | 'candidate'
  readonly deadlineUs: number
  readonly granted: readonly number[]
  readonly refused: readonly number[]
}

export interface Follower {
  readonly kind: 'follower'
  /** When the leader is taken for lost. */
  readonly deadlineUs: number
  /** Whether a fetch is on its way or its records are being made durable. */
  readonly isFetching: boolean
  /** Whether this leader has answered a fetch: then it is alive, and nobody else needs a pre-vote. */
  readonly hasFetched: boolean
  readonly leaderHighWatermark: number
}

export interface Leader {
  readonly kind: 'leader'
  /** When a majority of voters must have fetched, or the leadership ends (check-quorum). */
  readonly deadlineUs: number
  /** Where the first record of this epoch lies; nothing is committed before a record of this epoch is. */
  readonly epochStart: number
  /** Of voters and observers that have fetched in this epoch, by node. */
  readonly replicas: ReadonlyMap<number, ReplicaProgress>
  /** Voters that have fetched since the check began. */
  readonly heard: readonly number[]
}

/** How far a replica is, as its fetches say: it holds everything below `endOffset`. Times by the leader's clock. */
export interface ReplicaProgress {
  readonly directoryId: Uuid
  readonly endOffset: number
  readonly lastFetchUs: number
  readonly lastCaughtUpUs: number
}

/** Led this epoch, and does no more; waits for another leader, or for its turn to stand again. */
export interface Resigned {
  readonly kind: 'resigned'
  readonly deadlineUs: number
}

export type Role = Unattached | Electing | Follower | Leader | Resigned

export interface RaftState {
  readonly election: ElectionState
  readonly role: Role
  /** Counts the roles taken in this life: an answer to a request of an earlier one is heard only for its epoch. */
  readonly turn: number
  /** Everything below is committed. Never decreases. */
  readonly highWatermark: number
}
