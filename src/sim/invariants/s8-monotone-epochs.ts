/**
 * S8: epochs never go back, across restarts either: the epoch of the metadata log rises with every life, leader epochs
 * in a log do not fall, a producer's epoch in a partition does not fall. Sources: Raft §5.1; KIP-101; KIP-98.
 */

import { METADATA_DIRECTORY } from '../../broker/log/log-directory.ts'
import { batchLeaderEpoch, batchProducerEpoch, batchProducerId } from '../../protocol/record-batch.ts'
import type { Invariant } from './invariant.ts'

export function monotoneEpochs(): Invariant {
  let highestEver = -1
  let isNewLife = false
  return {
    name: 'S8 monotone epochs',
    source: 'Raft §5.1; KIP-98; KIP-101',
    onEvent(judged, event) {
      if (event.type === 'BrokerStarting') isNewLife = true
      if (event.type !== 'BatchAppended') return
      const { partition, batch, baseOffset } = event
      const leaderEpoch = batchLeaderEpoch(batch, 0)
      const last = judged.ghost.partition(partition).batches.at(-1)?.header
      if (last !== undefined && leaderEpoch < last.leaderEpoch) {
        judged.broken(`${partition} got leader epoch ${leaderEpoch} behind ${last.leaderEpoch}`, { partition })
      }
      // Where it has several nodes see `cluster/s8-monotone-quorum-epochs.ts`.
      if (partition === METADATA_DIRECTORY && !judged.ghost.isReplicated(METADATA_DIRECTORY)) {
        if (isNewLife && leaderEpoch <= highestEver) {
          judged.broken(`a new life leads the metadata log at epoch ${leaderEpoch}, and ${highestEver} was used before`)
        }
        isNewLife = false
        highestEver = Math.max(highestEver, leaderEpoch)
      }
      const producerId = batchProducerId(batch, 0)
      if (producerId < 0) return
      const before = judged.ghost.producers(partition).get(producerId)
      const producerEpoch = batchProducerEpoch(batch, 0)
      // Who is not known may come with any epoch (KIP-360).
      if (before !== undefined && !before.mayBeForgotten && before.epoch > producerEpoch) {
        judged.broken(`${partition} took epoch ${producerEpoch} of producer ${producerId} after ${before.epoch}`, {
          partition,
          offset: baseOffset,
        })
      }
    },
  }
}
