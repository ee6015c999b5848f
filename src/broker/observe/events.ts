/**
 * What a broker tells of itself: the trace events that invariants, fault triggers, timelines and coverage counts read.
 * They report decisions and state; nothing inside the broker depends on whether anybody listens.
 */

export type BrokerEvent =
  | { readonly type: 'BrokerStarting'; readonly clean: boolean }
  | { readonly type: 'BrokerReady'; readonly partitions: number }
  | { readonly type: 'BrokerStopping' }
  /** Nothing is appended in this life any more; logs are flushed and closed. */
  | { readonly type: 'LogsClosing' }
  | { readonly type: 'BrokerStopped' }
  | {
      readonly type: 'LogLoaded'
      readonly partition: string
      readonly startOffset: number
      readonly endOffset: number
      /** False when the log was trusted as a clean shutdown had left it. */
      readonly recovered: boolean
      /** Bytes cut off because no whole batch was found there. */
      readonly truncatedBytes: number
    }
  | {
      readonly type: 'BatchAppended'
      readonly partition: string
      readonly baseOffset: number
      /** Exclusive. */
      readonly endOffset: number
      /** The batch as it lies in the log; borrowed until the listener returns. */
      readonly batch: Uint8Array
    }
  | { readonly type: 'LogFlushed'; readonly partition: string; readonly endOffset: number }
  | { readonly type: 'SegmentRolled'; readonly partition: string; readonly baseOffset: number }
  | { readonly type: 'SegmentDeleted'; readonly partition: string; readonly baseOffset: number }
  | { readonly type: 'LogStartMoved'; readonly partition: string; readonly startOffset: number }
  /** Nothing at or above `endOffset` is in the log any more; a crash may bring it back until that is durable. */
  | { readonly type: 'LogTruncated'; readonly partition: string; readonly endOffset: number }
  /** Everything in a log is gone, and it begins and ends at `offset` now, as of `LogTruncated`: a snapshot stands for what was before. */
  | { readonly type: 'LogBegunAnew'; readonly partition: string; readonly offset: number }
  | { readonly type: 'HighWatermarkMoved'; readonly partition: string; readonly highWatermark: number }
  /** Committed records below `endOffset` were delivered to this node. */
  | { readonly type: 'MetadataCommitted'; readonly endOffset: number }
  /** The image holds exactly the committed records below `endOffset`; `hash` is its incremental hash then. */
  | { readonly type: 'ImageApplied'; readonly endOffset: number; readonly hash: string }
  /** This node's part in the quorum, epoch or leader is another now; -1 where no leader is known. */
  | {
      readonly type: 'QuorumRoleChanged'
      readonly role: QuorumRole
      readonly epoch: number
      readonly leaderId: number
    }
  /** `quorum-state` is durable; `votedFor` is -1 where this voter has no vote in that epoch. */
  | { readonly type: 'VotePersisted'; readonly epoch: number; readonly votedFor: number }
  /** An answer to Vote was handed to its connection; for a candidate's own vote, once it counts it. */
  | {
      readonly type: 'VoteAnswered'
      readonly epoch: number
      readonly candidateId: number
      readonly isPreVote: boolean
      readonly isGranted: boolean
    }
  /** The controller of this node is active, and decides in this epoch. */
  | { readonly type: 'ControllerElected'; readonly epoch: number }
  /** The controller of this node decides no longer; what it had not committed is reverted. */
  | { readonly type: 'ControllerResigned'; readonly epoch: number }
  /** A snapshot of all records below `endOffset`, the last of them of `epoch`, is complete and durable under its name. */
  | { readonly type: 'SnapshotWritten'; readonly endOffset: number; readonly epoch: number }
  /** A snapshot was loaded in place of the log below `endOffset`, at a start or because the leader said so. */
  | { readonly type: 'SnapshotLoaded'; readonly endOffset: number; readonly epoch: number }
  /** The broker of this node was registered at a controller under that epoch. */
  | { readonly type: 'BrokerRegistered'; readonly brokerId: number; readonly brokerEpoch: number }
  /** An answered heartbeat of the broker of this node said so for the first time since it said otherwise. */
  | { readonly type: 'BrokerFencingChanged'; readonly brokerId: number; readonly isFenced: boolean }
  | { readonly type: 'TopicPublished'; readonly topic: string; readonly partitions: number }
  | { readonly type: 'RequestStarted'; readonly api: number; readonly clientId: string | null }
  | { readonly type: 'RequestAnswered'; readonly api: number; readonly clientId: string | null }
  | { readonly type: 'DiskFailed'; readonly path: string; readonly code: string }

/** A voter's states, and the observer's one, as in KIP-595 and KIP-996. */
export type QuorumRole =
  | 'unattached'
  | 'voted'
  | 'prospective'
  | 'candidate'
  | 'leader'
  | 'resigned'
  | 'follower'
  | 'observer'
