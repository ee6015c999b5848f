/**
 * The replica that a client means, in Kafka's order of checks: it lies here, the client believes in the right leader epoch
 * (KIP-320), and, where only the leader may answer, this broker leads.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { Partition } from '../replication/partition.ts'
import { leaderEpochProblem } from './fetch-operation.ts'
import type { Services } from './services.ts'

/** Which partition, as a request names it. */
export interface Asked {
  readonly topic: string
  readonly index: number
  /** The leader epoch that the client believes in; −1: it does not say. */
  readonly currentLeaderEpoch: number
}

/** The replica of this broker, else why it cannot answer; `who` says whether it must be the leader's. */
export function localReplica(
  { partitions, image }: Pick<Services, 'partitions' | 'image'>,
  { topic, index, currentLeaderEpoch }: Asked,
  who: 'leader' | 'any',
): Partition | ErrorCode {
  const partition = partitions.get(topic, index)
  if (partition === undefined) {
    const isElsewhere = image.topic(topic)?.partitions[index] !== undefined
    return isElsewhere ? errorCode.NOT_LEADER_OR_FOLLOWER : errorCode.UNKNOWN_TOPIC_OR_PARTITION
  }
  const problem = leaderEpochProblem(currentLeaderEpoch, partition.leaderEpoch)
  if (problem !== undefined) return problem
  return who === 'any' || partition.isLeader ? partition : errorCode.NOT_LEADER_OR_FOLLOWER
}
