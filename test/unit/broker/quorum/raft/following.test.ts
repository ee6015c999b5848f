import { describe, expect, it } from 'vitest'
import type { BeginEpochRequest, EndEpochRequest, Fetched } from '../../../../../src/broker/quorum/raft/raft-events.ts'
import { NOBODY } from '../../../../../src/broker/quorum/raft/raft-events.ts'
import { step } from '../../../../../src/broker/quorum/raft/step.ts'
import { errorCode } from '../../../../../src/protocol/errors.ts'
import { ZERO_UUID } from '../../../../../src/protocol/uuid.ts'
import {
  answerIn,
  answersFetch,
  asks,
  born,
  effectsOf,
  electionState,
  fetchRequest,
  leaderOf,
  logOf,
  surroundings,
  uuidOf,
} from './raft-fixture.ts'

const around = surroundings({ log: logOf([1, 1, 2]) })
const voter = { id: NOBODY, directoryId: ZERO_UUID }
const nothing: Fetched = { highWatermark: 0, logStartOffset: 0 }
const follower = born(electionState(5, 3), around)

describe('a new epoch', () => {
  const begins: BeginEpochRequest = { kind: 'begin-epoch', epoch: 6, leaderId: 2, voter }

  it('is on record before its leader is fetched from and answered', () => {
    const { effects } = asks(follower, around, begins)
    expect(effects.map(({ type }) => type)).toEqual(['persist', 'role-changed', 'send', 'answer'])
    expect(effects[0]).toEqual({ type: 'persist', election: electionState(6, 2) })
    expect(effects[2]).toMatchObject({ to: 2, request: { kind: 'fetch', epoch: 6, offset: 3, lastEpoch: 2 } })
    expect(effects[3]).toMatchObject({ answer: { error: errorCode.NONE, leaderId: 2, epoch: 6 } })
  })

  it('that is known already changes nothing', () => {
    const taken = asks(follower, around, { ...begins, epoch: 5, leaderId: 3 })
    expect(answerIn(taken).error).toBe(errorCode.NONE)
    expect(taken.state).toBe(follower)
  })

  const cases: readonly [string, Partial<BeginEpochRequest>, keyof typeof errorCode][] = [
    ['that is over', { epoch: 4 }, 'FENCED_LEADER_EPOCH'],
    ['that is over, told to another node', { epoch: 4, voter: { ...voter, id: 3 } }, 'FENCED_LEADER_EPOCH'],
    ['of which another leader is known', { epoch: 5 }, 'INVALID_REQUEST'],
    ['told to another node', { voter: { ...voter, id: 3 } }, 'INVALID_VOTER_KEY'],
    ['told to another directory', { voter: { id: 1, directoryId: uuidOf(9) } }, 'INVALID_VOTER_KEY'],
    ['of a leader that is no voter', { leaderId: 9 }, 'INCONSISTENT_VOTER_SET'],
    ['of which this node is said to be told by itself', { leaderId: 1 }, 'INCONSISTENT_VOTER_SET'],
  ]
  it.each(cases)('is refused: one %s', (_, change, code) => {
    const taken = asks(follower, around, { ...begins, ...change })
    expect(answerIn(taken)).toEqual({ error: errorCode[code], leaderId: 3, epoch: 5 })
    expect(taken.state).toBe(follower)
  })
})

describe('a leader that resigns', () => {
  const ends: EndEpochRequest = { kind: 'end-epoch', epoch: 5, leaderId: 3, successors: [1, 2] }

  it('is succeeded at once by whom it names first, and a little later by others', () => {
    expect(asks(follower, around, ends).state.role.deadlineUs).toBe(0)
    expect(asks(follower, around, { ...ends, successors: [2, 1] }).state.role.deadlineUs).toBe(1)
    const late = { ...around, draw: (below: number) => below - 1 }
    expect(asks(follower, late, { ...ends, successors: [] }).state.role.deadlineUs).toBe(500)
  })

  it('may resign before it is known', () => {
    const taken = asks(born(electionState(4), around), around, ends)
    expect(taken.state).toMatchObject({ role: { kind: 'follower', deadlineUs: 0 }, election: electionState(5, 3) })
  })

  const cases: readonly [string, Partial<EndEpochRequest>, keyof typeof errorCode][] = [
    ['from an epoch that is over', { epoch: 4 }, 'FENCED_LEADER_EPOCH'],
    ['that does not lead this epoch', { leaderId: 2 }, 'INVALID_REQUEST'],
    ['that is no voter', { leaderId: 9 }, 'INCONSISTENT_VOTER_SET'],
  ]
  it.each(cases)('is refused: one %s', (_, change, code) => {
    const taken = asks(follower, around, { ...ends, ...change })
    expect(answerIn(taken).error).toBe(errorCode[code])
    expect(taken.state).toBe(follower)
  })
})

