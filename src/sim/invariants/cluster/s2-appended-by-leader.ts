/**
 * S2, where the records of an epoch come from: its leader, and nobody else. A batch of an epoch lies in some log for the
 * first time while that node leads that epoch; every other node has it from there. A record that anybody else made may
 * never meet the leader's own at the same offset, so that no comparison of logs finds it. Sources: Raft §5.3 (a leader
 * creates at most one entry with a given index in a given term), KIP-595; KAFKA-6082 (a deposed controller that writes).
 */

import { METADATA_DIRECTORY } from '../../../broker/log/log-directory.ts'
import { readBatchHeader } from '../../../protocol/record-batch.ts'
import type { ClusterInvariant } from './cluster-invariant.ts'

export function onlyTheLeaderAppends(): ClusterInvariant {
  /** Epoch and base offset of every batch that was ever in a log. */
  const known = new Set<string>()
  return {
    name: 'S2 only the leader appends',
    source: 'Raft §5.3; KIP-595; KAFKA-6082',
    onEvent(judged, node, event) {
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
