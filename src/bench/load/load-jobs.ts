/**
 * What a load generator is asked to do and what it answers: plain values, since it is a process of its own.
 *
 * A job is done against one topic that is empty when it begins and that nobody else uses. One connection reads one
 * partition. Not here: doing it (`produce-in-turn.ts`, `offered-load.ts`, `read-everything.ts`).
 */

import type { Compression } from '../../protocol/record-batch.ts'
import type { Address } from '../../world/network.ts'
import type { HistogramData } from '../figures/histogram.ts'

/** How the records of a batch are compressed. */
export type LoadCodec = Compression

/** The batches that are sent. */
export interface BatchShape {
  readonly codec: LoadCodec
  /** Bytes of each record's value. */
  readonly recordBytes: number
  /** A batch has as many records as fit in so many bytes before they are compressed, and one at least. */
  readonly batchBytes: number
}

/** Where it is sent, and how it is acknowledged. */
export interface LoadPlace {
  /** The leader of each partition, by its number. */
  readonly leaders: readonly Address[]
  readonly topic: string
  /** 1, or -1 for all in-sync replicas. */
  readonly acks: 1 | -1
}

/** Sends as fast as answers come, with so many requests of one batch each in flight on every connection. */
export interface ProduceJob extends LoadPlace {
  readonly kind: 'produce'
  readonly shape: BatchShape
  /** Connections; with fewer than partitions each sends to several in turn, with more several send to one. */
  readonly producers: number
  /** Whether a reader for each partition reads at the tail meanwhile. */
  readonly tails: boolean
  readonly inFlight: number
  readonly warmUpMs: number
  readonly measureMs: number
  /** Ends sooner once so many bytes are sent. */
  readonly bytesMax: number
}

/** Sends at a rate that does not ask whether answers come, and reads at the tail meanwhile. */
export interface OfferedLoadJob extends LoadPlace {
  readonly kind: 'offered load'
  readonly shape: BatchShape
  /** Over all partitions; an integer. */
  readonly batchesPerSecond: number
  readonly warmUpMs: number
  readonly measureMs: number
}

/** Reads everything there is from the beginning. */
export interface ReadJob extends LoadPlace {
  readonly kind: 'read'
  /** Where each partition must end, by its number. */
  readonly endOffsets: readonly number[]
}

export type LoadJob = ProduceJob | OfferedLoadJob | ReadJob

/** What was acknowledged, or what was read: equal where nothing was lost, changed, doubled or put elsewhere. */
export interface Tally {
  readonly batches: number
  readonly records: number
  /** Of batches as they travel. */
  readonly bytes: number
  /** The sum over all batches of a mix of partition, base offset and checksum, in 32 bits. */
  readonly mix: number
  /** By partition. */
  readonly endOffsets: readonly number[]
}

export interface ProduceOutcome {
  readonly kind: 'produced'
  /** All that was acknowledged. */
  readonly tally: Tally
  /** The part of it that was acknowledged in the measured time. */
  readonly measured: MeasuredPart
  /** Bytes of the batches before they were compressed, by bytes as they travel: 1 where they were not. */
  readonly compressionRatio: number
  /** All that was read at the tail, and the part of it that was read in the measured time. */
  readonly tail: { readonly tally: Tally; readonly measured: MeasuredPart } | undefined
}

/** What was counted between two instants. */
export interface MeasuredPart {
  readonly batches: number
  readonly records: number
  readonly bytes: number
  readonly us: number
}

export interface OfferedLoadOutcome {
  readonly kind: 'offered'
  readonly tally: Tally
  readonly read: Tally
  /** From the intended send time to the acknowledgement. */
  readonly publish: HistogramData
  /** From the intended send time to the arrival at the reader. */
  readonly endToEnd: HistogramData
  /** From the intended send time to the sending: what the generator itself adds. */
  readonly delay: HistogramData
  /** Batches that were due in the whole run, those not sent because too many were unanswered, and per second answered. */
  readonly due: number
  readonly unsent: number
  readonly answeredPerSecond: number
  /** From when the last batch was due to the last answer: it grows with the run where answers do not keep up. */
  readonly drainUs: number
}

export interface ReadOutcome {
  readonly kind: 'read'
  readonly tally: Tally
  readonly us: number
}

/** There is no figure, for this reason. */
export interface FailedOutcome {
  readonly kind: 'failed'
  readonly reason: string
}

export type LoadOutcome = ProduceOutcome | OfferedLoadOutcome | ReadOutcome | FailedOutcome
