/**
 * FetchSnapshot (key 59), versions 0 and 1: a replica whose log ends before the leader's begins loads a snapshot piece by
 * piece (KIP-630, KIP-853). Only the leader answers, and only in its epoch. Left out: endpoints of the leader.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { FetchSnapshotRequest } from '../../protocol/messages/59-fetch-snapshot.ts'
import { METADATA_DIRECTORY } from '../log/log-directory.ts'
import { METADATA_TOPIC } from '../quorum/raft-wire.ts'
import { readPiece } from '../quorum/snapshots/read-piece.ts'
import { handler, type Services } from './services.ts'

/** The most bytes of one piece. */
const PIECE_BYTES_MAX = 1024 * 1024

export const handleFetchSnapshot = handler(apis.fetchSnapshot, (services, _context, request, answer) => {
  const { quorum, world, directory } = services
  const partition = request.topics[0]?.partitions[0]
  const problem = requestProblem(services, request)
  if (problem !== undefined || partition === undefined) {
    return answer({ errorCode: problem ?? errorCode.INVALID_REQUEST, topics: [] })
  }
  const { snapshotId, position } = partition
  const { leaderId, epoch: leaderEpoch } = quorum.leader
  const reply = (code: ErrorCode, size = 0, unalignedRecords: Uint8Array = new Uint8Array(0)): void => {
    const piece = {
      ...{ index: 0, errorCode: code, snapshotId, currentLeader: { leaderId, leaderEpoch } },
      ...{ size, position, unalignedRecords },
    }
    answer({ errorCode: errorCode.NONE, topics: [{ name: METADATA_TOPIC, partitions: [piece] }] })
  }
  const elsewhere = leadershipProblem(services, partition.currentLeaderEpoch)
  if (elsewhere !== undefined) return reply(elsewhere)
  if (!quorum.hasSnapshot(snapshotId, request.replicaId)) return reply(errorCode.SNAPSHOT_NOT_FOUND)
  const maxBytes = Math.max(0, Math.min(request.maxBytes, PIECE_BYTES_MAX))
  readPiece(world, METADATA_DIRECTORY, snapshotId, { position, maxBytes }, (outcome) => {
    if (outcome === 'out-of-range') return reply(errorCode.POSITION_OUT_OF_RANGE)
    if (outcome === 'gone') return reply(errorCode.SNAPSHOT_NOT_FOUND)
    if (outcome instanceof Error) return directory.fail(outcome)
    reply(errorCode.NONE, outcome.size, outcome.bytes)
  })
})

function requestProblem({ clusterId }: Services, request: FetchSnapshotRequest): ErrorCode | undefined {
  if (request.clusterId !== null && request.clusterId !== clusterId) return errorCode.INCONSISTENT_CLUSTER_ID
  const [topic] = request.topics
  const isOurs = topic?.name === METADATA_TOPIC && topic.partitions[0]?.partition === 0
  if (!isOurs || request.topics.length !== 1 || topic.partitions.length !== 1) return errorCode.INVALID_REQUEST
  return undefined
}

function leadershipProblem({ quorum, nodeId }: Services, epoch: number): ErrorCode | undefined {
  const { leader } = quorum
  if (epoch < leader.epoch) return errorCode.FENCED_LEADER_EPOCH
  if (epoch > leader.epoch) return errorCode.UNKNOWN_LEADER_EPOCH
  return leader.leaderId === nodeId ? undefined : errorCode.NOT_LEADER_OR_FOLLOWER
}
