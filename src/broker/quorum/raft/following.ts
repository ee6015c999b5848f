/**
 * A follower: it fetches from the leader, cuts its log to where the leader's goes on, and says what it holds by its next
 * fetch: only what is durable. An observer does the same and is not counted.
 *
 * Source: KIP-595; what a follower must never do is cut below its high watermark.
 */

import { errorCode } from '../../../protocol/errors.ts'
import { answerOf, isMeant } from './elections.ts'
import {
  type BeginEpochRequest,
  type EndEpochRequest,
  type Fetched,
  type LogEnd,
  NOBODY,
  type PeerAnswer,
} from './raft-events.ts'
import type { RaftState } from './raft-state.ts'
import { isVoter, otherVoters, type Surroundings } from './raft-surroundings.ts'
import {
  andThen,
  becomeFollower,
  becomeProspective,
  becomeUnattached,
  type Step,
  sendFetch,
  unchanged,
} from './transitions.ts'

/** A leader tells of its epoch. */
export function onBeginEpoch(state: RaftState, around: Surroundings, token: number, request: BeginEpochRequest): Step {
  const { epoch, leaderId } = request
  const { election } = state
  const answer = (next: RaftState, error: PeerAnswer['error'] = errorCode.NONE): Step => ({
    state: next,
    effects: [{ type: 'answer', token, request, answer: answerOf(next, error) }],
  })
  if (around.rules.isDeposed(epoch, election.epoch)) return answer(state, errorCode.FENCED_LEADER_EPOCH)
  if (!isMeant(around, request.voter)) return answer(state, errorCode.INVALID_VOTER_KEY)
  if (!otherVoters(around).includes(leaderId)) return answer(state, errorCode.INCONSISTENT_VOTER_SET)
  if (epoch === election.epoch && election.leaderId !== NOBODY) {
    return answer(state, election.leaderId === leaderId ? errorCode.NONE : errorCode.INVALID_REQUEST)
  }
  return andThen(becomeFollower(state, around, epoch, leaderId), (next) => answer(next))
}

/** A leader resigns: who it would like to see next stands at once, the others a little later. */
export function onEndEpoch(state: RaftState, around: Surroundings, token: number, request: EndEpochRequest): Step {
  const { epoch, leaderId, successors } = request
  const { election } = state
  const reply = (next: RaftState, error: PeerAnswer['error'] = errorCode.NONE): Step => ({
    state: next,
    effects: [{ type: 'answer', token, request, answer: answerOf(next, error) }],
  })
  if (around.rules.isDeposed(epoch, election.epoch)) return reply(state, errorCode.FENCED_LEADER_EPOCH)
  if (!otherVoters(around).includes(leaderId)) return reply(state, errorCode.INCONSISTENT_VOTER_SET)
  const isNews = epoch > election.epoch || election.leaderId === NOBODY
  if (!isNews && election.leaderId !== leaderId) return reply(state, errorCode.INVALID_REQUEST)
  const step = isNews ? becomeFollower(state, around, epoch, leaderId) : unchanged(state)
  return andThen(step, (next) => {
    const { role } = next
    if (role.kind !== 'follower' || !isVoter(around)) return reply(next)
    const place = successors.indexOf(around.self.id)
    const { electionBackoffMaxUs } = around.timeouts
    const waitUs = place === 0 ? 0 : 1 + around.draw(electionBackoffMaxUs)
    const deadlineUs = Math.min(role.deadlineUs, around.nowUs + waitUs)
    // The leader is gone by its own word: who asks for a pre-vote gets it.
    return reply({ ...next, role: { ...role, deadlineUs, hasFetched: false } })
  })
}

/** The leader has not answered for too long: a voter asks whether to stand, an observer looks around. */
export function onFetchTimeout(state: RaftState, around: Surroundings): Step {
  if (!isVoter(around)) return becomeUnattached(state, around, state.election.epoch)
  return becomeProspective(state, around)
}

/** An observer that knows no leader asks a voter, one after the other. */
export function seekLeader(state: RaftState, around: Surroundings): Step {
  const deadlineUs = around.nowUs + around.timeouts.fetchUs
  return sendFetch({ ...state, role: { kind: 'unattached', deadlineUs } }, around, 0, anyVoter(around))
}

function anyVoter(around: Surroundings): number {
  const voters = otherVoters(around)
  return voters[around.draw(voters.length)]!
}

