/**
 * S3, of the metadata log: whoever leads has all that was told committed in an earlier epoch. One whose votes came in late
 * may begin to lead when a later epoch has a leader already, and lack what that one commits. And when a leader tells something committed for
 * the first time, a majority of the voters holds a record of its own epoch flushed, and nobody who lacks what is told
 * could be elected, as the logs of the voters are: that is to say of figure 8 in the Raft paper, some crashes earlier, what
 * the first promise would say in the end. Sources: Raft §5.4.1, §5.4.2 and figure 8; KAFKA-12619.
 */

import { METADATA_DIRECTORY } from '../../../broker/log/log-directory.ts'
import type { GhostBatch } from '../ghost.ts'
import { sameBytes } from '../log-files.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'

interface Told {
  /** The epoch of the leader that told it, which may be later than the batch's own. */
  readonly inEpoch: number
  readonly batch: GhostBatch
}

export function leaderCompleteness(): ClusterInvariant {
  /** What was told committed, in order. */
  const told: Told[] = []
  return {
    name: 'S3 leader completeness',
    source: 'Raft §5.4; KAFKA-12619',
    onEvent(judged, node, event) {
      if (event.type !== 'QuorumRoleChanged' || event.role !== 'leader') return
      const last = told.findLast(({ inEpoch }) => inEpoch < event.epoch)?.batch
      if (last === undefined || has(judged, node, last)) return
      const { baseOffset, leaderEpoch } = last.header
      judged.broken(
        `node ${node} leads in epoch ${event.epoch} without metadata offset ${baseOffset} of epoch ${leaderEpoch}, which was told committed`,
        { partition: METADATA_DIRECTORY, offset: baseOffset },
      )
    },
    onCommitted(judged, node, batch) {
      told.push({ inEpoch: judged.quorum.partOf(node)?.epoch ?? 0, batch })
      checkOwnEpoch(judged, node, batch)
      const { baseOffset, leaderEpoch } = batch.header
      for (const candidate of judged.voters) {
        if (has(judged, candidate, batch)) continue
        const voters = judged.voters.filter((voter) => mayVote(judged, voter, candidate))
        if (voters.length <= judged.voters.length >> 1) continue
        judged.broken(
          `node ${node} tells metadata offset ${baseOffset} of epoch ${leaderEpoch} committed, and node ${candidate}, which does not have it, can be elected by nodes ${voters.join(', ')}`,
          { partition: METADATA_DIRECTORY, offset: baseOffset },
        )
        return
      }
    },
  }
}

function checkOwnEpoch(judged: ClusterJudged, node: number, { header }: GhostBatch): void {
  const part = judged.quorum.partOf(node)
  if (part?.role !== 'leader') return
  const { baseOffset, leaderEpoch } = header
  const holders = judged.voters.filter((voter) => holdsEpoch(judged, voter, part.epoch))
  if (holders.length > judged.voters.length >> 1) return
  judged.broken(
    `node ${node} tells metadata offset ${baseOffset} of epoch ${leaderEpoch} committed, and of its own epoch ${part.epoch} only ${holders.length} of ${judged.voters.length} voters hold a record flushed: another can still be elected without that offset`,
    { partition: METADATA_DIRECTORY, offset: baseOffset },
  )
}

/** Whether a record of the epoch, or of a later one, is flushed at the node. */
function holdsEpoch(judged: ClusterJudged, node: number, epoch: number): boolean {
  const { batches, flushedEnd } = judged.ghostOf(node).partition(METADATA_DIRECTORY)
  return (batches.findLast(({ header }) => header.lastOffset < flushedEnd)?.header.leaderEpoch ?? -1) >= epoch
}

/** Whether a node has the batch, or a snapshot in place of it. */
function has(judged: ClusterJudged, node: number, { header, bytes }: GhostBatch): boolean {
  const ghost = judged.ghostOf(node)
  if (ghost.partition(METADATA_DIRECTORY).startOffset > header.baseOffset) return true
  const held = ghost.batchAt(METADATA_DIRECTORY, header.baseOffset)
  return held !== undefined && sameBytes(held.bytes, bytes)
}

/** Whether the voter finds the log of the candidate as good as its own. */
function mayVote(judged: ClusterJudged, voter: number, candidate: number): boolean {
  const [mine, asked] = [endOf(judged, voter), endOf(judged, candidate)]
  return asked.epoch > mine.epoch || (asked.epoch === mine.epoch && asked.endOffset >= mine.endOffset)
}

function endOf(judged: ClusterJudged, node: number): { readonly epoch: number; readonly endOffset: number } {
  const { batches, endOffset } = judged.ghostOf(node).partition(METADATA_DIRECTORY)
  return { epoch: batches.at(-1)?.header.leaderEpoch ?? 0, endOffset }
}
