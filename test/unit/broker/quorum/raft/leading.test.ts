import { describe, expect, it } from 'vitest'
import type { FetchRequest } from '../../../../../src/broker/quorum/raft/raft-events.ts'
import type { RaftState } from '../../../../../src/broker/quorum/raft/raft-state.ts'
import type { Surroundings } from '../../../../../src/broker/quorum/raft/raft-surroundings.ts'
import { step } from '../../../../../src/broker/quorum/raft/step.ts'
import { quorumRules } from '../../../../../src/broker/quorum/rules.ts'
import { errorCode } from '../../../../../src/protocol/errors.ts'
import {
  answerIn,
  asks,
  born,
  effectsOf,
  electionState,
  fetchRequest,
  leaderOf,
  logOf,
  surroundings,
} from './raft-fixture.ts'

const before = surroundings({ log: logOf([1, 1, 3, 3]) })
/** Leads epoch 5 from offset 4 on; one record more is appended, all is durable. */
const leader = leaderOf(5, before)
const around = { ...before, log: logOf([1, 1, 3, 3, 5, 5]) }

function fetches(state: RaftState, by: number, offset: number, changes: Partial<FetchRequest> = {}, where = around) {
  const lastEpoch = [0, 1, 1, 3, 3, 5, 5][offset]!
  return asks(state, where, fetchRequest({ by, offset, lastEpoch, ...changes }))
}

describe('a fetch', () => {
  const cases: readonly [string, Partial<FetchRequest>, keyof typeof errorCode][] = [
    ['from below 0', { offset: -1 }, 'INVALID_REQUEST'],
    ['that names no last epoch', { lastEpoch: -1 }, 'INVALID_REQUEST'],
    ['with a record of a later epoch than its own', { lastEpoch: 6 }, 'INVALID_REQUEST'],
    ['of an earlier epoch', { epoch: 4 }, 'FENCED_LEADER_EPOCH'],
    ['of a later epoch', { epoch: 6 }, 'UNKNOWN_LEADER_EPOCH'],
    ['of this very node', { replica: around.self }, 'NOT_LEADER_OR_FOLLOWER'],
  ]
  it.each(cases)('%s is refused, and does not count as a sign of life', (_, change, code) => {
    const taken = asks(leader, around, fetchRequest(change))
    expect(answerIn(taken)).toEqual({ error: errorCode[code], leaderId: 1, epoch: 5 })
    expect(taken.state).toBe(leader)
  })

  it('is told by a follower who leads', () => {
    const follower = born(electionState(5, 3), around)
    expect(answerIn(fetches(follower, 2, 0))).toEqual({
      error: errorCode.NOT_LEADER_OR_FOLLOWER,
      leaderId: 3,
      epoch: 5,
    })
  })

  it('gets records where there are some, durable or not', () => {
    const unflushed = { ...around, log: logOf([1, 1, 3, 3, 5, 5], 4) }
    expect(answerIn(fetches(leader, 2, 5, {}, unflushed)).fetched).toEqual({ highWatermark: 0, logStartOffset: 0 })
  })

  it('waits where there are none, until its time is over', () => {
    const request = fetchRequest({ offset: 6, lastEpoch: 5, highWatermark: 6 })
    const held = asks(leader, around, request)
    expect(effectsOf(held, 'hold')).toEqual([{ type: 'hold', token: 7, request }])
    expect(effectsOf(held, 'answer')).toEqual([])
    expect(answerIn(asks(leader, around, request, true)).fetched).toMatchObject({ highWatermark: 6 })
  })

  it('does not wait where there is a higher high watermark to tell', () => {
    expect(answerIn(fetches(leader, 2, 6, { highWatermark: 5 })).fetched?.highWatermark).toBe(6)
  })

  it.each([
    ['ends its last epoch later than the leader’s', 5, 3, { epoch: 3, endOffset: 4 }],
    ['has an epoch that the leader does not have', 3, 2, { epoch: 1, endOffset: 2 }],
    ['has only later epochs than the leader began with', 3, 0, { epoch: -1, endOffset: 0 }],
    ['is longer than the leader’s', 9, 5, { epoch: 5, endOffset: 6 }],
  ])('of a log that %s is told where they part', (_, offset, lastEpoch, diverging) => {
    const taken = asks(leader, around, fetchRequest({ offset, lastEpoch }))
    expect(answerIn(taken)).toMatchObject({ error: errorCode.NONE, fetched: { diverging } })
    expect(taken.state.role).toMatchObject({ replicas: new Map() })
  })

  it('tells who fetches: directory, offset, and when it last had everything', () => {
    const behind = fetches(leader, 4, 3, {}, { ...around, nowUs: 50 }).state
    expect(behind.role).toMatchObject({
      replicas: new Map([
        [4, { directoryId: 'AAAAAAAAAAAAAAAAAAAA04', endOffset: 3, lastFetchUs: 50, lastCaughtUpUs: -1 }],
      ]),
    })
    const caughtUp = fetches(behind, 4, 6, {}, { ...around, nowUs: 60 }).state
    expect(caughtUp.role).toMatchObject({ replicas: new Map([[4, expect.objectContaining({ lastCaughtUpUs: 60 })]]) })
  })
})

