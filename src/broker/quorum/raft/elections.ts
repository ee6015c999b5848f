/**
 * Elections: who may have this node's vote, and what becomes of one's own candidacy.
 *
 * A vote is durable before it is answered. A pre-vote binds nobody. Source: Raft §5.2 and §5.4.1, KIP-595, KIP-996.
 */

import { errorCode } from '../../../protocol/errors.ts'
import { ZERO_UUID } from '../../../protocol/uuid.ts'
import { type Effect, NOBODY, type PeerAnswer, type VoteRequest } from './raft-events.ts'
import type { RaftState, ReplicaKey } from './raft-state.ts'
import { electionDeadline, isMajority, isVoter, otherVoters, type Surroundings } from './raft-surroundings.ts'
import {
  andThen,
  becomeFollower,
  becomeProspective,
  becomeUnattached,
  elected,
  type Step,
  sendTo,
  unchanged,
  voteRequest,
} from './transitions.ts'

/** The answer of this node as it stands: its epoch, the leader it knows. */
export function answerOf(state: RaftState, error: PeerAnswer['error'] = errorCode.NONE): PeerAnswer {
  return { error, leaderId: state.election.leaderId, epoch: state.election.epoch }
}

/** A request for a vote. */
export function onVote(state: RaftState, around: Surroundings, token: number, request: VoteRequest): Step {
  const problem = voteProblem(state, around, request)
  if (problem !== undefined) return answered(state, token, request, answerOf(state, problem))
  const step = request.epoch > state.election.epoch ? becomeUnattached(state, around, request.epoch) : unchanged(state)
  return andThen(step, (next) => {
    if (!mayGrant(next, around, request)) {
      const refusal = answered(next, token, request, { ...answerOf(next), granted: false })
      return request.isPreVote ? andThen(refusal, (after) => askBack(after, around, request)) : refusal
    }
    // Who asks again has not heard the answer; the vote is durable already.
    if (request.isPreVote || next.election.votedFor !== undefined) {
      return answered(next, token, request, { ...answerOf(next), granted: true })
    }
    return grant(next, around, token, request)
  })
}

/** A vote, or none, came back. */
export function onVoteAnswer(
  state: RaftState,
  around: Surroundings,
  by: number,
  request: VoteRequest,
  answer: PeerAnswer,
): Step {
  const { role } = state
  const asked = request.isPreVote ? 'prospective' : 'candidate'
  if (role.kind !== asked || request.epoch !== state.election.epoch) return unchanged(state)
  const isGranted = answer.error === errorCode.NONE && answer.granted === true
  const granted = isGranted ? including(role.granted, by) : role.granted
  const refused = isGranted ? role.refused.filter((id) => id !== by) : including(role.refused, by)
  const next: RaftState = { ...state, role: { ...role, granted, refused } }
  if (isMajority(around, granted.length)) return elected(next, around, granted)
  if (refused.length >= around.voters.length / 2) return defeated(next, around)
  return unchanged(next)
}

/** No answer came: a candidacy asks again for as long as it lasts. */
export function onVoteUnanswered(state: RaftState, around: Surroundings, by: number, request: VoteRequest): Step {
  if (state.role.kind !== 'prospective' && state.role.kind !== 'candidate') return unchanged(state)
  return { state, effects: [sendTo(state, by, request, around.timeouts.retryBackoffUs)] }
}

/**
 * Who asks for a pre-vote has no leader any more, and may have refused this node while it still had one: it is asked
 * again, or both would wait for the end of an election that is lost only by their order. Of two that ask one another at
 * least one gets its pre-vote, so this comes to an end.
 */
function askBack(state: RaftState, around: Surroundings, { candidate }: VoteRequest): Step {
  if (state.role.kind !== 'prospective') return unchanged(state)
  return { state, effects: [sendTo(state, candidate.id, voteRequest(state, around, candidate.id))] }
}

/** The time of an election is over, which was drawn by lot: whoever stood at the same time asks at another moment. */
export function onElectionOver(state: RaftState, around: Surroundings): Step {
  return state.role.kind === 'candidate' ? becomeProspective(state, around) : defeated(state, around)
}

/**
 * An election is lost. A candidate asks, after a while, whether to stand again; who was only asking goes back to the
 * leader it had, or waits.
 */
