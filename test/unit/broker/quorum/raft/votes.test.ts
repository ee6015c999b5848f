import { describe, expect, it } from 'vitest'
import type { VoteRequest } from '../../../../../src/broker/quorum/raft/raft-events.ts'
import type { RaftState } from '../../../../../src/broker/quorum/raft/raft-state.ts'
import { step } from '../../../../../src/broker/quorum/raft/step.ts'
import { errorCode } from '../../../../../src/protocol/errors.ts'
import { ZERO_UUID } from '../../../../../src/protocol/uuid.ts'
import {
  answerIn,
  answersFetch,
  answersVote,
  asks,
  born,
  effectsOf,
  electionState,
  leaderOf,
  logOf,
  surroundings,
  uuidOf,
  voteRequest,
} from './raft-fixture.ts'

const around = surroundings({ log: logOf([1, 1, 2]) })
const upToDate = { lastEpoch: 2, lastOffset: 3 }

function granted(state: RaftState, request: VoteRequest, where = around): boolean | undefined {
  return answerIn(asks(state, where, request)).granted
}

describe('a vote', () => {
  it('is durable before it is answered', () => {
    const { effects, state } = asks(born(electionState(5), around), around, voteRequest(upToDate))
    expect(effects.map(({ type }) => type)).toEqual(['persist', 'answer', 'role-changed'])
    expect(effects[0]).toEqual({ type: 'persist', election: electionState(5, -1, 2) })
    expect(effects[1]).toMatchObject({ answer: { error: errorCode.NONE, granted: true, epoch: 5, leaderId: -1 } })
    expect(state.election.votedFor?.id).toBe(2)
  })

  it('is given in a later epoch, whatever was before', () => {
    const states = [born(electionState(4, 3), around), born(electionState(4, -1, 3), around), leaderOf(4, around)]
    for (const state of states) {
      const taken = asks(state, around, voteRequest(upToDate))
      expect(answerIn(taken)).toMatchObject({ granted: true, epoch: 5 })
      expect(effectsOf(taken, 'persist').at(-1)!.election).toEqual(electionState(5, -1, 2))
    }
  })

  it.each([
    ['has fewer records of the last epoch', { lastEpoch: 2, lastOffset: 2 }, false],
    ['has more records, of an earlier epoch', { lastEpoch: 1, lastOffset: 9 }, false],
    ['has as much', { lastEpoch: 2, lastOffset: 3 }, true],
    ['has a record of a later epoch', { lastEpoch: 3, lastOffset: 1 }, true],
  ])('goes by the log of the candidate: one that %s', (_, log, expected) => {
    expect(granted(born(electionState(5), around), voteRequest(log))).toBe(expected)
    expect(granted(born(electionState(5), around), voteRequest({ ...log, isPreVote: true }))).toBe(expected)
  })

  it('counts what this voter has and has not flushed', () => {
    const unflushed = surroundings({ log: logOf([1, 1, 2], 1) })
    expect(granted(born(electionState(5), unflushed), voteRequest({ lastEpoch: 1, lastOffset: 2 }), unflushed)).toBe(
      false,
    )
  })

  it('is not given to another one in the same epoch, also after a crash', () => {
    const voted = born(electionState(5, -1, 3), around)
    expect(granted(voted, voteRequest(upToDate))).toBe(false)
  })

  it('that was given already is confirmed, and changes nothing', () => {
    const voted = born(electionState(5, -1, 2), around)
    const taken = asks(voted, around, voteRequest(upToDate))
    expect(answerIn(taken).granted).toBe(true)
    expect(taken.state).toBe(voted)
    expect(taken.effects).toHaveLength(1)
  })

  it('is not given to a node of the same id with another directory', () => {
    const voted = born(electionState(5, -1, 2), around)
    const candidate = { id: 2, directoryId: uuidOf(9) }
    expect(granted(voted, voteRequest({ ...upToDate, candidate }))).toBe(false)
    expect(granted(voted, voteRequest({ ...upToDate, candidate: { id: 2, directoryId: ZERO_UUID } }))).toBe(true)
  })

  it('is not given where a leader of the epoch is known, not even to that leader again', () => {
    const follower = born(electionState(5, 2, 2), around)
    const taken = asks(follower, around, voteRequest(upToDate))
    expect(answerIn(taken)).toMatchObject({ granted: false, leaderId: 2 })
    expect(taken.state).toBe(follower)
  })

  it('is not given by a candidate, which has its own', () => {
    const unattached = born(electionState(4), around)
    const prospective = step(unattached, { type: 'deadline' }, { ...around, nowUs: 5000 }).state
    const candidate = answersVote(prospective, around, 3, { granted: true }).state
    expect(candidate.role.kind).toBe('candidate')
    expect(granted(candidate, voteRequest(upToDate))).toBe(false)
  })
})

