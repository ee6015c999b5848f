/**
 * Records on their way to one partition, which are sent, appended, refused and settled as one.
 *
 * Life: open → closed → in flight → settled, with any number of returns from in flight to closed (a retry). The fate of
 * an attempt that got no answer, or an answer that proves nothing, is unknown for good, unless a later attempt under the
 * same sequence is acknowledged.
 */

import { BATCH_HEADER_BYTES } from '../protocol/record-batch.ts'
import type { RecordInput } from '../protocol/record-batch-encode.ts'
import type { Failure } from './outcomes.ts'

/** How a send ends. */
export type SendOutcome = Acknowledged | Failure

interface Acknowledged {
  readonly kind: 'acknowledged'
  readonly partition: number
  /** Undefined with acks 0, and where the broker knows only that it has the batch already. */
  readonly offset: number | undefined
  /** The record's own time, or the broker's where the topic keeps that of appending; ms since the Unix epoch. */
  readonly timestampMs: number
}

/** Who wants to know how one record's send ended. */
export type Settle = (outcome: SendOutcome) => void

/** The most that the lengths, the attributes and the deltas of one record take. */
const recordOverheadBytes = 21

/** An upper bound of what the record takes in a batch of its own, in bytes. */
export function recordSizeBound(record: RecordInput): number {
  let size = BATCH_HEADER_BYTES + recordOverheadBytes + (record.key?.length ?? 0) + (record.value?.length ?? 0)
  // A header's key has at most three bytes of UTF-8 per unit, its two lengths at most five bytes each.
  for (const header of record.headers ?? []) size += 10 + 3 * header.key.length + (header.value?.length ?? 0)
  return size
}

/** See the head of this file. */
export class ProducerBatch {
  readonly partition: number
  /** Monotonic time. */
  readonly createdUs: number
  /** The flush era of its first record. */
  readonly era: number
  readonly records: RecordInput[] = []
  readonly #settlers: Settle[] = []
  /** An upper bound of the encoded size. */
  sizeBytes = 0
  /** No record may be added any more. */
  isClosed = false
  /** An attempt may have appended it. Never taken back. */
  isUnknown = false
  /** Attempts that have ended. */
  attempts = 0
  /** Not sent again before this moment of monotonic time. */
  retryAtUs = 0
  /** Its place among the partition's batches in the order of first sending; -1 before that. */
  ordinal = -1
  /** The producer id, epoch and first sequence it was last encoded under; -1 where it has none. */
  producerId = -1
  producerEpoch = -1
  baseSequence = -1
  /** The batch as it is sent, kept for the retries. */
  encoded: Uint8Array | undefined = undefined

  constructor(partition: number, createdUs: number, era: number) {
    this.partition = partition
    this.createdUs = createdUs
    this.era = era
  }

  /** It holds sequence numbers that no other batch may use until its fate is known. */
  get isSequenced(): boolean {
    return this.baseSequence >= 0
  }

  /** True if the record was added; false if the batch is closed, or would grow beyond `batchBytes`. */
  tryAdd(record: RecordInput, size: number, batchBytes: number, settle: Settle): boolean {
    if (this.isClosed) return false
    if (this.records.length > 0 && this.sizeBytes + size > batchBytes) return false
    this.records.push(record)
    this.#settlers.push(settle)
    this.sizeBytes += size
    return true
  }

  /** Gives up its sequence numbers: nothing of it is, or will be, in the log under them. */
  unsequence(): void {
    this.baseSequence = -1
    this.producerId = -1
    this.producerEpoch = -1
    this.encoded = undefined
  }

  /** Tells every sender of a record; `baseOffset` -1 is an offset unknown, `appendTimeMs` -1 the record's own time. */
  acknowledge(baseOffset: number, appendTimeMs: number): void {
    const { partition, records } = this
    for (let index = 0; index < records.length; index++) {
      this.#settlers[index]!({
        kind: 'acknowledged',
        partition,
        offset: baseOffset < 0 ? undefined : baseOffset + index,
        timestampMs: appendTimeMs < 0 ? records[index]!.timestamp : appendTimeMs,
      })
    }
  }

  /** Tells every sender of a record. */
  fail(outcome: Failure): void {
    for (const settle of this.#settlers) settle(outcome)
  }
}
