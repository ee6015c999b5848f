/**
 * S2, where the records of an epoch come from: its leader, and nobody else. A batch of an epoch lies in some log for the
 * first time while that node leads that epoch; every other node has it from there. A record that anybody else made may
 * never meet the leader's own at the same offset, so that no comparison of logs finds it. Sources: Raft §5.3 (a leader
 * creates at most one entry with a given index in a given term), KIP-595; KAFKA-6082 (a deposed controller that writes).
 *
 * A crash in the middle of an append can leave a batch whose append nobody lived to tell. A start finds it: it is the
 * leader's own where the node led the batch's epoch in an earlier life.
 */

import { METADATA_DIRECTORY } from '../../../broker/log/log-directory.ts'
import { readBatchHeader } from '../../../protocol/record-batch.ts'
import type { GhostBatch } from '../ghost.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'

export function onlyTheLeaderAppends(): ClusterInvariant {
  /** Epoch and base offset of every batch that was ever in a log. */
  const known = new Set<string>()
  /** Node and epoch, of every node that told that it leads. */
  const led = new Set<string>()
  const checkLoaded = (judged: ClusterJudged, node: number, { header }: GhostBatch): void => {
    const { leaderEpoch, baseOffset } = header
    const place = `${leaderEpoch}/${baseOffset}`
    if (known.has(place)) return
    known.add(place)
    if (led.has(`${node}/${leaderEpoch}`)) return
    judged.broken(
      `node ${node}, which never led epoch ${leaderEpoch}, begins with offset ${baseOffset} of it in its metadata log, and has it from nobody`,
      { partition: METADATA_DIRECTORY, offset: baseOffset },
    )
  }
  return {
    name: 'S2 only the leader appends',
    source: 'Raft §5.3; KIP-595; KAFKA-6082',
    onEvent(judged, node, event) {
      if (event.type === 'QuorumRoleChanged' && event.role === 'leader') led.add(`${node}/${event.epoch}`)
      if (event.type === 'LogLoaded' && event.partition === METADATA_DIRECTORY) {
        for (const batch of judged.ghostOf(node).partition(METADATA_DIRECTORY).batches) checkLoaded(judged, node, batch)
      }
      if (event.type !== 'BatchAppended' || event.partition !== METADATA_DIRECTORY) return
      const { leaderEpoch, baseOffset } = readBatchHeader(event.batch, 0)
      const place = `${leaderEpoch}/${baseOffset}`
      if (known.has(place)) return
      known.add(place)
      const part = judged.quorum.partOf(node)
      if (part?.role === 'leader' && part.epoch === leaderEpoch) return
      const is = part === undefined ? 'has no part yet' : `is ${part.role} in epoch ${part.epoch}`
      judged.broken(
        `node ${node}, which ${is}, appends offset ${baseOffset} of epoch ${leaderEpoch} to the metadata log, and has it from nobody`,
        { partition: METADATA_DIRECTORY, offset: baseOffset },
      )
    },
  }
}
