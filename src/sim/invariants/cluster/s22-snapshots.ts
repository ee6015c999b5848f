/**
 * S22: where a metadata log begins above 0, a snapshot of everything below lies beside it, so that snapshot and log together
 * are all that was committed; a snapshot is of committed records, named after the end and the epoch of the last of them;
 * a leader never loads one. Sources: KIP-630; KAFKA-14618 (an end that was inclusive), KAFKA-14238 (segments deleted
 * beyond the last snapshot).
 */

import { METADATA_DIRECTORY } from '../../../broker/log/log-directory.ts'
import { snapshotEndsOn } from '../log-files.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'

export function snapshots(): ClusterInvariant {
  return {
    name: 'S22 snapshots',
    source: 'KIP-630; KAFKA-14618; KAFKA-14238',
    onEvent(judged, node, event) {
      switch (event.type) {
        case 'LogStartMoved':
        case 'LogLoaded':
          if (event.partition === METADATA_DIRECTORY && event.startOffset > 0)
            checkStart(judged, node, event.startOffset)
          return
        case 'LogBegunAnew':
          return checkBegunAnew(judged, node, event.offset)
        case 'SnapshotWritten':
          return checkWritten(judged, node, event.endOffset, event.epoch)
        case 'SnapshotLoaded':
          if (judged.quorum.partOf(node)?.role !== 'leader') return
          judged.broken(`node ${node} loads a snapshot while it leads`)
          return
        default:
          return
      }
    },
  }
}

function checkStart(judged: ClusterJudged, node: number, startOffset: number): void {
  if (snapshotEndsOn(judged.disk(node)).includes(startOffset)) return
  judged.broken(
    `the metadata log of node ${node} begins at ${startOffset}, and no snapshot of what lies below is there`,
    {
      ...{ partition: METADATA_DIRECTORY, offset: startOffset },
    },
  )
}

function checkBegunAnew(judged: ClusterJudged, node: number, offset: number): void {
  const committed = judged.committed.endOffset
  checkStart(judged, node, offset)
  if (offset <= committed) return
  judged.broken(`the metadata log of node ${node} begins anew at ${offset}, and ${committed} is committed`, {
    ...{ partition: METADATA_DIRECTORY, offset },
  })
}

function checkWritten(judged: ClusterJudged, node: number, endOffset: number, epoch: number): void {
  const where = { partition: METADATA_DIRECTORY, offset: endOffset }
  const committed = judged.quorum.committedAt(node)
  if (endOffset > committed) {
    return judged.broken(`node ${node} has a snapshot of ${endOffset}, and ${committed} is committed there`, where)
  }
  const last = judged.committed.batchAt(endOffset - 1)
  if (endOffset === 0 || last?.header.leaderEpoch === epoch) return
  judged.broken(
    `node ${node} named a snapshot ${endOffset} of epoch ${epoch}, where the last record below is of epoch ${last?.header.leaderEpoch ?? 'none'}`,
    where,
  )
}
