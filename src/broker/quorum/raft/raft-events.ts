/**
 * What a step is told (events), and what it asks for (effects), as plain values.
 *
 * Effects are carried out in their order. `persist` and `truncate` take time: what follows them, and every later event,
 * waits until they are done, so that nothing is said that a crash could take back. Requests and answers here are those of
 * the Vote, BeginQuorumEpoch, EndQuorumEpoch and Fetch APIs without their envelopes (KIP-595).
 */

import type { ErrorCode } from '../../../protocol/errors.ts'
import type { Uuid } from '../../../protocol/uuid.ts'
import type { ElectionState, ReplicaKey } from './raft-state.ts'

/** The end of a log, for comparing two of them: the higher epoch, then the higher offset, is the more up to date. */
export interface LogEnd {
  readonly epoch: number
  readonly endOffset: number
}

export interface VoteRequest {
  readonly kind: 'vote'
  readonly epoch: number
  readonly candidate: ReplicaKey
  /** Whom the candidate means to ask; −1 and the zero directory where it does not say. */
  readonly voter: ReplicaKey
  readonly lastEpoch: number
  readonly lastOffset: number
  readonly isPreVote: boolean
}

export interface BeginEpochRequest {
  readonly kind: 'begin-epoch'
  readonly epoch: number
  readonly leaderId: number
  readonly voter: ReplicaKey
}

export interface EndEpochRequest {
  readonly kind: 'end-epoch'
  readonly epoch: number
  readonly leaderId: number
  /** Who should stand first. */
  readonly successors: readonly number[]
}

export interface FetchRequest {
  readonly kind: 'fetch'
  readonly replica: ReplicaKey
  readonly epoch: number
  readonly offset: number
  /** The epoch of the record before `offset`; 0 where there is none. */
  readonly lastEpoch: number
  /** What the replica believes is committed; −1 where it does not say. KIP-1166. */
  readonly highWatermark: number
}

export type PeerRequest = VoteRequest | BeginEpochRequest | EndEpochRequest | FetchRequest

/** What every answer tells: an error, and the leader and epoch that the answering node knows. */
export interface PeerAnswer {
  readonly error: ErrorCode
  readonly leaderId: number
  readonly epoch: number
  /** Of a vote. */
  readonly granted?: boolean
  /** Of a fetch that was taken. */
  readonly fetched?: Fetched
}

export interface Fetched {
  readonly highWatermark: number
  readonly logStartOffset: number
  /** The follower's log has left the leader's: the largest epoch of the leader's not above the follower's, and its end. */
  readonly diverging?: LogEnd
  /** The log does not go back so far: the follower must begin with this snapshot. */
  readonly snapshot?: LogEnd
  /** Filled in by who reads the log for the answer; absent in a step's effect. Whole batches, the last may be cut. */
  readonly records?: Uint8Array
}

export type RaftEvent =
  /** The deadline of the role has passed. */
  | { readonly type: 'deadline' }
  /** A request came. `token` names who waits for the answer; `isLast` says that a fetch must not be held longer. */
  | { readonly type: 'request'; readonly token: number; readonly request: PeerRequest; readonly isLast: boolean }
  /** A request was answered, or came to nothing (undefined). */
  | {
      readonly type: 'answered'
      readonly by: number
      readonly turn: number
      readonly request: PeerRequest
      readonly answer: PeerAnswer | undefined
    }
  /** Something was appended to the log, or flushed. */
  | { readonly type: 'log-moved' }
  /** What was fetched could not be appended, for it was not what the log goes on with. */
  | { readonly type: 'append-refused' }
  /** A truncation is done, or a snapshot is loaded in place of the log. */
  | { readonly type: 'truncated' }
  | { readonly type: 'snapshot-loaded'; readonly snapshot: LogEnd }
  /** The leader sent a piece of a snapshot: it lives. */
  | { readonly type: 'snapshot-goes-on'; readonly turn: number }
  /** A snapshot could not be loaded. */
  | { readonly type: 'snapshot-given-up'; readonly turn: number }
  /** A replica asked this leader for a piece of a snapshot. */
  | { readonly type: 'asked-for-snapshot'; readonly replicaId: number }
  /** The leader of this epoch cannot go on. */
  | { readonly type: 'resign'; readonly epoch: number }

export type Effect =
  | { readonly type: 'persist'; readonly election: ElectionState }
  | {
      readonly type: 'send'
      readonly to: number
      readonly turn: number
      readonly delayUs: number
      readonly request: PeerRequest
    }
  | { readonly type: 'answer'; readonly token: number; readonly request: PeerRequest; readonly answer: PeerAnswer }
  /** There is nothing to tell this fetch yet: try the event again when the log or the high watermark has moved. */
  | { readonly type: 'hold'; readonly token: number; readonly request: FetchRequest }
  | { readonly type: 'append-leader-change'; readonly epoch: number; readonly granted: readonly number[] }
  | { readonly type: 'append-fetched'; readonly records: Uint8Array; readonly epoch: number }
  | { readonly type: 'truncate'; readonly endOffset: number }
  | { readonly type: 'fetch-snapshot'; readonly snapshot: LogEnd; readonly from: number; readonly turn: number }
  | { readonly type: 'commit'; readonly highWatermark: number }
  /** The role, the epoch or the leader is another. */
  | { readonly type: 'role-changed' }
  /** This node must stop: what it would have to do next would break a promise. */
  | { readonly type: 'fail'; readonly message: string }

/** Where nobody in particular is meant. */
export const NOBODY = -1

/** A voter as a request names it. */
export function named(id: number, directoryId: Uuid): ReplicaKey {
  return { id, directoryId }
}
