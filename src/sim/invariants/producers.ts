/** What a partition's producers have written, recomputed from its batches. */

import { type BatchHeader, nextSequence } from '../../protocol/record-batch.ts'
import type { GhostBatch } from './ghost.ts'

export interface GhostProducer {
  readonly epoch: number
  readonly lastSequence: number
  readonly lastOffset: number
  /**
   * When the log was loaded, all its batches lay below the start: their segments may be gone, and what a snapshot kept
   * of it may have been lost. Such a producer may be unknown to the broker, which then takes any sequence (KIP-360).
   */
  readonly mayBeForgotten: boolean
  /** The newest last; all of the present epoch. */
  readonly recent: readonly GhostSequence[]
}

export interface GhostSequence {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly recordCount: number
  readonly baseOffset: number
  readonly isOfThisLife: boolean
}

/** How many batches of a producer are kept. */
const RECENT = 8

/** Producers of a log that is loaded with its start at `startOffset`. */
export function producersOf(batches: readonly GhostBatch[], startOffset: number): Map<number, GhostProducer> {
  const producers = new Map<number, GhostProducer>()
  for (const batch of batches) addToProducers(producers, batch, false)
  for (const [producerId, producer] of producers) {
    if (producer.lastOffset < startOffset) producers.set(producerId, { ...producer, mayBeForgotten: true })
  }
  return producers
}

/** The headers of each producer's batches, in the order of the batches. */
export function headersOf(batches: readonly GhostBatch[]): Map<number, BatchHeader[]> {
  const headers = new Map<number, BatchHeader[]>()
  for (const { header } of batches) addToHeaders(headers, header)
  return headers
}

export function addToHeaders(headers: Map<number, BatchHeader[]>, header: BatchHeader): void {
  if (header.producerId < 0 || header.isControl) return
  const known = headers.get(header.producerId)
  if (known === undefined) headers.set(header.producerId, [header])
  else known.push(header)
}

/** The sequence number of the last record of a producer's batch. */
export function lastSequenceOf({ baseSequence, baseOffset, lastOffset }: BatchHeader): number {
  return nextSequence(baseSequence, lastOffset - baseOffset)
}

export function addToProducers(
  producers: Map<number, GhostProducer>,
  { header }: GhostBatch,
  isOfThisLife: boolean,
): void {
  const { producerId, producerEpoch: epoch, baseSequence, baseOffset, lastOffset, recordCount } = header
  if (producerId < 0 || header.isControl) return
  const before = producers.get(producerId)
  const lastSequence = lastSequenceOf(header)
  const sequence = { firstSequence: baseSequence, lastSequence, recordCount, baseOffset, isOfThisLife }
  const recent = before?.epoch === epoch ? [...before.recent.slice(1 - RECENT), sequence] : [sequence]
  producers.set(producerId, { epoch, lastSequence, lastOffset, mayBeForgotten: false, recent })
}
