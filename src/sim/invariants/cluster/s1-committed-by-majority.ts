/**
 * S1, of the metadata log: nothing is told committed that a majority of the voters does not hold flushed, and nothing is
 * told committed by a follower before its leader. Else an election, or a power loss, could take it back. Sources: Raft §5.3
 * and §5.4, KIP-595; KAFKA-10533 for what is not flushed.
 */

import { METADATA_DIRECTORY } from '../../../broker/log/log-directory.ts'
import type { GhostBatch } from '../ghost.ts'
import { sameBytes } from '../log-files.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'

export function committedByMajority(): ClusterInvariant {
  return {
    name: 'S1 committed by a majority',
    source: 'Raft §5.3; KIP-595; KAFKA-10533',
    onCommitted(judged, node, batch) {
      const { baseOffset, lastOffset, leaderEpoch } = batch.header
      const holders = judged.voters.filter((voter) => holds(judged, voter, batch))
      const majority = (judged.voters.length >> 1) + 1
      const what = `metadata offsets ${baseOffset} to ${lastOffset} of epoch ${leaderEpoch}`
      if (holders.length < majority) {
        judged.broken(
          `node ${node} tells ${what} committed, which only ${holders.length} of ${judged.voters.length} voters hold flushed (${holders.join(', ') || 'none'})`,
          { partition: METADATA_DIRECTORY, offset: baseOffset },
        )
      }
    },
  }
}

function holds(judged: ClusterJudged, voter: number, { header, bytes }: GhostBatch): boolean {
  const ghost = judged.ghostOf(voter)
  if (ghost.partition(METADATA_DIRECTORY).flushedEnd <= header.lastOffset) return false
  const held = ghost.batchAt(METADATA_DIRECTORY, header.baseOffset)
  return held !== undefined && sameBytes(held.bytes, bytes)
}
