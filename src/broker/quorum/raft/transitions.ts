/**
 * From one role to another: what is made durable first, what is sent, what is appended.
 *
 * Each is a step of its own: `(state, surroundings) → { state, effects }`. Nothing here decides whether it is right to
 * go; see `elections.ts`, `leading.ts` and `following.ts`. Source: KIP-595, KIP-996.
 */

import { ZERO_UUID } from '../../../protocol/uuid.ts'
import { assert } from '../../../world/assert.ts'
import { type Effect, NOBODY, named, type PeerRequest } from './raft-events.ts'
import type { ElectionState, RaftState, Role } from './raft-state.ts'
import { electionDeadline, isMajority, isVoter, otherVoters, type Surroundings } from './raft-surroundings.ts'

export interface Step {
  readonly state: RaftState
  readonly effects: readonly Effect[]
}

/** Nothing changes, nothing is asked for. */
export function unchanged(state: RaftState): Step {
  return { state, effects: [] }
}

/** A step, and another that goes on from where it ended. */
export function andThen(step: Step, next: (state: RaftState) => Step): Step {
  const { state, effects } = next(step.state)
  return { state, effects: [...step.effects, ...effects] }
}

/** Waits, in this epoch, for an election or a leader; an observer asks around. */
export function becomeUnattached(state: RaftState, around: Surroundings, epoch: number): Step {
  const { election } = state
  assert(epoch >= election.epoch, 'epochs do not go back')
  const next = epoch > election.epoch ? { epoch, leaderId: NOBODY, votedFor: undefined } : election
  const deadlineUs = isVoter(around) ? electionDeadline(around) : around.nowUs
  return take(state, next, { kind: 'unattached', deadlineUs })
}

/** Follows the leader of this epoch, and fetches at once. */
export function becomeFollower(state: RaftState, around: Surroundings, epoch: number, leaderId: number): Step {
  const { election } = state
  assert(epoch >= election.epoch && leaderId !== around.self.id, 'one follows another, in no earlier epoch')
  const votedFor = epoch === election.epoch ? election.votedFor : undefined
  const step = take(
    state,
    { epoch, leaderId, votedFor },
    {
      ...{ kind: 'follower', deadlineUs: around.nowUs + around.timeouts.fetchUs },
      ...{ isFetching: false, hasFetched: false, leaderHighWatermark: 0 },
    },
  )
  return andThen(step, (next) => sendFetch(next, around, 0))
}

/** Asks the other voters whether they would elect this one; the epoch stays. Who is alone stands at once. KIP-996. */
export function becomeProspective(state: RaftState, around: Surroundings): Step {
  if (!around.rules.asksBeforeStanding || isMajority(around, 1)) return becomeCandidate(state, around)
  return stand(state, around, 'prospective', state.election)
}

/** Stands for election in the next epoch, for which it has voted for itself. */
export function becomeCandidate(state: RaftState, around: Surroundings): Step {
  const { self } = around
  return stand(state, around, 'candidate', { epoch: state.election.epoch + 1, leaderId: NOBODY, votedFor: self })
}

/** Leads: the first record of the epoch is appended, and every voter is told. */
export function becomeLeader(state: RaftState, around: Surroundings, granted: readonly number[]): Step {
  const { self, log } = around
  const { epoch } = state.election
  const step = take(
    state,
    { epoch, leaderId: self.id, votedFor: self },
    {
      ...{ kind: 'leader', deadlineUs: checkQuorumDeadline(around), epochStart: log.endOffset },
      ...{ replicas: new Map(), heard: [] },
    },
  )
  const begins = otherVoters(around).map((id) => sendTo(step.state, id, beginEpoch(epoch, self.id, id)))
  return { state: step.state, effects: [...step.effects, { type: 'append-leader-change', epoch, granted }, ...begins] }
}

/** Leads no longer, and will not in this epoch; the others are told who should stand, the most up to date first. */
export function resign(state: RaftState, around: Surroundings): Step {
  const { epoch } = state.election
  const successors = successorsOf(state, around)
  const step = take(state, state.election, { kind: 'resigned', deadlineUs: electionDeadline(around) })
  const request = { kind: 'end-epoch' as const, epoch, leaderId: around.self.id, successors }
  const ends = otherVoters(around).map((id) => sendTo(step.state, id, request))
  return { state: step.state, effects: [...step.effects, ...ends] }
}

