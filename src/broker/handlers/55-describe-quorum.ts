/**
 * DescribeQuorum (key 55), versions 0 to 2: the leader, the high watermark, and how far voters and observers are
 * (KIP-595, KIP-836, KIP-853). Only the leader answers; on a broker's listener the request is forwarded to it.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode, errorMessage } from '../../protocol/errors.ts'
import type { DescribeQuorumRequest } from '../../protocol/messages/55-describe-quorum.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import type { Leader, ReplicaProgress } from '../quorum/raft/raft-state.ts'
import { METADATA_TOPIC } from '../quorum/raft-wire.ts'
import { handler, type Services } from './services.ts'

export const handleDescribeQuorum = handler(apis.describeQuorum, (services, { apiVersion }, request, answer) => {
  const { quorum } = services
  const asked = request.topics[0]
  const isOurs = asked?.topicName === METADATA_TOPIC && asked.partitions[0]?.partitionIndex === 0
  if (!isOurs || request.topics.length !== 1 || asked.partitions.length !== 1) {
    return answer({ errorCode: errorCode.NONE, topics: request.topics.map(unknownTopic), nodes: [] })
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
  const { role } = state
  // Voters that the configuration names are known by their ids alone (kraft.version 0).
  const describeVoter = (id: number) => ({ ...describe(services, role, id), replicaDirectoryId: ZERO_UUID })
  const describeObserver = (id: number) => (apiVersion < 2 ? describeVoter(id) : describe(services, role, id))
  const partition = {
    ...{ partitionIndex: 0, errorCode: errorCode.NONE, leaderId: services.nodeId, leaderEpoch: state.election.epoch },
    highWatermark: state.highWatermark,
    currentVoters: quorum.voters.map(describeVoter),
    observers: [...role.replicas.keys()].filter((id) => !quorum.voters.includes(id)).map(describeObserver),
  }
  const nodes = apiVersion < 2 ? [] : voterNodes(services)
  answer({ errorCode: errorCode.NONE, topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }], nodes })
})

/** The answer for every partition of a request that names anything but the metadata log's one partition. */
function unknownTopic({ topicName, partitions }: DescribeQuorumRequest['topics'][number]) {
  const unknown = { errorCode: errorCode.UNKNOWN_TOPIC_OR_PARTITION, leaderId: 0, leaderEpoch: 0, highWatermark: 0 }
  return {
    topicName,
    partitions: partitions.map(({ partitionIndex }) => ({
      ...{ partitionIndex, ...unknown, currentVoters: [], observers: [] },
      errorMessage: errorMessage(unknown.errorCode),
    })),
  }
}

function describe(services: Services, { replicas }: Leader, id: number) {
  const { quorum, world, nodeId } = services
  const nowMs = world.clock.wallMs()
  if (id === nodeId) {
    const times = { lastFetchTimestamp: nowMs, lastCaughtUpTimestamp: nowMs }
    return { replicaId: id, replicaDirectoryId: ZERO_UUID, logEndOffset: quorum.logEndOffset, ...times }
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
