import { describe, expect, it } from 'vitest'
import type { RaftState } from '../../../../../src/broker/quorum/raft/raft-state.ts'
import { begin, step } from '../../../../../src/broker/quorum/raft/step.ts'
import { quorumRules } from '../../../../../src/broker/quorum/rules.ts'
import { errorCode } from '../../../../../src/protocol/errors.ts'
import {
  answersVote,
  asks,
  born,
  effectsOf,
  electionState,
  leaderOf,
  logOf,
  surroundings,
  voteRequest,
} from './raft-fixture.ts'

const around = surroundings({ log: logOf([1, 1]) })
const five = { ...around, voters: [1, 2, 3, 4, 5] }

function prospective(where = around): RaftState {
  const state = born(electionState(4), where)
  return step(state, { type: 'deadline' }, { ...where, nowUs: state.role.deadlineUs }).state
}

describe('a life begins', () => {
  it.each([
    ['without a quorum-state: unattached in epoch 0', undefined, 'unattached', 0, -1],
    ['after a vote: unattached, with the vote', electionState(5, -1, 2), 'unattached', 5, -1],
    ['after a candidacy: unattached, with its own vote', electionState(5, -1, 1), 'unattached', 5, -1],
    ['where it followed: following the same leader', electionState(5, 3), 'follower', 5, 3],
    ['where it led: resigned', electionState(5, 1, 1), 'resigned', 5, 1],
    ['where it followed somebody who is no voter now: unattached', electionState(5, 9), 'unattached', 5, 9],
  ] as const)('%s', (_, saved, kind, epoch, leaderId) => {
    const { state } = begin(saved, surroundings())
    expect(state.role.kind).toBe(kind)
    expect(state.election).toMatchObject({ epoch, leaderId, votedFor: saved?.votedFor })
  })

  it('in the epoch of the log where that is later than the one on record, without a vote', () => {
    const { state, effects } = begin(electionState(3, 2, 2), surroundings({ log: logOf([1, 6]) }))
    expect(state.election).toEqual(electionState(6))
    expect(effects[0]).toEqual({ type: 'persist', election: electionState(6) })
  })

  it('that led before tells the others to elect another one, and stands itself when none does', () => {
    const begun = begin(electionState(5, 1, 1), around)
    const requests = effectsOf(begun, 'send').map(({ to, request }) => [to, request.kind])
    expect(requests).toEqual([
      [2, 'end-epoch'],
      [3, 'end-epoch'],
    ])
    expect(begun.state.role.deadlineUs).toBe(1000)
    expect(step(begun.state, { type: 'deadline' }, { ...around, nowUs: 1000 }).state.role.kind).toBe('prospective')
  })

  it('and one voter alone leads at once, a new epoch each time', () => {
    const alone = surroundings({ voters: [1] })
    for (const saved of [undefined, electionState(4, 1, 1), electionState(4, -1, 1)]) {
      const begun = begin(saved, alone)
      expect(begun.state.role.deadlineUs).toBe(0)
      const led = step(begun.state, { type: 'deadline' }, alone)
      const epoch = (saved?.epoch ?? 0) + 1
      expect(led.state).toMatchObject({ role: { kind: 'leader' }, election: electionState(epoch, 1, 1) })
      expect(effectsOf(led, 'append-leader-change')).toEqual([{ type: 'append-leader-change', epoch, granted: [1] }])
      expect(effectsOf(led, 'send')).toEqual([])
      expect(led.effects[0], 'nothing is told before it is on record').toMatchObject({
        ...{ type: 'persist', election: electionState(epoch, -1, 1) },
      })
      expect(led.state.role.deadlineUs).toBe(Number.MAX_SAFE_INTEGER)
    }
  })

  it('of who led and is no voter any longer: an observer', () => {
    expect(begin(electionState(5, 1, 1), surroundings({ voters: [2, 3] })).state.role.kind).toBe('unattached')
  })
})

