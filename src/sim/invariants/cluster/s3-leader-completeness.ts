/**
 * S3, of the metadata log: whoever leads has all that was told committed; and when something is told committed, nobody
 * who lacks it could be elected, as the logs of the voters are: none of them that ends in an older epoch, or shorter in
 * the same one, gives such a node its vote. The second says of figure 8 in the Raft paper what the first would say some
 * crashes later. Sources: Raft §5.4; KAFKA-12619.
 */

import type { GhostBatch } from '../ghost.ts'
import { sameBytes } from '../log-files.ts'
import { type ClusterInvariant, type ClusterJudged, METADATA } from './cluster-invariant.ts'

export function leaderCompleteness(): ClusterInvariant {
  return {
    name: 'S3 leader completeness',
    source: 'Raft §5.4; KAFKA-12619',
    onEvent(judged, node, event) {
      if (event.type !== 'QuorumRoleChanged' || event.role !== 'leader') return
      const last = judged.committed.batches.at(-1)
      if (last === undefined || has(judged, node, last)) return
      const { baseOffset, leaderEpoch } = last.header
      judged.broken(
        `node ${node} leads in epoch ${event.epoch} without metadata offset ${baseOffset} of epoch ${leaderEpoch}, which was told committed`,
        { partition: METADATA, offset: baseOffset },
      )
    },
    onCommitted(judged, node, batch) {
      const { baseOffset, leaderEpoch } = batch.header
      for (const candidate of judged.voters) {
        if (has(judged, candidate, batch)) continue
        const voters = judged.voters.filter((voter) => mayVote(judged, voter, candidate))
        if (voters.length <= judged.voters.length >> 1) continue
        judged.broken(
          `node ${node} tells metadata offset ${baseOffset} of epoch ${leaderEpoch} committed, and node ${candidate}, which does not have it, can be elected by nodes ${voters.join(', ')}`,
          { partition: METADATA, offset: baseOffset },
        )
        return
      }
    },
  }
}

/** Whether a node has the batch, or a snapshot in place of it. */
function has(judged: ClusterJudged, node: number, { header, bytes }: GhostBatch): boolean {
  const ghost = judged.ghostOf(node)
  if (ghost.partition(METADATA).startOffset > header.baseOffset) return true
  const held = ghost.batchAt(METADATA, header.baseOffset)
  return held !== undefined && sameBytes(held.bytes, bytes)
}

/** Whether the voter finds the log of the candidate as good as its own. */
function mayVote(judged: ClusterJudged, voter: number, candidate: number): boolean {
  const [mine, asked] = [endOf(judged, voter), endOf(judged, candidate)]
  return asked.epoch > mine.epoch || (asked.epoch === mine.epoch && asked.endOffset >= mine.endOffset)
}

function endOf(judged: ClusterJudged, node: number): { readonly epoch: number; readonly endOffset: number } {
  const { batches, endOffset } = judged.ghostOf(node).partition(METADATA)
  return { epoch: batches.at(-1)?.header.leaderEpoch ?? 0, endOffset }
}