describe('a follower', () => {
  const records = new Uint8Array([1])

  it('appends what it fetched, and fetches on only when that is durable', () => {
    const appended = answersFetch(follower, around, { ...nothing, highWatermark: 9, records })
    expect(appended.effects).toEqual([{ type: 'append-fetched', records, epoch: 5 }])
    const written = { ...around, log: logOf([1, 1, 2, 5, 5], 3) }
    expect(step(appended.state, { type: 'log-moved' }, written).effects).toEqual([])
    const durable = { ...around, log: logOf([1, 1, 2, 5, 5]) }
    expect(step(appended.state, { type: 'log-moved' }, durable).effects).toMatchObject([
      { type: 'commit', highWatermark: 5 },
      { type: 'send', to: 3, delayUs: 0, request: { kind: 'fetch', offset: 5, lastEpoch: 5, highWatermark: 5 } },
    ])
  })

  it('commits what its leader has committed as far as it holds it, and never less than before', () => {
    const first = answersFetch(follower, around, { ...nothing, highWatermark: 2 })
    expect(effectsOf(first, 'commit')).toEqual([{ type: 'commit', highWatermark: 2 }])
    const second = answersFetch(first.state, around, { ...nothing, highWatermark: 1 })
    expect(second.state.highWatermark).toBe(2)
    expect(effectsOf(second, 'commit')).toEqual([])
  })

  it('has one fetch under way: what moves meanwhile changes nothing', () => {
    for (const type of ['log-moved', 'append-refused'] as const) {
      expect(step(follower, { type }, around)).toEqual({ state: follower, effects: [] })
    }
  })

  it('asks again after a pause where no answer came, it was an error, or it could not be appended', () => {
    const { turn } = follower
    const unanswered = { type: 'answered' as const, by: 3, turn, request: fetchRequest(), answer: undefined }
    expect(step(follower, unanswered, around).effects).toMatchObject([{ type: 'send', to: 3, delayUs: 20 }])
    const refused = answersFetch(follower, around, undefined, { error: errorCode.NOT_LEADER_OR_FOLLOWER })
    expect(refused.effects).toMatchObject([{ type: 'send', to: 3, delayUs: 20 }])
    const appended = answersFetch(follower, around, { ...nothing, records }).state
    expect(step(appended, { type: 'append-refused' }, around).effects).toMatchObject([{ type: 'send', delayUs: 20 }])
  })

  it('takes its leader for alive by an answer, and by nothing else', () => {
    const later = { ...around, nowUs: 700 }
    expect(answersFetch(follower, later, nothing).state.role.deadlineUs).toBe(2700)
    const error = { error: errorCode.NOT_LEADER_OR_FOLLOWER }
    expect(answersFetch(follower, later, undefined, error).state.role.deadlineUs).toBe(2000)
    expect(step(follower, { type: 'deadline' }, { ...around, nowUs: 2000 }).state.role.kind).toBe('prospective')
  })

  it('does not take an answer to a fetch of an earlier role', () => {
    const request = fetchRequest({ epoch: 4 })
    const answer = { error: errorCode.NONE, leaderId: 2, epoch: 4, fetched: { ...nothing, records } }
    const taken = step(follower, { type: 'answered', by: 2, turn: follower.turn - 1, request, answer }, around)
    expect(taken).toEqual({ state: follower, effects: [] })
  })

  it('follows whom an answer names as the leader of a later epoch', () => {
    const error = errorCode.FENCED_LEADER_EPOCH
    const taken = answersFetch(follower, around, undefined, { error, epoch: 7, leaderId: 2 })
    expect(taken.state).toMatchObject({ role: { kind: 'follower' }, election: electionState(7, 2) })
    expect(effectsOf(taken, 'send')).toMatchObject([{ to: 2, request: { epoch: 7 } }])
  })
})

