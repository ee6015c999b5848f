/**
 * The quorum as a pure step: `(state, event, surroundings) → (state, effects)`. Nothing in it waits, and nothing outside
 * decides anything about epochs, votes, leaders or what is committed.
 *
 * Every answer is heard first for its epoch: a higher one, or a leader that is news, ends whatever this node was doing.
 * Source: KIP-595 (Raft with fetching followers), KIP-996 (pre-vote), Raft (Ongaro, Ousterhout) §5.
 */

import { onElectionOver, onElectionTimeout, onVote, onVoteAnswer, onVoteUnanswered } from './elections.ts'
import {
  fetchAgainLater,
  fetchOn,
  onBeginEpoch,
  onEndEpoch,
  onFetched,
  onFetchTimeout,
  onSnapshotGoesOn,
  onSnapshotLoaded,
  seekLeader,
} from './following.ts'
import { advance, onAskedForSnapshot, onBeginEpochUnanswered, onCheckQuorum, onFetch } from './leading.ts'
import { NOBODY, type PeerAnswer, type RaftEvent } from './raft-events.ts'
import type { ElectionState, RaftState } from './raft-state.ts'
import { isVoter, otherVoters, type Surroundings } from './raft-surroundings.ts'
import { becomeFollower, becomeUnattached, firstRole, resign, type Step, unchanged } from './transitions.ts'

/** The first step of a life. `saved` is what `quorum-state` holds; undefined where there is none yet. */
export function begin(saved: ElectionState | undefined, around: Surroundings): Step {
  const election = saved ?? { epoch: 0, leaderId: NOBODY, votedFor: undefined }
  const role = { kind: 'unattached' as const, deadlineUs: around.nowUs }
  return firstRole({ election, role, turn: 0, highWatermark: around.log.latestSnapshot?.endOffset ?? 0 }, around)
}

/** The next step. */
export function step(state: RaftState, event: RaftEvent, around: Surroundings): Step {
  switch (event.type) {
    case 'deadline':
      return onDeadline(state, around)
    case 'request':
      return onRequest(state, event, around)
    case 'answered':
      return onAnswered(state, event, around)
    case 'log-moved':
      if (state.role.kind === 'leader') return advance(state, around)
      return state.role.kind === 'follower' && !state.role.isFetching ? fetchOn(state, around) : unchanged(state)
    case 'truncated':
      return fetchOn(state, around)
    case 'snapshot-loaded':
      return onSnapshotLoaded(state, around, event.snapshot)
    case 'snapshot-goes-on':
      return onSnapshotGoesOn(state, around, event.turn)
    case 'snapshot-given-up':
      return event.turn === state.turn ? fetchAgainLater(state, around) : unchanged(state)
    case 'asked-for-snapshot':
      return onAskedForSnapshot(state, around, event.replicaId)
    case 'append-refused':
      return state.role.kind === 'follower' && !state.role.isFetching
        ? fetchAgainLater(state, around)
        : unchanged(state)
    case 'resign': {
      const leads = state.role.kind === 'leader' && state.election.epoch === event.epoch
      return leads ? resign(state, around) : unchanged(state)
    }
  }
}

function onDeadline(state: RaftState, around: Surroundings): Step {
  const { role } = state
  if (around.nowUs < role.deadlineUs) return unchanged(state)
  switch (role.kind) {
    case 'unattached':
      return isVoter(around) ? onElectionTimeout(state, around) : seekLeader(state, around)
    case 'resigned':
      return onElectionTimeout(state, around)
    case 'prospective':
    case 'candidate':
      return onElectionOver(state, around)
    case 'follower':
      return onFetchTimeout(state, around)
    case 'leader':
      return onCheckQuorum(state, around)
  }
}

function onRequest(state: RaftState, event: Extract<RaftEvent, { type: 'request' }>, around: Surroundings): Step {
  const { token, request, isLast } = event
  switch (request.kind) {
    case 'vote':
      return onVote(state, around, token, request)
    case 'begin-epoch':
      return onBeginEpoch(state, around, token, request)
    case 'end-epoch':
      return onEndEpoch(state, around, token, request)
    case 'fetch':
      return onFetch(state, around, token, request, isLast)
  }
}

function onAnswered(state: RaftState, event: Extract<RaftEvent, { type: 'answered' }>, around: Surroundings): Step {
  const { answer, request, by } = event
  const news = answer === undefined ? undefined : newsOf(state, around, answer)
  if (news !== undefined) return news
  const isStale = event.turn !== state.turn
  switch (request.kind) {
    case 'vote':
      if (isStale) return unchanged(state)
      if (answer === undefined) return onVoteUnanswered(state, around, by, request)
      return onVoteAnswer(state, around, by, request, answer)
    case 'begin-epoch':
      return answer === undefined && !isStale ? onBeginEpochUnanswered(state, around, by) : unchanged(state)
    case 'end-epoch':
      return unchanged(state)
    case 'fetch': {
      if (isStale && around.rules.ignoresStaleFetches) return unchanged(state)
      const idle = doneFetching(state)
      return answer === undefined ? fetchAgainLater(idle, around) : onFetched(idle, around, answer)
    }
  }
}

/** What an answer tells besides what was asked: a later epoch, or the leader of this one. */
function newsOf(state: RaftState, around: Surroundings, { epoch, leaderId }: PeerAnswer): Step | undefined {
  const { election } = state
  const isLeaderNews = leaderId !== NOBODY && leaderId !== around.self.id && otherVoters(around).includes(leaderId)
  if (epoch > election.epoch) {
    return isLeaderNews ? becomeFollower(state, around, epoch, leaderId) : becomeUnattached(state, around, epoch)
  }
  // An observer whose leader fell silent looks for it again: the leader may be the same.
  const isSought = state.role.kind === 'unattached' && election.leaderId === leaderId
  if (epoch === election.epoch && isLeaderNews && (election.leaderId === NOBODY || isSought)) {
    return becomeFollower(state, around, epoch, leaderId)
  }
  return undefined
}

function doneFetching(state: RaftState): RaftState {
  const { role } = state
  return role.kind === 'follower' ? { ...state, role: { ...role, isFetching: false } } : state
}