/** What the leader answered to a fetch. */
export function onFetched(state: RaftState, around: Surroundings, answer: PeerAnswer): Step {
  const { role } = state
  const { fetched } = answer
  if (role.kind !== 'follower') return fetchAgainLater(state, around)
  if (answer.error !== errorCode.NONE || fetched === undefined) return fetchAgainLater(state, around)
  const alive = { ...role, deadlineUs: around.nowUs + around.timeouts.fetchUs, hasFetched: true }
  // What the leader has committed says nothing of a log that has left the leader's.
  if (fetched.snapshot !== undefined) return begin({ ...state, role: alive }, around, fetched.snapshot)
  if (fetched.diverging !== undefined) return cut({ ...state, role: alive }, around, fetched.diverging)
  const leaderHighWatermark = Math.max(role.leaderHighWatermark, fetched.highWatermark)
  return take({ ...state, role: { ...alive, leaderHighWatermark } }, around, fetched)
}

/** No answer came, or none that helps. An observer asks any voter then: nobody tells it that another leads by now. */
export function fetchAgainLater(state: RaftState, around: Surroundings): Step {
  const { role } = state
  const { retryBackoffUs } = around.timeouts
  if (role.kind === 'follower') {
    return sendFetch(state, around, retryBackoffUs, isVoter(around) ? undefined : anyVoter(around))
  }
  if (role.kind !== 'unattached' || isVoter(around)) return unchanged(state)
  return unchanged({ ...state, role: { ...role, deadlineUs: around.nowUs + retryBackoffUs } })
}

/** What was fetched is held, or a truncation is done: commits what the leader has, and fetches on. */
export function fetchOn(state: RaftState, around: Surroundings): Step {
  const { role } = state
  if (role.kind !== 'follower' || around.log.heldEnd < around.log.endOffset) return unchanged(state)
  return andThen(follow(state, around), (next) => sendFetch(next, around, 0))
}

/** The high watermark of a follower: its leader's, as far as it holds the records. */
function follow(state: RaftState, around: Surroundings): Step {
  const { role } = state
  if (role.kind !== 'follower') return unchanged(state)
  const highWatermark = Math.min(role.leaderHighWatermark, around.log.heldEnd)
  if (highWatermark <= state.highWatermark) return unchanged(state)
  return { state: { ...state, highWatermark }, effects: [{ type: 'commit', highWatermark }] }
}

function take(state: RaftState, around: Surroundings, { records }: Fetched): Step {
  if (records === undefined || records.length === 0) return fetchOn(state, around)
  return { state, effects: [{ type: 'append-fetched', records, epoch: state.election.epoch }] }
}

/** Begins with a snapshot of the leader's, where it is ahead of what this node has; the log goes on behind it. */
function begin(state: RaftState, around: Surroundings, snapshot: LogEnd): Step {
  const { role, election, turn } = state
  if (role.kind !== 'follower' || snapshot.endOffset <= state.highWatermark) return fetchAgainLater(state, around)
  const fetching: RaftState = { ...state, role: { ...role, isFetching: true } }
  return { state: fetching, effects: [{ type: 'fetch-snapshot', snapshot, from: election.leaderId, turn }] }
}

/** A piece of a snapshot came. */
export function onSnapshotGoesOn(state: RaftState, around: Surroundings, turn: number): Step {
  const { role } = state
  if (role.kind !== 'follower' || state.turn !== turn) return unchanged(state)
  return unchanged({ ...state, role: { ...role, deadlineUs: around.nowUs + around.timeouts.fetchUs } })
}

/** A snapshot stands in place of the log: everything in it is committed. */
export function onSnapshotLoaded(state: RaftState, around: Surroundings, snapshot: LogEnd): Step {
  const { role } = state
  const highWatermark = Math.max(state.highWatermark, snapshot.endOffset)
  const idle = role.kind === 'follower' ? { ...role, isFetching: false } : role
  return fetchOn({ ...state, highWatermark, role: idle }, around)
}

/** Cuts the log to where both logs agree at best; what the leader answers to the next fetch may ask for more. */
function cut(state: RaftState, around: Surroundings, diverging: LogEnd): Step {
  const { log } = around
  const local = log.endOf(diverging.epoch)
  const agreed = local?.epoch === diverging.epoch ? Math.min(local.endOffset, diverging.endOffset) : local?.endOffset
  const endOffset = Math.min(agreed ?? log.startOffset, log.endOffset)
  if (endOffset < state.highWatermark) {
    const message = `the leader's log ends epoch ${diverging.epoch} at ${diverging.endOffset}; to follow it, committed records from ${endOffset} to ${state.highWatermark} would have to go`
    return { state, effects: [{ type: 'fail', message }] }
  }
  // An answer that names no earlier place is no good one; the leader is not asked without a pause.
  if (endOffset === log.endOffset) return fetchAgainLater(state, around)
  return { state, effects: [{ type: 'truncate', endOffset }] }
}
