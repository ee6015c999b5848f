/**
 * DescribeQuorum (key 55), versions 0 to 2: the leader, the high watermark, and how far voters and observers are
 * (KIP-595, KIP-836, KIP-853). Only the leader answers; on a broker's listener the request is forwarded to it.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import type { Leader, ReplicaProgress } from '../quorum/raft/raft-state.ts'
import { METADATA_TOPIC } from '../quorum/raft-wire.ts'
import { handler, type Services } from './services.ts'

export const handleDescribeQuorum = handler(apis.describeQuorum, (services, { apiVersion }, request, answer) => {
  const { quorum } = services
  const asked = request.topics[0]
  const isOurs = asked?.topicName === METADATA_TOPIC && asked.partitions[0]?.partitionIndex === 0
  if (!isOurs || request.topics.length !== 1 || asked.partitions.length !== 1) {
    return answer({ errorCode: errorCode.INVALID_REQUEST, topics: [], nodes: [] })
  }
  const { state } = quorum
  const common = { partitionIndex: 0, highWatermark: -1, currentVoters: [], observers: [] }
  if (state?.role.kind !== 'leader') {
    const { leaderId, epoch: leaderEpoch } = quorum.leader
    const partition = { ...common, errorCode: errorCode.NOT_LEADER_OR_FOLLOWER, leaderId, leaderEpoch }
    return answer({
      errorCode: errorCode.NONE,
      topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }],
      nodes: [],
    })
  }
  const partition = {
    ...{ partitionIndex: 0, errorCode: errorCode.NONE, leaderId: services.nodeId, leaderEpoch: state.election.epoch },
    highWatermark: state.highWatermark,
    currentVoters: quorum.voters.map((id) => describe(services, state.role as Leader, id)),
    observers: [...state.role.replicas.keys()]
      .filter((id) => !quorum.voters.includes(id))
      .map((id) => describe(services, state.role as Leader, id)),
  }
  const nodes = apiVersion < 2 ? [] : voterNodes(services)
  answer({ errorCode: errorCode.NONE, topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }], nodes })
})

function describe(services: Services, { replicas }: Leader, id: number) {
  const { quorum, world, nodeId, directoryId } = services
  const nowMs = world.clock.wallMs()
  if (id === nodeId) {
    const times = { lastFetchTimestamp: nowMs, lastCaughtUpTimestamp: nowMs }
    return { replicaId: id, replicaDirectoryId: directoryId, logEndOffset: quorum.logEndOffset, ...times }
  }
  const progress: ReplicaProgress | undefined = replicas.get(id)
  const at = (us: number | undefined): number =>
    us === undefined || us < 0 ? -1 : nowMs - Math.floor((world.clock.monotonicUs() - us) / 1000)
  return {
    ...{
      replicaId: id,
      replicaDirectoryId: progress?.directoryId ?? ZERO_UUID,
      logEndOffset: progress?.endOffset ?? -1,
    },
    ...{ lastFetchTimestamp: at(progress?.lastFetchUs), lastCaughtUpTimestamp: at(progress?.lastCaughtUpUs) },
  }
}

function voterNodes({ voters }: Services) {
  return [...voters].flatMap(([nodeId, address]) =>
    address === undefined ? [] : [{ nodeId, listeners: [{ name: 'CONTROLLER', ...address }] }],
  )
}
