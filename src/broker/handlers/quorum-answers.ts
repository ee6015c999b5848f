/** The one partition of the quorum's answers, in the form that Vote, BeginQuorumEpoch and EndQuorumEpoch share. */

import type { PeerAnswer } from '../quorum/raft/raft-events.ts'
import { METADATA_TOPIC } from '../quorum/raft-wire.ts'

export function quorumTopics<Rest extends object>({ error, leaderId, epoch }: PeerAnswer, rest: Rest) {
  const partition = { partitionIndex: 0, errorCode: error, leaderId, leaderEpoch: epoch, ...rest }
  return [{ topicName: METADATA_TOPIC, partitions: [partition] }]
}
