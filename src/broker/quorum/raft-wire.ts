/**
 * The quorum's requests and answers as messages of the APIs Vote (52), BeginQuorumEpoch (53), EndQuorumEpoch (54) and
 * Fetch (1), and back, for both ends of a connection.
 *
 * Each message carries exactly one partition, that of `__cluster_metadata`; anything else is refused. A cluster id that
 * is told must be ours. Source: KIP-595, KIP-853, KIP-996, KIP-1166.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type {
  FetchRequest as FetchMessage,
  FetchResponse,
  FetchResponseInput,
} from '../../protocol/messages/01-fetch.ts'
import type { VoteRequest as VoteMessage, VoteResponse } from '../../protocol/messages/52-vote.ts'
import type { BeginQuorumEpochRequest } from '../../protocol/messages/53-begin-quorum-epoch.ts'
import type { EndQuorumEpochRequest } from '../../protocol/messages/54-end-quorum-epoch.ts'
import { METADATA_TOPIC_ID, ZERO_UUID } from '../../protocol/uuid.ts'
import type { WireError } from '../../wire/wire-error.ts'
import type { Address } from '../../world/network.ts'
import type { Peers } from '../peers/peers.ts'
import { METADATA_READ_BYTES } from './metadata-log.ts'
import type { PeerAnswer, PeerRequest } from './raft/raft-events.ts'
import type { SnapshotPiece } from './snapshot-download.ts'
import type { PieceRequest } from './snapshot-replacement.ts'

export const METADATA_TOPIC = '__cluster_metadata'
/** How long a fetch of a follower waits for news; Kafka's `MAX_FETCH_WAIT_MS`. */
const FETCH_WAIT_MS = 500

/** A request as it was understood, or the error to answer it with. */
export type Understood = { readonly request: PeerRequest } | { readonly error: ErrorCode }

/** What every request to a voter needs. */
export interface VoterCall {
  readonly clusterId: string
  readonly timeoutMs: number
  /** Told each time the voter says that it belongs to another cluster. */
  readonly onForeign: () => void
}

interface Partitioned<P> {
  readonly clusterId: string | null
  readonly topics: readonly { readonly topicName: string; readonly partitions: readonly P[] }[]
}

/** Sends a request of this node to a voter; an answer that knows another cluster is none, but for `onForeign`. */
export function sendToVoter(
  peers: Peers,
  address: Address,
  { clusterId, timeoutMs, onForeign }: VoterCall,
  request: PeerRequest,
  done: (answer: PeerAnswer | undefined) => void,
): void {
  const ask: Peers['request'] = (to, api, body, withinMs, answered) =>
    peers.request(to, api, body, withinMs, (error, response) => {
      if (response !== undefined && isForeign(response)) onForeign()
      answered(error, response)
    })
  const topics = <P>(partition: P) => [{ topicName: METADATA_TOPIC, partitions: [partition] }]
  switch (request.kind) {
    case 'vote': {
      const { epoch, candidate, voter, lastEpoch, lastOffset, isPreVote } = request
      const partition = {
        ...{ partitionIndex: 0, replicaEpoch: epoch, replicaId: candidate.id },
        ...{ replicaDirectoryId: candidate.directoryId, voterDirectoryId: voter.directoryId },
        ...{ lastOffsetEpoch: lastEpoch, lastOffset, preVote: isPreVote },
      }
      const body = { clusterId, voterId: voter.id, topics: topics(partition) }
      return ask(address, apis.vote, () => body, timeoutMs, answered(done))
    }
    case 'begin-epoch': {
      const { epoch: leaderEpoch, leaderId, voter } = request
      const partition = { partitionIndex: 0, voterDirectoryId: voter.directoryId, leaderId, leaderEpoch }
      const body = { clusterId, voterId: voter.id, topics: topics(partition), leaderEndpoints: [] }
      return ask(address, apis.beginQuorumEpoch, () => body, timeoutMs, answered(done))
    }
    case 'end-epoch': {
      const { epoch: leaderEpoch, leaderId, successors } = request
      const preferredCandidates = successors.map((candidateId) => ({ candidateId, candidateDirectoryId: ZERO_UUID }))
      const partition = {
        ...{ partitionIndex: 0, leaderId, leaderEpoch, preferredSuccessors: [...successors], preferredCandidates },
      }
      const body = { clusterId, topics: topics(partition), leaderEndpoints: [] }
      return ask(address, apis.endQuorumEpoch, () => body, timeoutMs, answered(done))
    }
    case 'fetch': {
      const body = (version: number) => fetchMessage(request, clusterId, version)
      return ask(address, apis.fetch, body, timeoutMs, (error, response) => done(fetchAnswer(error, response)))
    }
  }
}

