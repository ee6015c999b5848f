/**
 * S2, of the metadata log: what one node tells committed, every node tells committed in the same bytes at the same
 * offsets; the same epoch at the same offset is the same record anywhere, committed or not, with the same records before
 * it; and no node cuts off what it has told committed. Source: Raft §5.3 (log matching), KIP-595; KIP-101.
 */

import { METADATA_DIRECTORY } from '../../../broker/log/log-directory.ts'
import type { GhostBatch } from '../ghost.ts'
import { sameBytes } from '../log-files.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'

interface Seen {
  readonly node: number
  readonly batch: GhostBatch
  /** Epoch and base offset of the batch before it; undefined where the node does not have that one. */
  readonly before: string | undefined
}

export function logMatching(): ClusterInvariant {
  /** By epoch and base offset. */
  const seen = new Map<string, Seen>()
  return {
    name: 'S2 log matching',
    source: 'Raft §5.3; KIP-595; KIP-101',
    onEvent(judged, node, event) {
      if (event.type === 'BatchAppended' && event.partition === METADATA_DIRECTORY) {
        const { batches } = judged.ghostOf(node).partition(METADATA_DIRECTORY)
        checkAppended(judged, seen, { node, batch: batches.at(-1)!, before: placeOf(batches.at(-2)) })
      } else if (event.type === 'LogTruncated' && event.partition === METADATA_DIRECTORY) {
        checkCut(judged, node, event.endOffset)
      } else if (event.type === 'LogBegunAnew') {
        checkCut(judged, node, event.offset)
      } else if (event.type === 'MetadataCommitted') checkCommitted(judged, node, event.endOffset)
    },
  }
}

function checkCut(judged: ClusterJudged, node: number, endOffset: number): void {
  const committed = judged.quorum.committedAt(node)
  if (endOffset >= committed) return
  judged.broken(`node ${node} cut its metadata log at ${endOffset}, and had told ${committed} committed`, {
    ...{ partition: METADATA_DIRECTORY, offset: endOffset },
  })
}

function placeOf(batch: GhostBatch | undefined): string | undefined {
  return batch === undefined ? undefined : `${batch.header.leaderEpoch}/${batch.header.baseOffset}`
}

function checkAppended(judged: ClusterJudged, seen: Map<string, Seen>, appended: Seen): void {
  const { node, batch, before } = appended
  const place = placeOf(batch)!
  const first = seen.get(place)
  if (first === undefined) {
    seen.set(place, appended)
    return
  }
  const { leaderEpoch, baseOffset } = batch.header
  const where = { partition: METADATA_DIRECTORY, offset: baseOffset }
  const what = `nodes ${first.node} and ${node} have different`
  if (!sameBytes(first.batch.bytes, batch.bytes)) {
    judged.broken(`${what} records of epoch ${leaderEpoch} at offset ${baseOffset} of the metadata log`, where)
  } else if (first.before !== undefined && before !== undefined && first.before !== before) {
    judged.broken(`${what} records before the same ones of epoch ${leaderEpoch} at offset ${baseOffset}`, where)
  }
}

/** Called before the committed log takes note. */
function checkCommitted(judged: ClusterJudged, node: number, endOffset: number): void {
  const { committed } = judged
  const { batches } = judged.ghostOf(node).partition(METADATA_DIRECTORY)
  for (let at = batches.length - 1; at >= 0; at--) {
    const { header, bytes } = batches[at]!
    if (header.baseOffset < committed.comparedTo(node)) return
    if (header.lastOffset >= endOffset) continue
    const known = committed.batchAt(header.baseOffset)
    if (known === undefined || sameBytes(known.bytes, bytes)) continue
    judged.broken(
      `node ${node} tells metadata offset ${header.baseOffset} of epoch ${header.leaderEpoch} committed, where another record, of epoch ${known.header.leaderEpoch}, was`,
      { partition: METADATA_DIRECTORY, offset: header.baseOffset },
    )
  }
}
