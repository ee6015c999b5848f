/**
 * One deletion of a partition's records below an offset, as a client asked for it (KIP-107).
 *
 * The steps of the rules, one after the other: what goes is flushed, the log's start moves up, and the start is put on
 * record. Files are not removed here: retention does that, for starts that are on record. The high watermark only rises, so
 * that an offset which was not above it when this began never is.
 *
 * Ends with the start on record, or with an error: the partition is not led here any more, or the disk is full; then the
 * start may have moved and may go back in a crash. After any other failure of the disk this life is over.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import { assert } from '../../world/assert.ts'
import type { DiskError } from '../../world/disk.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import type { Partition } from './partition.ts'
import type { DeletionStep } from './rules.ts'

export interface RecordDeletion {
  readonly partition: Partition
  /** The first offset that stays. */
  readonly offset: number
  readonly directory: LogDirectory
  readonly steps: readonly DeletionStep[]
}

/** How a deletion ended: with the partition's low watermark, or with an error. */
export type DeletionDone = (
  outcome: { readonly lowWatermark: number } | { readonly errorCode: ErrorCode; readonly error?: DiskError },
) => void

/** Does what the head of this file says. `done` may be called at once, where nothing has to be waited for. */
export function deleteRecords(deletion: RecordDeletion, done: DeletionDone): void {
  const { partition, offset } = deletion
  assert(offset >= 0 && offset <= partition.highWatermark, 'only what is shown to consumers is deleted')
  takeStep(deletion, 0, done)
}

function takeStep(deletion: RecordDeletion, index: number, done: DeletionDone): void {
  const { partition, offset, directory, steps } = deletion
  const { log } = partition
  if (partition.isRemoved) return done({ errorCode: errorCode.UNKNOWN_TOPIC_OR_PARTITION })
  const next = (): void => takeStep(deletion, index + 1, done)
  switch (steps[index]) {
    case 'flush':
      // A segment that was finished meanwhile has a snapshot of its producers that another flush makes durable.
      return log.recoveryPoint >= offset ? next() : log.flush(() => takeStep(deletion, index, done))
    case 'move-start':
      if (!partition.isLeader) return done({ errorCode: errorCode.NOT_LEADER_OR_FOLLOWER })
      if (offset > log.startOffset) log.moveStart(offset, 'keep')
      return next()
    case 'checkpoint-start':
      return directory.checkpointStarts((error) => {
        if (error === undefined) return next()
        directory.tolerate(error)
        done({ errorCode: errorCode.KAFKA_STORAGE_ERROR, error })
      })
    case undefined: {
      const isOnRecord = steps.includes('checkpoint-start')
      return done({ lowWatermark: isOnRecord ? directory.startOnRecord(log) : log.startOffset })
    }
  }
}