describe('a request for a vote is refused', () => {
  const voter = { id: 1, directoryId: uuidOf(1) }
  const cases: readonly [string, Partial<VoteRequest>, keyof typeof errorCode][] = [
    ['of an earlier epoch', { epoch: 4 }, 'FENCED_LEADER_EPOCH'],
    ['with an offset below 0', { lastOffset: -1 }, 'INVALID_REQUEST'],
    ['with an epoch of the log below 0', { lastEpoch: -1 }, 'INVALID_REQUEST'],
    ['with a record of the epoch that is yet to begin', { lastEpoch: 5 }, 'INVALID_REQUEST'],
    ['that asks before standing, with a record of a later epoch', { lastEpoch: 6, isPreVote: true }, 'INVALID_REQUEST'],
    ['meant for another node', { voter: { ...voter, id: 3 } }, 'INVALID_VOTER_KEY'],
    ['meant for another directory', { voter: { ...voter, directoryId: uuidOf(8) } }, 'INVALID_VOTER_KEY'],
    ['by who is no voter', { candidate: { id: 9, directoryId: uuidOf(9) } }, 'INCONSISTENT_VOTER_SET'],
    ['by who says that it is this node', { candidate: voter }, 'INCONSISTENT_VOTER_SET'],
    ['of an earlier epoch and meant for another node', { epoch: 4, voter: { ...voter, id: 3 } }, 'FENCED_LEADER_EPOCH'],
  ]
  it.each(cases)('%s', (_, change, code) => {
    const state = born(electionState(5), around)
    const taken = asks(state, around, voteRequest({ ...upToDate, ...change }))
    expect(answerIn(taken)).toEqual({ error: errorCode[code], epoch: 5, leaderId: -1 })
    expect(taken.state).toBe(state)
  })

  it('by an observer', () => {
    const observer = surroundings({ id: 4 })
    expect(answerIn(asks(born(electionState(5), observer), observer, voteRequest())).error).toBe(
      errorCode.INCONSISTENT_VOTER_SET,
    )
  })
})

describe('a pre-vote', () => {
  const preVote = voteRequest({ ...upToDate, isPreVote: true })

  it('binds nobody: nothing is made durable, and others get one too', () => {
    const state = born(electionState(5), around)
    const taken = asks(state, around, preVote)
    expect(answerIn(taken).granted).toBe(true)
    expect(taken.effects).toHaveLength(1)
    expect(taken.state).toBe(state)
    expect(granted(born(electionState(5, -1, 3), around), preVote)).toBe(true)
  })

  it('may come from a log that ends in the present epoch', () => {
    expect(granted(born(electionState(5), around), { ...preVote, lastEpoch: 5 })).toBe(true)
  })

  it('is refused by who has fetched from the leader, and given by who has not yet', () => {
    const follower = born(electionState(5, 3), around)
    expect(granted(follower, preVote)).toBe(true)
    const alive = answersFetch(follower, around, { highWatermark: 0, logStartOffset: 0 }).state
    expect(granted(alive, preVote)).toBe(false)
    const silent = step(alive, { type: 'deadline' }, { ...around, nowUs: 2000 }).state
    expect(granted(silent, preVote)).toBe(true)
  })

  it('is given by who was told by the leader that it resigns', () => {
    const follower = answersFetch(born(electionState(5, 3), around), around, {
      highWatermark: 0,
      logStartOffset: 0,
    }).state
    const told = asks(follower, around, { kind: 'end-epoch', epoch: 5, leaderId: 3, successors: [2, 1] }).state
    expect(granted(told, preVote)).toBe(true)
  })

  it('is refused by the leader, also once it has resigned', () => {
    const log = logOf([1, 1, 2])
    const leader = leaderOf(5, around)
    expect(granted(leader, preVote)).toBe(false)
    const resigned = step(leader, { type: 'resign', epoch: 5 }, { ...around, log }).state
    expect(granted(resigned, preVote)).toBe(false)
  })
})