function defeated(state: RaftState, around: Surroundings): Step {
  const { leaderId, epoch } = state.election
  if (state.role.kind === 'candidate') return waitOrAskAgain(state, around)
  if (leaderId !== NOBODY && leaderId !== around.self.id) return becomeFollower(state, around, epoch, leaderId)
  return becomeUnattached(state, around, epoch)
}

/** A request from another epoch than it may be: what the asker must learn. Undefined where there is no objection. */
function voteProblem(state: RaftState, around: Surroundings, request: VoteRequest): PeerAnswer['error'] | undefined {
  const { epoch, candidate, voter, lastEpoch, lastOffset, isPreVote } = request
  if (lastOffset < 0 || lastEpoch < 0 || (isPreVote ? lastEpoch > epoch : lastEpoch >= epoch)) {
    return errorCode.INVALID_REQUEST
  }
  if (epoch < state.election.epoch) return errorCode.FENCED_LEADER_EPOCH
  if (!isMeant(around, voter)) return errorCode.INVALID_VOTER_KEY
  const isAmongVoters = isVoter(around) && otherVoters(around).includes(candidate.id)
  return isAmongVoters ? undefined : errorCode.INCONSISTENT_VOTER_SET
}

/** Whether a request that names a voter means this one. */
export function isMeant({ self }: Surroundings, voter: ReplicaKey): boolean {
  if (voter.id !== NOBODY && voter.id !== self.id) return false
  return voter.directoryId === ZERO_UUID || voter.directoryId === self.directoryId
}

function mayGrant(state: RaftState, { rules, log }: Surroundings, request: VoteRequest): boolean {
  const { role, election } = state
  const mine = { epoch: log.lastEpoch, endOffset: log.endOffset }
  const isUpToDate = rules.isUpToDate({ epoch: request.lastEpoch, endOffset: request.lastOffset }, mine)
  if (request.isPreVote) {
    if (role.kind === 'leader' || role.kind === 'resigned') return false
    return isUpToDate && !(role.kind === 'follower' && role.hasFetched)
  }
  if (election.leaderId !== NOBODY) return false
  return election.votedFor === undefined ? isUpToDate : isSame(election.votedFor, request.candidate)
}

/** Whether two names may mean the same replica: directories are compared where both are known. */
function isSame(one: ReplicaKey, other: ReplicaKey): boolean {
  const isUnknown = one.directoryId === ZERO_UUID || other.directoryId === ZERO_UUID
  return one.id === other.id && (isUnknown || one.directoryId === other.directoryId)
}

/** Gives the vote of this epoch away. */
function grant(state: RaftState, around: Surroundings, token: number, request: VoteRequest): Step {
  const election = { ...state.election, votedFor: request.candidate }
  // Who has voted gives the candidate the time of an election.
  const role = { kind: 'unattached' as const, deadlineUs: electionDeadline(around) }
  const next: RaftState = { ...state, election, role, turn: state.turn + 1 }
  const steps: Record<'persist-vote' | 'answer-vote', Effect> = {
    'persist-vote': { type: 'persist', election },
    'answer-vote': { type: 'answer', token, request, answer: { ...answerOf(next), granted: true } },
  }
  const effects = around.rules.voteSteps.map((name) => steps[name])
  return { state: next, effects: [...effects, { type: 'role-changed' }] }
}

function waitOrAskAgain(state: RaftState, around: Surroundings): Step {
  // Voters that stand at the same time must not go on doing so: only some of the defeated ask again at once.
  const backoffUs = around.draw(around.timeouts.electionBackoffMaxUs)
  const step = becomeUnattached(state, around, state.election.epoch)
  const deadlineUs = around.nowUs + backoffUs
  return { ...step, state: { ...step.state, role: { ...step.state.role, deadlineUs } } }
}

/** The election timeout of a voter has passed. */
export function onElectionTimeout(state: RaftState, around: Surroundings): Step {
  return becomeProspective(state, around)
}

function answered(state: RaftState, token: number, request: VoteRequest, answer: PeerAnswer): Step {
  return { state, effects: [{ type: 'answer', token, request, answer }] }
}

function including(ids: readonly number[], id: number): readonly number[] {
  return ids.includes(id) ? ids : [...ids, id]
}
