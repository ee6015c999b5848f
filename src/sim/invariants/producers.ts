/** What a partition's producers have written, recomputed from its batches. */

import { nextSequence } from '../../protocol/record-batch.ts'
import type { GhostBatch } from './ghost.ts'

export interface GhostProducer {
  readonly epoch: number
  readonly lastSequence: number
  readonly lastOffset: number
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

export function producersOf(batches: readonly GhostBatch[]): Map<number, GhostProducer> {
  const producers = new Map<number, GhostProducer>()
  for (const batch of batches) addToProducers(producers, batch, false)
  return producers
}

export function addToProducers(
  producers: Map<number, GhostProducer>,
  { header }: GhostBatch,
  isOfThisLife: boolean,
): void {
  const { producerId, producerEpoch: epoch, baseSequence, baseOffset, lastOffset, recordCount } = header
  if (producerId < 0 || header.isControl) return
  const before = producers.get(producerId)
  const lastSequence = nextSequence(baseSequence, lastOffset - baseOffset)
  const sequence = { firstSequence: baseSequence, lastSequence, recordCount, baseOffset, isOfThisLife }
  const recent = before?.epoch === epoch ? [...before.recent.slice(1 - RECENT), sequence] : [sequence]
  producers.set(producerId, { epoch, lastSequence, lastOffset, recent })
}
