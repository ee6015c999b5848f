/**
 * S8, of the quorum: a node's epoch never falls within a life, nor in a later life below what it had on record; what it has
 * on record never falls, and within an epoch a vote on record stays. Sources: Raft §5.1; KIP-595.
 */

import type { ClusterInvariant } from './cluster-invariant.ts'

export function monotoneQuorumEpochs(): ClusterInvariant {
  return {
    name: 'S8 monotone epochs of the quorum',
    source: 'Raft §5.1; KIP-595',
    onEvent(judged, node, event) {
      const onRecord = judged.quorum.voteOf(node)
      if (event.type === 'QuorumRoleChanged') {
        const { epoch } = event
        const before = judged.quorum.partOf(node)
        if (before !== undefined && epoch < before.epoch) {
          judged.broken(`node ${node} went back from epoch ${before.epoch} to ${epoch}`)
        } else if (onRecord !== undefined && epoch < onRecord.epoch) {
          judged.broken(`node ${node} is in epoch ${epoch}, and has ${onRecord.epoch} on record`)
        }
      } else if (event.type === 'VotePersisted' && onRecord !== undefined) {
        const { epoch, votedFor } = event
        if (epoch < onRecord.epoch) {
          judged.broken(`node ${node} put epoch ${epoch} on record after ${onRecord.epoch}`)
        } else if (
          epoch === onRecord.epoch &&
          onRecord.votedFor >= 0 &&
          votedFor >= 0 &&
          votedFor !== onRecord.votedFor
        ) {
          judged.broken(
            `node ${node} has its vote of epoch ${epoch} on record for node ${votedFor} after node ${onRecord.votedFor}`,
          )
        }
      }
    },
  }
}
