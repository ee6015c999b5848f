/**
 * A leader: it answers fetches, counts what replicas hold, says what is committed, and stops when a majority is gone.
 *
 * The high watermark is the largest offset that a majority of voters holds, this one included, and moves only past a
 * record of its own epoch (Raft §5.4.2, KAFKA-12619). Source: KIP-595; check-quorum: KAFKA-15489.
 */

import { errorCode } from '../../../protocol/errors.ts'
import { answerOf } from './elections.ts'
import type { FetchRequest, LogEnd, PeerAnswer } from './raft-events.ts'
import type { Leader, RaftState } from './raft-state.ts'
import { isMajority, otherVoters, type Surroundings } from './raft-surroundings.ts'
import { andThen, beginEpoch, checkQuorumDeadline, resign, type Step, sendTo, unchanged } from './transitions.ts'

/** A replica asks for records. `isLast`: it has waited as long as it wants to. */
export function onFetch(
  state: RaftState,
  around: Surroundings,
  token: number,
  request: FetchRequest,
  isLast: boolean,
): Step {
  const { role } = state
  const problem = fetchProblem(state, around, request)
  if (problem !== undefined || role.kind !== 'leader') {
    return answerFetch(state, token, request, answerOf(state, problem ?? errorCode.NOT_LEADER_OR_FOLLOWER))
  }
  const snapshot = snapshotFor(around, request)
  const diverging = snapshot === undefined ? divergence(around, request) : undefined
  const fetched = { highWatermark: state.highWatermark, logStartOffset: around.log.startOffset }
  if (snapshot !== undefined || diverging !== undefined) {
    const elsewhere = snapshot !== undefined ? { snapshot } : { diverging: diverging! }
    const answer = { ...answerOf(state), fetched: { ...fetched, ...elsewhere } }
    return answerFetch({ ...state, role: heardFrom(role, around, request.replica.id) }, token, request, answer)
  }
  const progressed: RaftState = {
    ...state,
    role: withProgress(heardFrom(role, around, request.replica.id), around, request),
  }
  return andThen(advance(progressed, around), (next) => {
    const isNews =
      request.offset < around.log.endOffset ||
      (request.highWatermark < next.highWatermark && request.highWatermark < request.offset)
    if (!isNews && !isLast) return { state: next, effects: [{ type: 'hold', token, request }] }
    const answer = { ...answerOf(next), fetched: { ...fetched, highWatermark: next.highWatermark } }
    return answerFetch(next, token, request, answer)
  })
}

/** Commits what a majority holds by now. */
export function advance(state: RaftState, around: Surroundings): Step {
  const { role } = state
  if (role.kind !== 'leader') return unchanged(state)
  const held = around.voters.map((id) =>
    id === around.self.id ? around.log.heldEnd : (role.replicas.get(id)?.endOffset ?? 0),
  )
  const agreed = held.sort((a, b) => b - a)[Math.floor(held.length / 2)]!
  if (agreed <= state.highWatermark || !around.rules.mayCommit(agreed, role.epochStart)) return unchanged(state)
  return { state: { ...state, highWatermark: agreed }, effects: [{ type: 'commit', highWatermark: agreed }] }
}

/** A leader that has not heard from a majority for so long is a leader of nobody. */
export function onCheckQuorum(state: RaftState, around: Surroundings): Step {
  const { role } = state
  if (role.kind !== 'leader') return unchanged(state)
  if (!around.rules.resignsWithoutMajority) {
    return unchanged({ ...state, role: { ...role, deadlineUs: checkQuorumDeadline(around), heard: [] } })
  }
  return resign(state, around)
}

/** A voter has not taken note of the epoch: it is told again. */
export function onBeginEpochUnanswered(state: RaftState, around: Surroundings, by: number): Step {
  if (state.role.kind !== 'leader' || state.role.replicas.has(by)) return unchanged(state)
  const request = beginEpoch(state.election.epoch, around.self.id, by)
  return { state, effects: [sendTo(state, by, request, around.timeouts.retryBackoffUs)] }
}

function fetchProblem(state: RaftState, around: Surroundings, request: FetchRequest): PeerAnswer['error'] | undefined {
  const { election, role } = state
  if (request.offset < 0 || request.lastEpoch < 0 || request.lastEpoch > request.epoch) {
    return errorCode.INVALID_REQUEST
  }
  if (request.epoch < election.epoch) return errorCode.FENCED_LEADER_EPOCH
  if (request.epoch > election.epoch) return errorCode.UNKNOWN_LEADER_EPOCH
  if (role.kind !== 'leader' || request.replica.id === around.self.id) return errorCode.NOT_LEADER_OR_FOLLOWER
  return undefined
}

/** A replica that loads a snapshot is a replica that is heard from. */
export function onAskedForSnapshot(state: RaftState, around: Surroundings, replicaId: number): Step {
  const { role } = state
  return unchanged(role.kind === 'leader' ? { ...state, role: heardFrom(role, around, replicaId) } : state)
}

/** The snapshot to begin with, for a replica whose log cannot be compared with what is left of the leader's. */
function snapshotFor({ log }: Surroundings, { offset, lastEpoch }: FetchRequest): LogEnd | undefined {
  const { latestSnapshot, firstSnapshot } = log
  if (latestSnapshot === undefined) return undefined
  if (offset === 0 || offset < log.startOffset) return latestSnapshot
  if (firstSnapshot === undefined) return undefined
  const isElsewhere = offset === log.startOffset && lastEpoch !== firstSnapshot.epoch
  return isElsewhere || lastEpoch < firstSnapshot.epoch ? latestSnapshot : undefined
}

/** Where the leader's log leaves the one that is asked for; undefined where it goes on from there. */
function divergence({ log }: Surroundings, { offset, lastEpoch }: FetchRequest): LogEnd | undefined {
  if (offset === 0) return undefined
  const end = log.endOf(lastEpoch) ?? { epoch: -1, endOffset: log.startOffset }
  return end.epoch < lastEpoch || end.endOffset < offset ? end : undefined
}

function heardFrom(role: Leader, around: Surroundings, id: number): Leader {
  if (!otherVoters(around).includes(id) || role.heard.includes(id)) return role
  const heard = [...role.heard, id]
  if (!isMajority(around, heard.length + 1)) return { ...role, heard }
  return { ...role, heard: [], deadlineUs: checkQuorumDeadline(around) }
}

function withProgress(role: Leader, { log, nowUs }: Surroundings, { replica, offset }: FetchRequest): Leader {
  const known = role.replicas.get(replica.id)
  const isCaughtUp = offset >= log.endOffset
  const progress = {
    ...{ directoryId: replica.directoryId, endOffset: offset, lastFetchUs: nowUs },
    lastCaughtUpUs: isCaughtUp ? nowUs : (known?.lastCaughtUpUs ?? -1),
  }
  return { ...role, replicas: new Map(role.replicas).set(replica.id, progress) }
}

function answerFetch(state: RaftState, token: number, request: FetchRequest, answer: PeerAnswer): Step {
  return { state, effects: [{ type: 'answer', token, request, answer }] }
}
