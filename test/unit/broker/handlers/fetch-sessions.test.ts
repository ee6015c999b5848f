import { beforeEach, describe, expect, it } from 'vitest'
import { FetchSessions, type SessionPlan } from '../../../../src/broker/handlers/fetch-sessions.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import type { FetchRequest } from '../../../../src/protocol/messages/01-fetch.ts'
import { type Uuid, ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const TWO_MINUTES_US = 120_000_000

let machine: SimulatedMachine
let sessions: FetchSessions

beforeEach(() => {
  machine = new SimulatedMachine()
  sessions = new FetchSessions(machine.world.clock, machine.world.random, 2)
})

type Asked = Readonly<Record<string, number>>

interface Fetch {
  readonly sessionId?: number
  readonly sessionEpoch: number
  /** Fetch offsets by partition of topic `orders`. */
  readonly asked?: Asked
  readonly forgotten?: readonly number[]
  readonly topicId?: Uuid
}

function plan({ sessionId = 0, sessionEpoch, asked = {}, forgotten = [], topicId }: Fetch): SessionPlan {
  const topic = topicId === undefined ? { topic: 'orders', topicId: ZERO_UUID } : { topic: '', topicId }
  const partitions = Object.entries(asked).map(([partition, fetchOffset]) => ({
    ...{ partition: Number(partition), fetchOffset, currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
    ...{ logStartOffset: -1, partitionMaxBytes: 1000 },
  }))
  const request = {
    ...{ sessionId, sessionEpoch },
    topics: partitions.length === 0 ? [] : [{ ...topic, partitions }],
    forgottenTopicsData: forgotten.length === 0 ? [] : [{ ...topic, partitions: forgotten }],
  }
  return sessions.plan(request as unknown as FetchRequest, topicId !== undefined)
}

/** What is to be read: offsets by partition, in order. */
function targets(of: SessionPlan): [number, number][] {
  if (of.kind === 'refused') throw new Error(`refused: ${errorName(of.errorCode)}`)
  return of.targets.map(({ partition, fetchOffset }) => [partition, fetchOffset])
}

function open(asked: Asked, topicId?: Uuid): number {
  const planned = plan({ sessionEpoch: 0, asked, ...(topicId === undefined ? {} : { topicId }) })
  if (planned.kind !== 'full') throw new Error(`not a new session: ${planned.kind}`)
  return planned.session.id
}

function refusal(of: SessionPlan): string {
  return of.kind === 'refused' ? errorName(of.errorCode) : of.kind
}

async function timePasses(us: number): Promise<void> {
  machine.world.clock.setTimer(us, () => undefined)
  await machine.runAll()
}

describe('a fetch session', () => {
  it('is made by a full fetch, and reads everything it names', () => {
    const planned = plan({ sessionEpoch: 0, asked: { 0: 10, 1: 20 } })
    expect(planned.kind).toBe('full')
    expect(targets(planned)).toEqual([
      [0, 10],
      [1, 20],
    ])
    expect(sessions.size).toBe(1)
  })

  it('reads everything again, with what changed', () => {
    const sessionId = open({ 0: 10, 1: 20 })
    expect(targets(plan({ sessionId, sessionEpoch: 1, asked: { 1: 25, 2: 0 } }))).toEqual([
      [0, 10],
      [1, 25],
      [2, 0],
    ])
    expect(targets(plan({ sessionId, sessionEpoch: 2, forgotten: [0] }))).toEqual([
      [1, 25],
      [2, 0],
    ])
    expect(targets(plan({ sessionId, sessionEpoch: 3 }))).toEqual([
      [1, 25],
      [2, 0],
    ])
  })

  it('refuses an epoch that is not the next, and goes on with the one that is', () => {
    const sessionId = open({ 0: 10 })
    expect(refusal(plan({ sessionId, sessionEpoch: 2, asked: { 0: 99 } }))).toBe('INVALID_FETCH_SESSION_EPOCH')
    expect(targets(plan({ sessionId, sessionEpoch: 1 }))).toEqual([[0, 10]])
    expect(refusal(plan({ sessionId, sessionEpoch: 1 }))).toBe('INVALID_FETCH_SESSION_EPOCH')
  })

  it('that is not known is refused', () => {
    expect(refusal(plan({ sessionId: 4711, sessionEpoch: 1 }))).toBe('FETCH_SESSION_ID_NOT_FOUND')
    expect(refusal(plan({ sessionId: 0, sessionEpoch: 1 }))).toBe('FETCH_SESSION_ID_NOT_FOUND')
  })

  it('names topics always by name, or always by id', () => {
    const topicId = 'oNQbK3Q1TxiKpGVDqZ3CQA' as Uuid
    const byName = open({ 0: 10 })
    const byId = open({ 0: 10 }, topicId)
    expect(refusal(plan({ sessionId: byName, sessionEpoch: 1, topicId, asked: { 0: 1 } }))).toBe(
      'FETCH_SESSION_TOPIC_ID_ERROR',
    )
    expect(targets(plan({ sessionId: byId, sessionEpoch: 1, topicId, asked: { 0: 11 } }))).toEqual([[0, 11]])
  })

  it('ends with the final epoch, whose fetch is answered without one', () => {
    const sessionId = open({ 0: 10 })
    const last = plan({ sessionId, sessionEpoch: -1, asked: { 0: 12 } })
    expect([last.kind, targets(last)]).toEqual(['sessionless', [[0, 12]]])
    expect(sessions.size).toBe(0)
    expect(refusal(plan({ sessionId, sessionEpoch: 1 }))).toBe('FETCH_SESSION_ID_NOT_FOUND')
  })

  it('is replaced by a full fetch that names it', () => {
    const sessionId = open({ 0: 10 })
    const planned = plan({ sessionId, sessionEpoch: 0, asked: { 1: 1 } })
    expect(planned.kind).toBe('full')
    expect(targets(planned)).toEqual([[1, 1]])
    expect(sessions.size).toBe(1)
    expect(refusal(plan({ sessionId, sessionEpoch: 1 }))).toBe('FETCH_SESSION_ID_NOT_FOUND')
  })

  it('is made for a fetch of nothing as well', () => {
    expect(plan({ sessionEpoch: 0 }).kind).toBe('full')
    expect(sessions.size).toBe(1)
  })

  it('counts on at 1 after the largest epoch', () => {
    const planned = plan({ sessionEpoch: 0, asked: { 0: 10 } })
    if (planned.kind !== 'full') throw new Error('a session')
    planned.session.epoch = 2 ** 31 - 1
    const sessionId = planned.session.id
    expect(refusal(plan({ sessionId, sessionEpoch: 2 ** 31 - 1 }))).toBe('incremental')
    expect(refusal(plan({ sessionId, sessionEpoch: 1 }))).toBe('incremental')
  })
})

describe('slots for sessions', () => {
  it('are not taken from sessions in use: a fetch is then answered without one', () => {
    open({ 0: 1 })
    open({ 0: 2 })
    const third = plan({ sessionEpoch: 0, asked: { 0: 3 } })
    expect([third.kind, targets(third)]).toEqual(['sessionless', [[0, 3]]])
    expect(sessions.size).toBe(2)
  })

  it('are taken from the session that has been idle longest, after two minutes', async () => {
    const first = open({ 0: 1 })
    const second = open({ 0: 2 })
    await timePasses(TWO_MINUTES_US - 1)
    plan({ sessionId: first, sessionEpoch: 1 })
    expect(plan({ sessionEpoch: 0, asked: { 0: 3 } }).kind).toBe('sessionless')
    await timePasses(1)
    expect(plan({ sessionEpoch: 0, asked: { 0: 3 } }).kind).toBe('full')
    expect(refusal(plan({ sessionId: first, sessionEpoch: 2 }))).toBe('incremental')
    expect(refusal(plan({ sessionId: second, sessionEpoch: 1 }))).toBe('FETCH_SESSION_ID_NOT_FOUND')
    expect(sessions.size).toBe(2)
  })

  it('may be none', () => {
    const none = new FetchSessions(machine.world.clock, machine.world.random, 0)
    sessions = none
    expect(plan({ sessionEpoch: 0, asked: { 0: 1 } }).kind).toBe('sessionless')
  })
})

describe('the partitions of all sessions', () => {
  beforeEach(() => {
    sessions = new FetchSessions(machine.world.clock, machine.world.random, 2, 5)
  })

  it('are bounded: who would exceed the bound fetches without a session', () => {
    const id = open({ 0: 1, 1: 1, 2: 1 })
    expect(plan({ sessionEpoch: 0, asked: { 0: 1, 1: 1, 2: 1 } }).kind).toBe('sessionless')
    expect(plan({ sessionId: id, sessionEpoch: -1 }).kind).toBe('sessionless')
    expect(sessions.partitions).toBe(0)
    open({ 0: 1, 1: 1, 2: 1 })
  })

  it('are bounded: a session that grows beyond the bound is lost', () => {
    const id = open({ 0: 1, 1: 1, 2: 1 })
    expect(refusal(plan({ sessionId: id, sessionEpoch: 1, asked: { 3: 1, 4: 1 } }))).toBe('incremental')
    expect(refusal(plan({ sessionId: id, sessionEpoch: 2, asked: { 5: 1 } }))).toBe('FETCH_SESSION_ID_NOT_FOUND')
    expect([sessions.size, sessions.partitions]).toEqual([0, 0])
  })

  it('that are forgotten make room', () => {
    const id = open({ 0: 1, 1: 1, 2: 1, 3: 1 })
    plan({ sessionId: id, sessionEpoch: 1, forgotten: [0, 1, 2] })
    expect(sessions.partitions).toBe(1)
    open({ 0: 1, 1: 1 })
  })
})
