/**
 * What a log remembers of its producers, so that a retry is never appended twice and a gap never goes unnoticed.
 *
 * Per producer id: its epoch and its last five batches. A batch is checked before it is appended and remembered after.
 * Errors a check can give: INVALID_PRODUCER_EPOCH (an older epoch), OUT_OF_ORDER_SEQUENCE_NUMBER (a gap, or a repeat of
 * a batch older than those remembered). A producer that is not known may begin with any sequence number (KIP-360).
 * Transactions are not served yet. KIP-98, KIP-360, KAFKA-5494.
 */

import type { BatchHeader } from '../../protocol/record-batch.ts'
import type { LogRules, SequenceRange } from './rules.ts'

/** How many batches of a producer are remembered. */
const REMEMBERED_BATCHES = 5

export interface BatchMetadata extends SequenceRange {
  readonly lastOffset: number
  /** `lastOffset` − base offset. */
  readonly offsetDelta: number
  /** The largest timestamp of the batch, in milliseconds. */
  readonly timestamp: number
}

export interface ProducerEntry {
  readonly producerId: number
  readonly epoch: number
  /** Oldest first; one to five. */
  readonly batches: readonly BatchMetadata[]
  /** −1: no coordinator has written a marker. */
  readonly coordinatorEpoch: number
  /** −1: no transaction is open. */
  readonly currentTransactionFirstOffset: number
}

export type SequenceVerdict =
  | { readonly kind: 'append' }
  | { readonly kind: 'duplicate'; readonly batch: BatchMetadata }
  | { readonly kind: 'refused'; readonly error: 'INVALID_PRODUCER_EPOCH' | 'OUT_OF_ORDER_SEQUENCE_NUMBER' }

/** An entry as it is kept: changed in place, for a start remembers every batch of a log. */
type Kept = { -readonly [field in keyof ProducerEntry]: ProducerEntry[field] } & { batches: BatchMetadata[] }

const append: SequenceVerdict = { kind: 'append' }

export class ProducerState {
  readonly #rules: LogRules
  readonly #entries = new Map<number, Kept>()

  constructor(rules: LogRules) {
    this.#rules = rules
  }

  get size(): number {
    return this.#entries.size
  }

  /** Entries as they are now, in the order in which their producers first wrote. */
  entries(): readonly ProducerEntry[] {
    return Array.from(this.#entries.values(), keptOf)
  }

  /** Whether a batch of a producer (`producerId` ≥ 0) may be appended next. */
  check(header: BatchHeader): SequenceVerdict {
    const entry = this.#entries.get(header.producerId)
    if (entry === undefined) return append
    if (this.#rules.isFenced(header.producerEpoch, entry.epoch))
      return { kind: 'refused', error: 'INVALID_PRODUCER_EPOCH' }
    const range = this.#rangeOf(header)
    if (header.producerEpoch > entry.epoch) {
      return range.firstSequence === 0 ? append : { kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }
    }
    const duplicate = this.#rules.findDuplicate(entry.batches, range)
    if (duplicate !== undefined) return { kind: 'duplicate', batch: duplicate }
    const last = entry.batches.at(-1)
    if (last === undefined || this.#rules.sequenceAfter(last.lastSequence, 1) === range.firstSequence) return append
    return { kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }
  }

  /** Remembers a batch that is in the log. */
  remember(header: BatchHeader): void {
    if (header.producerId < 0 || header.isControl) return
    const { baseOffset, lastOffset } = header
    const { firstSequence, lastSequence } = this.#rangeOf(header)
    const offsetDelta = lastOffset - baseOffset
    const batch = { firstSequence, lastSequence, lastOffset, offsetDelta, timestamp: header.maxTimestamp }
    const known = this.#entries.get(header.producerId)
    if (known !== undefined && known.epoch === header.producerEpoch) {
      if (known.batches.length >= REMEMBERED_BATCHES) known.batches.shift()
      known.batches.push(batch)
      return
    }
    this.#entries.set(header.producerId, {
      producerId: header.producerId,
      epoch: header.producerEpoch,
      batches: [batch],
      coordinatorEpoch: known?.coordinatorEpoch ?? -1,
      currentTransactionFirstOffset: known?.currentTransactionFirstOffset ?? -1,
    })
  }

  /** Forgets everything, then takes over the entries of a snapshot. */
  restore(entries: readonly ProducerEntry[]): void {
    this.#entries.clear()
    for (const entry of entries) this.#entries.set(entry.producerId, keptOf(entry))
  }

  /** Forgets producers whose last batch is older than `expirationMs`. */
  expire(nowMs: number, expirationMs: number): void {
    for (const entry of [...this.#entries.values()]) {
      const last = entry.batches.at(-1)
      const open = entry.currentTransactionFirstOffset >= 0
      if (!open && last !== undefined && nowMs - last.timestamp >= expirationMs) this.#entries.delete(entry.producerId)
    }
  }

  /** First and last sequence of a batch. */
  #rangeOf({ baseSequence, baseOffset, lastOffset }: BatchHeader): SequenceRange {
    return {
      firstSequence: baseSequence,
      lastSequence: this.#rules.sequenceAfter(baseSequence, lastOffset - baseOffset),
    }
  }
}

function keptOf(entry: ProducerEntry): Kept {
  return { ...entry, batches: [...entry.batches] }
}
