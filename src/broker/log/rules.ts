/**
 * The rules of the log: the decisions, gates and orders of durable steps on which its promises hang.
 *
 * A broker is composed with one set of rules; `logRules` is the correct book. Each is small on purpose: a mutant
 * replaces one of them by the bug somebody really shipped.
 */

import { nextSequence, type TimestampType } from '../../protocol/record-batch.ts'
import { checkBatchFrame } from '../../protocol/record-batch-validation.ts'
import type { Codecs } from '../../world/codecs.ts'
import { isWholeSnapshot } from './producer-snapshot.ts'
import type { BatchMetadata } from './producer-state.ts'

/** The durable steps of a start that concern the clean-shutdown marker, in their order. */
export type StartStep = 'remove-marker' | 'sync-log-directory' | 'load-logs'

/** The durable steps of a flush, in their order; each is done only where there is something to do. */
export type FlushStep = 'sync-segments' | 'checkpoint-epochs' | 'sync-partition-directory' | 'sync-log-directory'

export interface LogRules {
  /**
   * The marker of a clean shutdown says that nothing needs recovery. It must be gone, durably, before the first append
   * of this life (the metadata log's included), or a crash of this life would look clean to the next. KAFKA-10471.
   */
  readonly startSteps: readonly StartStep[]
  /**
   * What makes records durable, so that the flushed end may move: their bytes, then the entries of files that are new
   * or renamed, then the entry of the directory itself. KAFKA-3919; fsync(2) on directories.
   */
  readonly flushSteps: readonly FlushStep[]
  /**
   * Whether recovery may keep the batch at `[at, end)` of a segment that was not cleanly closed: only a batch whose
   * checksum holds was written whole. KAFKA-1112.
   */
  isBatchWhole(bytes: Uint8Array, at: number, end: number, codecs: Codecs): boolean
  /**
   * The earlier batch of the same producer that `batch` repeats, among the batches remembered (at most five): a retry
   * gets the offsets of the first attempt, it is never appended again. KIP-98; KAFKA-5494 for the window of five.
   */
  findDuplicate(remembered: readonly BatchMetadata[], batch: SequenceRange): BatchMetadata | undefined
  /**
   * Whether a batch is of an older epoch than its producer's newest in this log: whoever sent it has gone on since, or was
   * replaced, and what arrives late must not lie behind what was sent later. KIP-98, KIP-360.
   */
  isFenced(producerEpoch: number, newestEpoch: number): boolean
  /** The sequence number `count` records after `sequence`: 2^31 − 1 is followed by 0. KIP-98; KAFKA-7692. */
  sequenceAfter(sequence: number, count: number): number
  /**
   * Whether recovery may believe a producer snapshot: one that a power loss tore says of producers what never was, and
   * their next batches are refused, or appended twice. KAFKA-5435, KAFKA-9892.
   */
  isSnapshotWhole(bytes: Uint8Array, codecs: Codecs): boolean
  /** Whether recovery notes the epoch of a batch; −1 is that of a batch without one, and 0 is the first. KAFKA-10432. */
  isEpoch(leaderEpoch: number): boolean
  /**
   * Whether epochs that ended below a log's start are forgotten when it moves there: else followers and consumers are told
   * that an epoch ended at an offset that the log does not have any more. KIP-101; KAFKA-7415.
   */
  readonly forgetsEpochsBelowStart: boolean
  /**
   * Up to where a read may show records, which was asked for up to `upTo` when the log ended there or later, and has its
   * bytes now that the segment ends at `segmentEnd`: what was appended, or not yet to be shown, when the reader looked at
   * the high watermark is not for this reader. KAFKA-9835.
   */
  shownEnd(upTo: number, segmentEnd: number): number
  /**
   * Whether a leader gives a batch that it appends its own time, where the topic's timestamps are of that type: producers
   * are told that it does, and retention and look-ups by time count on it. KIP-32.
   */
  givesAppendTime(timestampType: TimestampType): boolean
}

/** First and last sequence number of a batch, inclusive, each in [0, 2^31). */
export interface SequenceRange {
  readonly firstSequence: number
  readonly lastSequence: number
}

/** The correct book. */
export const logRules: LogRules = {
  startSteps: ['remove-marker', 'sync-log-directory', 'load-logs'],
  flushSteps: ['sync-segments', 'checkpoint-epochs', 'sync-partition-directory', 'sync-log-directory'],
  isBatchWhole(bytes, at, end, codecs) {
    return checkBatchFrame(bytes, at, end, codecs.crc32c) === undefined
  },
  findDuplicate(remembered, batch) {
    return remembered.find(
      (known) => known.firstSequence === batch.firstSequence && known.lastSequence === batch.lastSequence,
    )
  },
  isFenced: (producerEpoch, newestEpoch) => producerEpoch < newestEpoch,
  sequenceAfter: nextSequence,
  isSnapshotWhole: isWholeSnapshot,
  isEpoch: (leaderEpoch) => leaderEpoch >= 0,
  forgetsEpochsBelowStart: true,
  shownEnd: (upTo) => upTo,
  givesAppendTime: (timestampType) => timestampType === 'LogAppendTime',
}