/** The role of a new life, from what the one before left. */
export function firstRole(state: RaftState, around: Surroundings): Step {
  const { election } = state
  const { self, nowUs, rules } = around
  const isSoleVoter = isVoter(around) && isMajority(around, 1)
  // The log may know of a later epoch than the vote: a follower hears of epochs with the records.
  const epoch = Math.max(election.epoch, around.log.lastEpoch)
  if (epoch === election.epoch && election.leaderId === self.id && isVoter(around)) {
    if (rules.leadsAgainAfterRestart) return becomeLeader(state, around, [self.id])
    const step = resign(state, around)
    return isSoleVoter ? withDeadline(step, nowUs) : step
  }
  if (epoch === election.epoch && otherVoters(around).includes(election.leaderId)) {
    return becomeFollower(state, around, epoch, election.leaderId)
  }
  const step = becomeUnattached(state, around, epoch)
  return isSoleVoter ? withDeadline(step, nowUs) : step
}

/** Sends the next fetch of a follower to its leader, or of an observer to whom it asks. */
export function sendFetch(state: RaftState, around: Surroundings, delayUs: number, to = state.election.leaderId): Step {
  const { role, election } = state
  const { self, log } = around
  // What is not durable yet must not be claimed: the fetch follows the flush.
  if (role.kind === 'follower' && log.heldEnd < log.endOffset) return unchanged(state)
  const request: PeerRequest = {
    ...{ kind: 'fetch', replica: self, epoch: election.epoch, offset: log.endOffset },
    ...{ lastEpoch: log.lastEpoch, highWatermark: state.highWatermark },
  }
  const next = role.kind === 'follower' ? { ...state, role: { ...role, isFetching: true } } : state
  return { state: next, effects: [sendTo(state, to, request, delayUs)] }
}

export function sendTo(state: RaftState, to: number, request: PeerRequest, delayUs = 0): Effect {
  return { type: 'send', to, turn: state.turn, delayUs, request }
}

export function beginEpoch(epoch: number, leaderId: number, voterId: number): PeerRequest {
  return { kind: 'begin-epoch', epoch, leaderId, voter: named(voterId, ZERO_UUID) }
}

/** When a leader that no majority fetches from gives up: one and a half fetch timeouts, as in Kafka; never, alone. */
export function checkQuorumDeadline(around: Surroundings): number {
  if (isMajority(around, 1)) return Number.MAX_SAFE_INTEGER
  return around.nowUs + Math.floor((around.timeouts.fetchUs * 3) / 2)
}

function stand(
  state: RaftState,
  around: Surroundings,
  kind: 'prospective' | 'candidate',
  election: ElectionState,
): Step {
  const { self, log } = around
  const role = { kind, deadlineUs: electionDeadline(around), granted: [self.id], refused: [] }
  const step = take(state, election, role)
  if (isMajority(around, 1)) return andThen(step, (next) => elected(next, around, role.granted))
  const requests = otherVoters(around).map((id) =>
    sendTo(step.state, id, {
      ...{ kind: 'vote', epoch: election.epoch, candidate: self, voter: named(id, ZERO_UUID) },
      ...{ lastEpoch: log.lastEpoch, lastOffset: log.endOffset, isPreVote: kind === 'prospective' },
    }),
  )
  return { state: step.state, effects: [...step.effects, ...requests] }
}

/** A majority has said yes: to standing, or to leading. */
export function elected(state: RaftState, around: Surroundings, granted: readonly number[]): Step {
  return state.role.kind === 'prospective' ? becomeCandidate(state, around) : becomeLeader(state, around, granted)
}

/** The voters, without this one, by how much of the log they hold. */
function successorsOf(state: RaftState, around: Surroundings): readonly number[] {
  const { role } = state
  const endOf = (id: number): number => (role.kind === 'leader' ? (role.replicas.get(id)?.endOffset ?? -1) : -1)
  return [...otherVoters(around)].sort((a, b) => endOf(b) - endOf(a) || a - b)
}

function withDeadline({ state, effects }: Step, deadlineUs: number): Step {
  return { state: { ...state, role: { ...state.role, deadlineUs } }, effects }
}

/** Takes a role, after the election state is durable where it is another one. */
function take(state: RaftState, election: ElectionState, role: Role): Step {
  const isNew =
    election.epoch !== state.election.epoch ||
    election.leaderId !== state.election.leaderId ||
    election.votedFor?.id !== state.election.votedFor?.id
  const effects: Effect[] = isNew
    ? [{ type: 'persist', election }, { type: 'role-changed' }]
    : [{ type: 'role-changed' }]
  return { state: { ...state, election, role, turn: state.turn + 1 }, effects }
}