/** A Vote request. */
export function understandVote(message: VoteMessage, clusterId: string): Understood {
  const partition = solePartition(message, clusterId)
  if (typeof partition === 'number') return { error: partition }
  const { replicaEpoch, replicaId, replicaDirectoryId, voterDirectoryId, lastOffsetEpoch, lastOffset, preVote } =
    partition
  const request: PeerRequest = {
    ...{ kind: 'vote', epoch: replicaEpoch, candidate: { id: replicaId, directoryId: replicaDirectoryId } },
    voter: { id: message.voterId, directoryId: voterDirectoryId },
    ...{ lastEpoch: lastOffsetEpoch, lastOffset, isPreVote: preVote },
  }
  return { request }
}

/** A BeginQuorumEpoch request. */
export function understandBeginEpoch(message: BeginQuorumEpochRequest, clusterId: string): Understood {
  const partition = solePartition(message, clusterId)
  if (typeof partition === 'number') return { error: partition }
  const { leaderEpoch: epoch, leaderId, voterDirectoryId } = partition
  const voter = { id: message.voterId, directoryId: voterDirectoryId }
  return { request: { kind: 'begin-epoch', epoch, leaderId, voter } }
}

/** An EndQuorumEpoch request. */
export function understandEndEpoch(message: EndQuorumEpochRequest, clusterId: string): Understood {
  const partition = solePartition(message, clusterId)
  if (typeof partition === 'number') return { error: partition }
  const { leaderEpoch: epoch, leaderId, preferredSuccessors, preferredCandidates } = partition
  const successors =
    preferredCandidates.length > 0 ? preferredCandidates.map(({ candidateId }) => candidateId) : preferredSuccessors
  return { request: { kind: 'end-epoch', epoch, leaderId, successors } }
}

/** A Fetch request of the metadata partition. */
export function understandFetch(message: FetchMessage, version: number, clusterId: string): Understood {
  if (message.clusterId !== null && message.clusterId !== clusterId) return { error: errorCode.INCONSISTENT_CLUSTER_ID }
  const topic = message.topics[0]
  const partition = topic?.partitions[0]
  const isOurs =
    topic !== undefined && (version >= 13 ? topic.topicId === METADATA_TOPIC_ID : topic.topic === METADATA_TOPIC)
  if (partition === undefined || !isOurs || partition.partition !== 0 || message.topics.length > 1) {
    return { error: errorCode.INVALID_REQUEST }
  }
  const id = version >= 15 ? message.replicaState.replicaId : message.replicaId
  const request: PeerRequest = {
    ...{ kind: 'fetch', replica: { id, directoryId: partition.replicaDirectoryId } },
    ...{ epoch: partition.currentLeaderEpoch, offset: partition.fetchOffset, lastEpoch: partition.lastFetchedEpoch },
    highWatermark: partition.highWatermark,
  }
  return { request }
}

/** The answer to a Fetch of the metadata partition. */
export function fetchResponse(answer: PeerAnswer, endpoints: FetchResponseInput['nodeEndpoints']): FetchResponseInput {
  const { error, leaderId, epoch, fetched } = answer
  const partition = {
    ...{ partitionIndex: 0, errorCode: error, highWatermark: fetched?.highWatermark ?? -1, lastStableOffset: -1 },
    ...{ logStartOffset: fetched?.logStartOffset ?? -1, currentLeader: { leaderId, leaderEpoch: epoch } },
    ...(fetched?.diverging === undefined ? {} : { divergingEpoch: fetched.diverging }),
    ...(fetched?.snapshot === undefined ? {} : { snapshotId: fetched.snapshot }),
    abortedTransactions: null,
    records: fetched?.records ?? new Uint8Array(0),
  }
  return {
    errorCode: errorCode.NONE,
    responses: [{ topic: METADATA_TOPIC, topicId: METADATA_TOPIC_ID, partitions: [partition] }],
    ...(endpoints === undefined ? {} : { nodeEndpoints: endpoints }),
  }
}