describe('a log that has left the leader’s', () => {
  const where = { ...around, log: logOf([1, 1, 1, 2, 2, 4, 4]) }
  const state = born(electionState(6, 3), where)
  const cutTo = (epoch: number, endOffset: number) =>
    answersFetch(state, where, { ...nothing, diverging: { epoch, endOffset } })

  it.each([
    ['to where the leader’s epoch ended', 2, 4, 4],
    ['to where its own epoch ended, if that is earlier', 2, 9, 5],
    ['to the end of the epoch below, where it does not have the leader’s', 3, 6, 5],
    ['to its start, where it has no epoch as low', 0, 0, 0],
  ])('is cut %s', (_, epoch, endOffset, expected) => {
    expect(effectsOf(cutTo(epoch, endOffset), 'truncate')).toEqual([{ type: 'truncate', endOffset: expected }])
  })

  it('commits nothing by the answer that says so: behind the cut it may still be another', () => {
    const cut = answersFetch(state, where, {
      highWatermark: 6,
      logStartOffset: 0,
      diverging: { epoch: 3, endOffset: 6 },
    })
    const shorter = { ...where, log: logOf([1, 1, 1, 2, 2]) }
    const fetching = step(cut.state, { type: 'truncated' }, shorter)
    expect(fetching.effects.map(({ type }) => type)).toEqual(['send'])
    expect(fetching.state.highWatermark).toBe(0)
  })

  it('is not cut below what is committed: the node stops', () => {
    const committed = answersFetch(state, where, { ...nothing, highWatermark: 5 }).state
    const taken = answersFetch(committed, where, { ...nothing, diverging: { epoch: 2, endOffset: 4 } })
    expect(taken.effects).toMatchObject([{ type: 'fail', message: expect.stringContaining('from 4 to 5') }])
  })

  it('is asked about after a pause where the answer names no earlier place', () => {
    expect(cutTo(9, 20).effects).toMatchObject([{ type: 'send', delayUs: 20 }])
  })
})

describe('an observer', () => {
  const observer = surroundings({ id: 4, log: logOf([1]) })

  it('looks for a leader by fetching from voters, one after the other', () => {
    const begun = born(electionState(0), observer)
    expect(begun.role).toEqual({ kind: 'unattached', deadlineUs: 0 })
    const asking = step(begun, { type: 'deadline' }, { ...observer, draw: () => 2 })
    expect(asking.effects).toMatchObject([{ type: 'send', to: 3, request: { kind: 'fetch', epoch: 1 } }])
    const answer = { error: errorCode.NOT_LEADER_OR_FOLLOWER, leaderId: NOBODY, epoch: 1 }
    const event = { type: 'answered' as const, by: 3, turn: asking.state.turn, request: fetchRequest(), answer }
    expect(step(asking.state, event, observer).state.role).toEqual({ kind: 'unattached', deadlineUs: 20 })
    const found = step(asking.state, { ...event, answer: { ...answer, leaderId: 2 } }, observer)
    expect(found.state).toMatchObject({ role: { kind: 'follower' }, election: electionState(1, 2) })
  })

  it('finds a leader that fell silent again in the same epoch', () => {
    const state = born(electionState(5, 3), observer)
    const silent = step(state, { type: 'deadline' }, { ...observer, nowUs: 2000 }).state
    expect(silent.role.kind).toBe('unattached')
    const found = answersFetch(silent, observer, nothing)
    expect(found.state).toMatchObject({ role: { kind: 'follower' }, election: electionState(5, 3) })
  })

  it('whose leader does not answer asks any voter, until one answers as the leader', () => {
    const elsewhere = { ...observer, draw: () => 1 }
    const state = born(electionState(5, 3), observer)
    const request = fetchRequest()
    const unanswered = { type: 'answered' as const, by: 3, turn: state.turn, request, answer: undefined }
    const asking = step(state, unanswered, elsewhere)
    expect(asking.effects).toMatchObject([{ type: 'send', to: 2, delayUs: 20, request: { kind: 'fetch' } }])
    const other = { error: errorCode.NOT_LEADER_OR_FOLLOWER, leaderId: 3, epoch: 5 }
    const onward = step(asking.state, { ...unanswered, by: 2, answer: other }, elsewhere)
    expect(onward.effects).toMatchObject([{ type: 'send', to: 2, delayUs: 20 }])
    const news = { error: errorCode.FENCED_LEADER_EPOCH, leaderId: 1, epoch: 6 }
    const found = step(onward.state, { ...unanswered, by: 2, answer: news }, elsewhere)
    expect(found.state).toMatchObject({ role: { kind: 'follower' }, election: electionState(6, 1) })
  })

  it('never stands', () => {
    const state = born(electionState(5, 3), observer)
    let current = state
    for (let nowUs = 0; nowUs < 60_000; nowUs += 500) {
      current = step(current, { type: 'deadline' }, { ...observer, nowUs }).state
      expect(['unattached', 'follower']).toContain(current.role.kind)
    }
  })
})

it('a leader that hears of its own earlier epoch does not follow itself', () => {
  const leader = leaderOf(5, around)
  const taken = answersFetch(leader, around, undefined, { error: errorCode.FENCED_LEADER_EPOCH, epoch: 8, leaderId: 1 })
  expect(taken.state).toMatchObject({ role: { kind: 'unattached' }, election: electionState(8) })
})
