/**
 * S8: epochs never go back, across restarts either: the epoch of the metadata log rises with every life, leader epochs
 * in a log do not fall, a producer's epoch in a partition does not fall. Sources: Raft §5.1; KIP-101; KIP-98.
 */

import { readBatchHeader } from '../../protocol/record-batch.ts'
import type { Invariant } from './invariant.ts'

const METADATA = '__cluster_metadata-0'

export function monotoneEpochs(): Invariant {
  let highestEver = -1
  let isNewLife = false
  return {
    name: 'S8 monotone epochs',
    source: 'Raft §5.1; KIP-98; KIP-101',
    onEvent(judged, event) {
      if (event.type === 'BrokerStarting') isNewLife = true
      if (event.type !== 'BatchAppended') return
      const header = readBatchHeader(event.batch, 0)
      const { partition } = event
      const last = judged.ghost.partition(partition).batches.at(-1)?.header
      if (last !== undefined && header.leaderEpoch < last.leaderEpoch) {
        judged.broken(`${partition} got leader epoch ${header.leaderEpoch} behind ${last.leaderEpoch}`, { partition })
      }
      // Where it has several nodes see `cluster/s8-monotone-quorum-epochs.ts`.
      if (partition === METADATA && !judged.ghost.isReplicated(METADATA)) {
        if (isNewLife && header.leaderEpoch <= highestEver) {
          judged.broken(
            `a new life leads the metadata log at epoch ${header.leaderEpoch}, and ${highestEver} was used before`,
          )
        }
        isNewLife = false
        highestEver = Math.max(highestEver, header.leaderEpoch)
      }
      if (header.producerId < 0) return
      const before = judged.ghost.producers(partition).get(header.producerId)
      if (before !== undefined && before.epoch > header.producerEpoch) {
        judged.broken(
          `${partition} took epoch ${header.producerEpoch} of producer ${header.producerId} after ${before.epoch}`,
          { partition, offset: header.baseOffset },
        )
      }
    },
  }
}