function fetchMessage(request: Extract<PeerRequest, { kind: 'fetch' }>, clusterId: string, version: number) {
  const { replica, epoch, offset, lastEpoch, highWatermark } = request
  const partition = {
    ...{ partition: 0, currentLeaderEpoch: epoch, fetchOffset: offset, lastFetchedEpoch: lastEpoch },
    ...{ partitionMaxBytes: METADATA_READ_BYTES, replicaDirectoryId: replica.directoryId, highWatermark },
  }
  return {
    ...{ clusterId, maxWaitMs: FETCH_WAIT_MS, minBytes: 0, maxBytes: METADATA_READ_BYTES },
    ...(version >= 15 ? { replicaState: { replicaId: replica.id, replicaEpoch: -1 } } : { replicaId: replica.id }),
    topics: [{ topic: METADATA_TOPIC, topicId: METADATA_TOPIC_ID, partitions: [partition] }],
  }
}

/** The part of a response that the three small APIs have in common. */
interface Epochs {
  readonly errorCode: number
  readonly topics: readonly {
    readonly partitions: readonly {
      readonly errorCode: number
      readonly leaderId: number
      readonly leaderEpoch: number
      readonly voteGranted?: boolean
    }[]
  }[]
}

function answered(done: (answer: PeerAnswer | undefined) => void) {
  return (error: WireError | undefined, response: Epochs | VoteResponse | undefined): void => {
    const partition = response?.topics[0]?.partitions[0]
    if (error !== undefined || partition === undefined) return done(undefined)
    const { errorCode: code, leaderId, leaderEpoch: epoch } = partition
    const granted = 'voteGranted' in partition && partition.voteGranted === true
    done({ error: code as ErrorCode, leaderId, epoch, granted })
  }
}

function fetchAnswer(error: WireError | undefined, response: FetchResponse | undefined): PeerAnswer | undefined {
  const partition = response?.responses[0]?.partitions[0]
  if (error !== undefined || partition === undefined || response!.errorCode !== errorCode.NONE) return undefined
  const { currentLeader, divergingEpoch, snapshotId, highWatermark, logStartOffset, records } = partition
  const { leaderId, leaderEpoch: epoch } = currentLeader
  const code = partition.errorCode as ErrorCode
  if (code !== errorCode.NONE) return { error: code, leaderId, epoch }
  const elsewhere =
    snapshotId.endOffset >= 0
      ? { snapshot: snapshotId }
      : divergingEpoch.endOffset >= 0
        ? { diverging: divergingEpoch }
        : {}
  return {
    ...{ error: code, leaderId, epoch },
    fetched: { highWatermark, logStartOffset, ...elsewhere, records: records ?? new Uint8Array(0) },
  }
}

function isForeign(response: object): boolean {
  return 'errorCode' in response && response.errorCode === errorCode.INCONSISTENT_CLUSTER_ID
}

function solePartition<P extends { readonly partitionIndex: number }>(
  { clusterId: told, topics }: Partitioned<P>,
  clusterId: string,
): P | ErrorCode {
  if (told !== null && told !== clusterId) return errorCode.INCONSISTENT_CLUSTER_ID
  const partition = topics[0]?.partitions[0]
  if (topics.length !== 1 || topics[0]!.topicName !== METADATA_TOPIC) return errorCode.INVALID_REQUEST
  if (partition === undefined || partition.partitionIndex !== 0 || topics[0]!.partitions.length > 1) {
    return errorCode.INVALID_REQUEST
  }
  return partition
}

/** Asks a voter for a piece of a snapshot. */
export function askForPiece(
  peers: Peers,
  address: Address,
  clusterId: string,
  timeoutMs: number,
  { id, position, epoch, replica }: PieceRequest,
  done: (piece: SnapshotPiece) => void,
): void {
  const partition = {
    ...{ partition: 0, currentLeaderEpoch: epoch, snapshotId: id, position, replicaDirectoryId: replica.directoryId },
  }
  const body = {
    ...{ clusterId, replicaId: replica.id, maxBytes: PIECE_BYTES },
    topics: [{ name: METADATA_TOPIC, partitions: [partition] }],
  }
  peers.request(
    address,
    apis.fetchSnapshot,
    () => body,
    timeoutMs,
    (_error, response) => {
      const piece = response?.topics[0]?.partitions[0]
      if (piece === undefined || response!.errorCode !== errorCode.NONE || piece.errorCode !== errorCode.NONE) {
        return done(undefined)
      }
      done({ bytes: piece.unalignedRecords ?? new Uint8Array(0), position: piece.position, size: piece.size })
    },
  )
}

/** Bytes of a snapshot that are asked for at once. */
const PIECE_BYTES = 1024 * 1024
