/** States, logs and surroundings of one node, for tests of single steps. Node 1 of voters 1, 2, 3 where nothing else is said. */

import {
  type Effect,
  type Fetched,
  type FetchRequest,
  NOBODY,
  type PeerAnswer,
  type PeerRequest,
  type VoteRequest,
} from '../../../../../src/broker/quorum/raft/raft-events.ts'
import type { ElectionState, RaftState } from '../../../../../src/broker/quorum/raft/raft-state.ts'
import type { LogView, Surroundings } from '../../../../../src/broker/quorum/raft/raft-surroundings.ts'
import { begin, step } from '../../../../../src/broker/quorum/raft/step.ts'
import type { Step } from '../../../../../src/broker/quorum/raft/transitions.ts'
import { quorumRules } from '../../../../../src/broker/quorum/rules.ts'
import { errorCode } from '../../../../../src/protocol/errors.ts'
import { type Uuid, ZERO_UUID } from '../../../../../src/protocol/uuid.ts'

/** The directory of a node. */
export function uuidOf(id: number): Uuid {
  return `AAAAAAAAAAAAAAAAAAAA${String(id).padStart(2, '0')}` as Uuid
}

const TIMEOUTS = { electionUs: 1000, fetchUs: 2000, electionBackoffMaxUs: 500, retryBackoffUs: 20 }

/** A log as its epochs, one for each entry; `held` of them are durable, all where it is not said. */
export function logOf(epochs: readonly number[], held = epochs.length): LogView {
  return {
    ...{ startOffset: 0, endOffset: epochs.length, heldEnd: held, lastEpoch: epochs.at(-1) ?? 0 },
    endOf(epoch) {
      const last = epochs.findLastIndex((at) => at <= epoch)
      return last < 0 ? undefined : { epoch: epochs[last]!, endOffset: last + 1 }
    },
  }
}

/** Draws are 0, so that timeouts are as short as they may be. */
export function surroundings(changes: Partial<Surroundings> & { readonly id?: number } = {}): Surroundings {
  const { id = 1, ...others } = changes
  return {
    ...{ self: { id, directoryId: uuidOf(id) }, voters: [1, 2, 3], timeouts: TIMEOUTS, rules: quorumRules },
    ...{ log: logOf([]), nowUs: 0, draw: () => 0 },
    ...others,
  }
}

export function electionState(epoch: number, leaderId = NOBODY, votedFor?: number): ElectionState {
  return {
    epoch,
    leaderId,
    votedFor: votedFor === undefined ? undefined : { id: votedFor, directoryId: uuidOf(votedFor) },
  }
}

/** A life that begins with this election state. */
export function born(election: ElectionState, around: Surroundings): RaftState {
  return begin(election, around).state
}

/** Node 1, leading `epoch`, elected by 2. Its log has the first record of the epoch where `around.log` has it. */
export function leaderOf(epoch: number, around: Surroundings): RaftState {
  const unattached = born(electionState(epoch - 1), around)
  const prospective = step(unattached, { type: 'deadline' }, { ...around, nowUs: unattached.role.deadlineUs })
  const grants = (state: RaftState) => answersVote(state, around, 2, { granted: true })
  return grants(grants(prospective.state).state).state
}

/** Hands over the answer of `by` to the vote request that was sent last. */
export function answersVote(state: RaftState, around: Surroundings, by: number, answer: Partial<PeerAnswer>): Step {
  const isPreVote = state.role.kind === 'prospective'
  const { epoch } = state.election
  const request = { ...voteRequest({ epoch, isPreVote }), candidate: around.self }
  const whole = { error: errorCode.NONE, leaderId: NOBODY, epoch, granted: false, ...answer }
  return step(state, { type: 'answered', by, turn: state.turn, request, answer: whole }, around)
}

/** Hands over the answer to the fetch that is under way. */
export function answersFetch(
  state: RaftState,
  around: Surroundings,
  fetched: Fetched | undefined,
  answer: Partial<PeerAnswer> = {},
): Step {
  const { epoch, leaderId } = state.election
  const whole = { error: errorCode.NONE, leaderId, epoch, ...(fetched === undefined ? {} : { fetched }), ...answer }
  const event = {
    type: 'answered' as const,
    by: leaderId,
    turn: state.turn,
    request: fetchRequest({ epoch }),
    answer: whole,
  }
  return step(state, event, around)
}

export function asks(state: RaftState, around: Surroundings, request: PeerRequest, isLast = false): Step {
  return step(state, { type: 'request', token: 7, request, isLast }, around)
}

/** Of node 2, up to date with an empty log. */
export function voteRequest(changes: Partial<VoteRequest> = {}): VoteRequest {
  return {
    ...{ kind: 'vote', epoch: 5, candidate: { id: 2, directoryId: uuidOf(2) } },
    ...{ voter: { id: NOBODY, directoryId: ZERO_UUID }, lastEpoch: 0, lastOffset: 0, isPreVote: false },
    ...changes,
  }
}

/** Of node 2, from the beginning. */
export function fetchRequest(changes: Partial<FetchRequest> & { readonly by?: number } = {}): FetchRequest {
  const { by = 2, ...others } = changes
  const replica = { id: by, directoryId: uuidOf(by) }
  return { ...{ kind: 'fetch', replica, epoch: 5, offset: 0, lastEpoch: 0, highWatermark: 0 }, ...others }
}

export function effectsOf<T extends Effect['type']>({ effects }: Step, type: T): Extract<Effect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type)
}

/** The one answer that a step gives. */
export function answerIn(taken: Step): PeerAnswer {
  const answers = effectsOf(taken, 'answer')
  if (answers.length !== 1) throw new Error(`one answer is expected, ${answers.length} came`)
  return answers[0]!.answer
}
