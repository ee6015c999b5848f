/**
 * What Vote, BeginQuorumEpoch and EndQuorumEpoch share: a request that was understood goes to the quorum, and is answered
 * with the one partition there is. One that was not understood (another cluster's, not of the metadata partition) is
 * answered with its error alone, and the quorum never sees it.
 */

import { errorCode } from '../../protocol/errors.ts'
import type { PeerAnswer } from '../quorum/raft/raft-events.ts'
import { METADATA_TOPIC, type Understood } from '../quorum/raft-wire.ts'
import type { Services } from './services.ts'

/** Has the quorum answer; `rest` is what the API adds to the partition. */
export function askQuorum<Rest extends object>(
  { quorum }: Services,
  understood: Understood,
  rest: (answered: PeerAnswer) => Rest,
  answer: (response: QuorumResponse<Rest>) => void,
): void {
  if ('error' in understood) return answer({ errorCode: understood.error, topics: [] })
  quorum.handle(understood.request, 0, (answered) => {
    const { error, leaderId, epoch } = answered
    const partition = { partitionIndex: 0, errorCode: error, leaderId, leaderEpoch: epoch, ...rest(answered) }
    answer({ errorCode: errorCode.NONE, topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }] })
  })
}

interface QuorumResponse<Rest> {
  readonly errorCode: number
  readonly topics: readonly { readonly topicName: string; readonly partitions: readonly (QuorumPartition & Rest)[] }[]
}

interface QuorumPartition {
  readonly partitionIndex: number
  readonly errorCode: number
  readonly leaderId: number
  readonly leaderEpoch: number
}