describe('the high watermark', () => {
  const commits = (state: RaftState, by: number, offset: number, where: Surroundings) =>
    effectsOf(fetches(state, by, offset, {}, where), 'commit').map(({ highWatermark }) => highWatermark)

  it('is what a majority of voters holds', () => {
    expect(commits(leader, 2, 5, around)).toEqual([5])
    const five = { ...around, voters: [1, 2, 3, 4, 5] }
    const one = fetches(leader, 2, 6, {}, five).state
    expect(one.highWatermark).toBe(0)
    expect(commits(one, 3, 5, five)).toEqual([5])
  })

  it('counts of the leader only what is durable, and may be above it', () => {
    const unflushed = { ...around, log: logOf([1, 1, 3, 3, 5, 5], 4) }
    const one = fetches(leader, 2, 6, {}, unflushed).state
    expect(one.highWatermark).toBe(0)
    expect(commits(one, 3, 6, unflushed)).toEqual([6])
    const flushed = step(one, { type: 'log-moved' }, around)
    expect(flushed.effects).toEqual([{ type: 'commit', highWatermark: 6 }])
  })

  it('does not count observers', () => {
    expect(commits(leader, 9, 6, around)).toEqual([])
  })

  it('moves only past a record of the leader’s own epoch', () => {
    expect(commits(leader, 2, 4, around)).toEqual([])
    const rules = { ...quorumRules, mayCommit: () => true }
    expect(commits(leader, 2, 4, { ...around, rules })).toEqual([4])
  })

  it('never goes back, also where a replica has lost what it held', () => {
    const high = fetches(leader, 2, 6).state
    expect(high.highWatermark).toBe(6)
    const lower = fetches(high, 2, 1)
    expect(lower.state.highWatermark).toBe(6)
    expect(effectsOf(lower, 'commit')).toEqual([])
  })
})

describe('a leader without a majority', () => {
  const at = (nowUs: number) => ({ ...around, nowUs })

  it('resigns after one and a half fetch timeouts', () => {
    const { deadlineUs } = leader.role
    expect(deadlineUs).toBe(3000)
    expect(step(leader, { type: 'deadline' }, at(2999)).state).toBe(leader)
    const over = step(leader, { type: 'deadline' }, at(3000))
    expect(over.state.role).toEqual({ kind: 'resigned', deadlineUs: 4000 })
    expect(effectsOf(over, 'send').map(({ to, request }) => [to, request.kind])).toEqual([
      [2, 'end-epoch'],
      [3, 'end-epoch'],
    ])
  })

  it('goes on while a majority fetches, itself included, and observers do not count', () => {
    expect(fetches(leader, 2, 6, {}, at(1000)).state.role.deadlineUs).toBe(4000)
    expect(fetches(leader, 9, 6, {}, at(1000)).state.role.deadlineUs).toBe(3000)
    const five = { ...at(1000), voters: [1, 2, 3, 4, 5] }
    const one = fetches(leader, 2, 6, {}, five).state
    const again = fetches(one, 2, 6, {}, five).state
    expect(again.role.deadlineUs).toBe(3000)
    expect(fetches(again, 4, 6, {}, five).state.role.deadlineUs).toBe(4000)
  })

  it('counts a follower whose log it sends back to where they part', () => {
    const taken = asks(leader, at(1000), fetchRequest({ offset: 3, lastEpoch: 2 }))
    expect(taken.state.role.deadlineUs).toBe(4000)
  })

  it('goes on where the rule is not kept, and looks again later', () => {
    const rules = { ...quorumRules, resignsWithoutMajority: false }
    expect(step(leader, { type: 'deadline' }, { ...at(3000), rules }).state.role).toMatchObject({
      ...{ kind: 'leader', deadlineUs: 6000 },
    })
  })
})

describe('a leader', () => {
  it('names who holds most first when it resigns', () => {
    const state = fetches(fetches(leader, 2, 3).state, 3, 5).state
    const resigned = step(state, { type: 'resign', epoch: 5 }, around)
    expect(effectsOf(resigned, 'send')[0]!.request).toEqual({
      ...{ kind: 'end-epoch', epoch: 5, leaderId: 1, successors: [3, 2] },
    })
  })

  it('tells of its epoch again who has not answered and does not fetch', () => {
    const request = { kind: 'begin-epoch' as const, epoch: 5, leaderId: 1, voter: around.self }
    const event = { type: 'answered' as const, by: 2, turn: leader.turn, request, answer: undefined }
    expect(step(leader, event, around).effects).toMatchObject([
      { to: 2, delayUs: 20, request: { kind: 'begin-epoch' } },
    ])
    expect(step(fetches(leader, 2, 6).state, event, around).effects).toEqual([])
  })
})
