/**
 * What becomes of a batch after one attempt to produce it. Pure: looks at the batch and its queue, changes nothing.
 *
 * The rules for an idempotent producer's sequence numbers: a batch refused as out of order waits for the older ones that
 * are unsettled. Behind a gap it is numbered anew if it certainly is not in the log. Otherwise it fails: either the broker
 * has lost what it acknowledged, or the fate of the batch is unknown, and then it must not be sent under other numbers.
 *
 * Source: KIP-98, KIP-360; Kafka's `TransactionManager.canRetry`, which differs in renumbering batches of unknown fate.
 */

import { errorCode, isRetriable } from '../protocol/errors.ts'
import { certaintyOf } from './outcomes.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { ProducerBatch } from './producer-batch.ts'

/** How the attempt's batch goes on; see `PartitionQueue`. */
export type Verdict = 'acknowledged' | 'retry' | 'renumber' | 'fail'

/** True where the answer leaves open whether this attempt has appended, or will yet append, the batch. */
export function leavesFateUnknown(code: number): boolean {
  const isAcknowledged = code === errorCode.NONE || code === errorCode.DUPLICATE_SEQUENCE_NUMBER
  return !isAcknowledged && certaintyOf(code) === 'indefinite'
}

/** The verdict on a batch in flight that was answered with this code. `batch.isUnknown` has taken the answer in. */
export function verdictOn(batch: ProducerBatch, queue: PartitionQueue, code: number): Verdict {
  if (code === errorCode.NONE) return 'acknowledged'
  // The broker has it, from an attempt of which we had no answer, and has forgotten at which offset.
  if (code === errorCode.DUPLICATE_SEQUENCE_NUMBER) return 'acknowledged'
  if (batch.isSequenced && refusesSequence(code)) {
    if (code === errorCode.OUT_OF_ORDER_SEQUENCE_NUMBER && !queue.isOldestSequenced(batch)) return 'retry'
    return queue.hasGap && !batch.isUnknown ? 'renumber' : 'fail'
  }
  return isRetriable(code) ? 'retry' : 'fail'
}

/** True where the broker takes nothing more under this producer epoch: another producer id is needed. */
export function refusesEpoch(code: number): boolean {
  return code === errorCode.INVALID_PRODUCER_EPOCH || code === errorCode.PRODUCER_FENCED
}

function refusesSequence(code: number): boolean {
  return code === errorCode.OUT_OF_ORDER_SEQUENCE_NUMBER || code === errorCode.UNKNOWN_PRODUCER_ID || refusesEpoch(code)
}
