/**
 * Blocks of producer ids, given to brokers, each id once and for ever: a block is answered when it is committed, and
 * what a broker does not use of it is lost. KIP-730.
 */

import { errorCode } from '../../protocol/errors.ts'
import { staleEpoch } from './brokers.ts'
import type { Controller } from './controller.ts'
import { notController, Refusal } from './refusal.ts'

/** Ids in a block, as in Kafka. */
const BLOCK_IDS = 1000

/** A block of producer ids, `[first, end)`. */
export interface ProducerIdBlock {
  readonly first: number
  readonly end: number
}

/** Gives the next block to a broker. */
export function allocateProducerIds(
  controller: Controller,
  { brokerId, brokerEpoch }: { readonly brokerId: number; readonly brokerEpoch: number },
  done: (answer: ProducerIdBlock | Refusal) => void,
): void {
  controller.perform(() => allocateNow(controller, brokerId, brokerEpoch, done))
}

function allocateNow(
  controller: Controller,
  brokerId: number,
  brokerEpoch: number,
  done: (answer: ProducerIdBlock | Refusal) => void,
): void {
  if (!controller.isActive) return done(notController())
  const stale = staleEpoch(controller, brokerId, brokerEpoch)
  if (stale !== undefined) return done(stale)
  const first = controller.state.nextProducerId
  const end = first + BLOCK_IDS
  if (!Number.isSafeInteger(end)) {
    return done(new Refusal(errorCode.UNKNOWN_SERVER_ERROR, 'No producer ids are left.'))
  }
  const record = { type: 'ProducerIdsRecord' as const, version: 0, brokerId, brokerEpoch, nextProducerId: end }
  controller.decide([record], (refusal) => done(refusal ?? { first, end }))
}
