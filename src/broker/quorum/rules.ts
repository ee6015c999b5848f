/** The rules of the quorum. `quorumRules` is the correct book; a mutant replaces one. */

import type { PartitionLog } from '../log/partition-log.ts'
import type { LogEnd } from './raft/raft-events.ts'

/** The durable steps of a vote, in their order. */
export type VoteStep = 'persist-vote' | 'answer-vote'

export interface QuorumRules {
  /**
   * What of the metadata log this node says it holds, by a fetch or as the leader: what is flushed. A record counted
   * earlier can be taken back by a power loss. Raft §3 (persistent state), KAFKA-10533.
   */
  heldEnd(log: Pick<PartitionLog, 'endOffset' | 'flushedEnd'>): number
  /** A vote is durable before anybody hears of it, or a crash lets this voter vote twice in one epoch. Raft §5.2. */
  readonly voteSteps: readonly VoteStep[]
  /** Whether the log of who asks for a vote holds all that this one holds, so that nothing committed is lost. Raft §5.4.1. */
  isUpToDate(candidate: LogEnd, mine: LogEnd): boolean
  /**
   * Whether a leader may commit up to `offset`, that a majority holds: only past a record of its own epoch, for one of
   * an earlier epoch can be replaced even then. `epochStart` is where its first record lies. Raft §5.4.2, KAFKA-12619.
   */
  mayCommit(offset: number, epochStart: number): boolean
  /** Whether a leader that a majority no longer fetches from gives up. KAFKA-15489. */
  readonly resignsWithoutMajority: boolean
  /** Whether a voter asks the others before it uses up an epoch on an election. KIP-996. */
  readonly asksBeforeStanding: boolean
  /** Whether a leader that restarts goes on in the same epoch; its log may have lost offsets it gave away. KAFKA-10527. */
  readonly leadsAgainAfterRestart: boolean
  /** Whether the answer to a fetch that was sent in an earlier role, by an earlier leader, is not taken. */
  readonly ignoresStaleFetches: boolean
  /** Whether a decision taken in `epoch` may be appended by a node that is now in `current`, leading or not. KAFKA-6082. */
  mayAppend(epoch: number, current: { readonly epoch: number; readonly isLeader: boolean }): boolean
  /** Whether what the leader of `epoch` says is refused by a node that is in `current`: that leader is deposed. Raft §5.1. */
  isDeposed(epoch: number, current: number): boolean
  /**
   * Where the log begins once it has forgotten the oldest records: at a snapshot that stands for them, however much is
   * committed behind it. Retention as topics have it would take records that no snapshot holds. KIP-630, KAFKA-14238.
   */
  trimmedStart(snapshotEnd: number, committedEnd: number): number
}

export const quorumRules: QuorumRules = {
  heldEnd: (log) => log.flushedEnd,
  voteSteps: ['persist-vote', 'answer-vote'],
  isUpToDate(candidate, mine) {
    return candidate.epoch > mine.epoch || (candidate.epoch === mine.epoch && candidate.endOffset >= mine.endOffset)
  },
  mayCommit: (offset, epochStart) => offset > epochStart,
  resignsWithoutMajority: true,
  asksBeforeStanding: true,
  leadsAgainAfterRestart: false,
  ignoresStaleFetches: true,
  mayAppend: (epoch, current) => current.isLeader && epoch === current.epoch,
  isDeposed: (epoch, current) => epoch < current,
  trimmedStart: (snapshotEnd) => snapshotEnd,
}