describe('an election', () => {
  it('begins with a question that uses up no epoch, at the end of the election timeout and not before', () => {
    const state = born(electionState(4), around)
    const early = step(state, { type: 'deadline' }, { ...around, nowUs: state.role.deadlineUs - 1 })
    expect(early).toEqual({ state, effects: [] })
    const asking = step(state, { type: 'deadline' }, { ...around, nowUs: state.role.deadlineUs })
    expect(asking.state.election).toEqual(electionState(4))
    expect(effectsOf(asking, 'persist')).toEqual([])
    const requests = effectsOf(asking, 'send').map(({ to, request }) => [to, request])
    const request = { epoch: 4, candidate: around.self, lastEpoch: 1, lastOffset: 2, isPreVote: true }
    expect(requests).toMatchObject([
      [2, request],
      [3, request],
    ])
  })

  it('goes on to votes of the next epoch when a majority agrees, its own vote durable before anybody is asked', () => {
    const { state, effects } = answersVote(prospective(), around, 3, { granted: true })
    expect(state.election).toEqual(electionState(5, -1, 1))
    expect(effects.map(({ type }) => type)).toEqual(['persist', 'role-changed', 'send', 'send'])
    expect(effects[2]).toMatchObject({ request: { epoch: 5, isPreVote: false } })
  })

  it('is won with a majority: on record, then opened by a record, then told to all voters', () => {
    const candidate = answersVote(prospective(), around, 3, { granted: true }).state
    const { state, effects } = answersVote(candidate, around, 2, { granted: true })
    expect(state).toMatchObject({ role: { kind: 'leader', epochStart: 2 }, election: electionState(5, 1, 1) })
    expect(effects.map(({ type }) => type)).toEqual(['persist', 'role-changed', 'append-leader-change', 'send', 'send'])
    expect(effects[2]).toEqual({ type: 'append-leader-change', epoch: 5, granted: [1, 2] })
  })

  it('counts each voter once', () => {
    const once = answersVote(prospective(five), five, 3, { granted: true }).state
    const twice = answersVote(once, five, 3, { granted: true }).state
    expect(twice.role.kind).toBe('prospective')
    expect(answersVote(twice, five, 2, { granted: true }).state.role.kind).toBe('candidate')
  })

  it('is over when half the voters refuse', () => {
    const refused = answersVote(prospective(), around, 3, {}).state
    expect(refused.role.kind).toBe('prospective')
    expect(answersVote(refused, around, 2, {}).state.role.kind).toBe('unattached')
    const two = { ...around, voters: [1, 2] }
    expect(answersVote(prospective(two), two, 2, {}).state.role.kind).toBe('unattached')
  })

  it('takes an error for a refusal', () => {
    const refused = answersVote(prospective(), around, 3, { error: errorCode.INVALID_VOTER_KEY, granted: true }).state
    expect(refused.role).toMatchObject({ granted: [1], refused: [3] })
  })

  it('that was lost is tried again after a pause, in the same epoch until a majority agrees', () => {
    const draws = { ...around, draw: (below: number) => below - 1 }
    const candidate = answersVote(prospective(), draws, 3, { granted: true }).state
    const refused = answersVote(answersVote(candidate, draws, 2, {}).state, draws, 3, {}).state
    expect(refused).toMatchObject({ role: { kind: 'unattached', deadlineUs: 499 }, election: electionState(5, -1, 1) })
    expect(step(refused, { type: 'deadline' }, { ...draws, nowUs: 499 }).state.role.kind).toBe('prospective')
  })

  it('that nobody answers ends after the election timeout', () => {
    const state = prospective()
    const over = step(state, { type: 'deadline' }, { ...around, nowUs: state.role.deadlineUs }).state
    expect(over.role.kind).toBe('unattached')
    expect(over.role.deadlineUs).toBeGreaterThan(state.role.deadlineUs)
  })

  it('asks a voter that has not answered again, after a pause, as long as it lasts', () => {
    const state = prospective()
    const request = { ...voteRequest({ epoch: 4, isPreVote: true }), candidate: around.self }
    const event = { type: 'answered' as const, by: 2, turn: state.turn, request, answer: undefined }
    expect(effectsOf(step(state, event, around), 'send')).toMatchObject([{ to: 2, delayUs: 20, request }])
    expect(step(state, { ...event, turn: state.turn - 1 }, around).effects).toEqual([])
  })

  it('does not count an answer to what was asked before', () => {
    const candidate = answersVote(prospective(), around, 3, { granted: true }).state
    const request = { ...voteRequest({ epoch: 4, isPreVote: true }), candidate: around.self }
    const answer = { error: errorCode.NONE, leaderId: -1, epoch: 4, granted: true }
    const late = step(candidate, { type: 'answered', by: 2, turn: candidate.turn - 1, request, answer }, around)
    expect(late).toEqual({ state: candidate, effects: [] })
  })

  it('ends when an answer knows a later epoch, or the leader of this one', () => {
    expect(answersVote(prospective(), around, 2, { epoch: 7 }).state).toMatchObject({
      ...{ role: { kind: 'unattached' }, election: electionState(7) },
    })
    expect(answersVote(prospective(), around, 2, { epoch: 7, leaderId: 3 }).state).toMatchObject({
      ...{ role: { kind: 'follower' }, election: electionState(7, 3) },
    })
    expect(answersVote(prospective(), around, 2, { leaderId: 3 }).state.role.kind).toBe('follower')
  })

  it('of a follower whose leader fell silent, and is not wanted, goes back to that leader', () => {
    const follower = born(electionState(4, 3), around)
    const asking = step(follower, { type: 'deadline' }, { ...around, nowUs: 2000 }).state
    const back = answersVote(answersVote(asking, around, 3, {}).state, around, 2, {})
    expect(back.state).toMatchObject({ role: { kind: 'follower' }, election: electionState(4, 3) })
    expect(effectsOf(back, 'send')).toMatchObject([{ to: 3, request: { kind: 'fetch' } }])
  })

  it('uses up an epoch at once where nobody is asked before', () => {
    const rules = { ...quorumRules, asksBeforeStanding: false }
    expect(prospective({ ...around, rules })).toMatchObject({ role: { kind: 'candidate' }, election: { epoch: 5 } })
  })
})

describe('a leader', () => {
  it('gives way to a later epoch, and has no say in an earlier one', () => {
    const leader = leaderOf(5, around)
    const deposed = asks(leader, around, { kind: 'begin-epoch', epoch: 6, leaderId: 2, voter: around.self })
    expect(deposed.state).toMatchObject({ role: { kind: 'follower' }, election: electionState(6, 2) })
    expect(step(leader, { type: 'resign', epoch: 4 }, around).state).toBe(leader)
  })
})
