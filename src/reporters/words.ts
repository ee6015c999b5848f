/**
 * Names of the simulator in plain words: every kind of strike and every kind of trace event, so that a report can also
 * say which of them never happened. The types keep both tables complete.
 */

import type { BrokerEvent } from '../broker/observe/events.ts'
import type { StrikeKind } from '../sim/plan/plan.ts'

/** What each kind of fault does, as a clause. */
export const strikeWords: Readonly<Record<StrikeKind, string>> = {
  'process-kill': 'the process is killed',
  'power-loss': 'the power fails',
  'clean-restart': 'the broker is stopped cleanly and started again',
  pause: 'the process stands still',
  'reset-connections': 'every connection is reset',
  stall: 'bytes under way are held',
  partition: 'nothing gets through',
  'refuse-connections': 'new connections are refused',
  'slow-disk': 'the disk is slow',
  'full-disk': 'the disk is full',
  'disk-error': 'a disk operation fails',
  'torn-append': 'an append leaves a part of itself behind',
  'stalled-append': 'an append holds up the process',
  'slow-operation': 'a sync or a read takes long',
  'clock-jump': 'the wall clock is set',
  rot: 'a bit on the disk flips',
  'failed-apply': 'metadata cannot be applied',
  'wiped-disk': 'the disk is replaced by an empty one',
  'network-split': 'two sets of nodes do not reach each other',
  deaf: 'a node hears nothing of the others',
  mute: 'nothing of a node reaches the others',
  'held-messages': 'messages between nodes are held',
  'power-outage': 'the power of several nodes fails',
  'lost-disk': 'a node loses its disk for good',
}

/** Strikes that only the profile *beyond the promise* has. */
export const beyondThePromise: readonly StrikeKind[] = ['rot', 'wiped-disk']

/** Strikes that need several nodes. */
export const clusterStrikes: readonly StrikeKind[] = [
  'network-split',
  'deaf',
  'mute',
  'held-messages',
  'power-outage',
  'lost-disk',
]

/** What each trace event of a broker says happened. */
export const eventWords: Readonly<Record<BrokerEvent['type'], string>> = {
  BrokerStarting: 'a broker began to start',
  BrokerReady: 'a broker became ready',
  BrokerStopping: 'a broker began to stop',
  LogsClosing: 'logs were closed for a clean stop',
  BrokerStopped: 'a broker stopped cleanly',
  LogLoaded: 'a log was loaded',
  BatchAppended: 'a batch was appended',
  LogFlushed: 'a log was flushed',
  SegmentRolled: 'a segment was rolled',
  SegmentDeleted: 'a segment was deleted',
  LogStartMoved: 'the start of a log moved',
  LogTruncated: 'a log was truncated',
  LogBegunAnew: 'a log began anew behind a snapshot',
  HighWatermarkMoved: 'a high watermark moved',
  MetadataCommitted: 'metadata was committed',
  ImageApplied: 'an image took in committed records',
  QuorumRoleChanged: 'a node took another part in the quorum',
  VotePersisted: 'a vote was made durable',
  VoteAnswered: 'a request for a vote was answered',
  ControllerElected: 'a controller became active',
  ControllerResigned: 'a controller decided no longer',
  SnapshotWritten: 'a snapshot was written',
  SnapshotLoaded: 'a snapshot was loaded',
  ControllerRegistered: 'a controller was registered',
  BrokerRegistered: 'a broker was registered',
  BrokerFencingChanged: 'a broker was fenced or unfenced',
  TopicPublished: 'a topic was published',
  RequestStarted: 'a request was started',
  RequestAnswered: 'a request was answered',
  DiskFailed: 'a disk failed its broker',
}

/** Events that need several nodes. */
export const clusterEvents: readonly BrokerEvent['type'][] = [
  'LogTruncated',
  'LogBegunAnew',
  'VoteAnswered',
  'ControllerResigned',
  'ControllerRegistered',
  'SnapshotWritten',
  'SnapshotLoaded',
]
