import { expect, test } from 'vitest'
import { type FetchPosition, FetchSession } from '../../../src/client/fetch-session.ts'
import { errorCode } from '../../../src/protocol/errors.ts'
import { ZERO_UUID } from '../../../src/protocol/uuid.ts'

function at(partition: number, offset: number): FetchPosition {
  return { topic: 't', topicId: ZERO_UUID, partition, offset, currentLeaderEpoch: 0, lastFetchedEpoch: -1 }
}

function opened(...positions: FetchPosition[]): FetchSession {
  const session = new FetchSession(true)
  session.plan(positions)
  session.answered(errorCode.NONE, 55)
  return session
}

test('the first fetch names everything and asks for a session', () => {
  const wanted = [at(0, 5), at(1, 6)]
  const plan = new FetchSession(true).plan(wanted)
  expect(plan).toEqual({ sessionId: 0, sessionEpoch: 0, named: wanted, forgotten: [] })
})

test('in a session only partitions that moved are named', () => {
  const session = opened(at(0, 5), at(1, 6))
  expect(session.plan([at(0, 5), at(1, 7)])).toEqual({
    sessionId: 55,
    sessionEpoch: 1,
    named: [at(1, 7)],
    forgotten: [],
  })
  session.answered(errorCode.NONE, 55)
  expect(session.plan([at(0, 5), at(1, 7)])).toMatchObject({ sessionEpoch: 2, named: [], forgotten: [] })
})

test('partitions that are left out are forgotten, new ones named', () => {
  const session = opened(at(0, 5), at(1, 6))
  expect(session.plan([at(1, 6), at(2, 0)])).toMatchObject({ named: [at(2, 0)], forgotten: [at(0, 5)] })
})

test('a topic that was created anew is forgotten by its old id', () => {
  const session = opened(at(0, 5))
  const renewed = { ...at(0, 5), topicId: 'BBBBBBBBBBBBBBBBBBBBBA' as FetchPosition['topicId'] }
  expect(session.plan([renewed])).toMatchObject({ named: [renewed], forgotten: [at(0, 5)] })
})

test('a session that the broker does not know is begun anew', () => {
  const session = opened(at(0, 5))
  session.plan([at(0, 6)])
  session.answered(errorCode.FETCH_SESSION_ID_NOT_FOUND, 0)
  expect(session.plan([at(0, 6)])).toEqual({ sessionId: 0, sessionEpoch: 0, named: [at(0, 6)], forgotten: [] })
})

test('after a lost answer the old session is closed and a new one asked for', () => {
  const session = opened(at(0, 5))
  session.plan([at(0, 6)])
  session.lost()
  expect(session.plan([at(0, 6)])).toMatchObject({ sessionId: 55, sessionEpoch: 0, named: [at(0, 6)] })
})

test('a broker without room for sessions is told everything each time', () => {
  const session = new FetchSession(true)
  session.plan([at(0, 5)])
  session.answered(errorCode.NONE, 0)
  expect(session.plan([at(0, 5)])).toMatchObject({ sessionId: 0, sessionEpoch: 0, named: [at(0, 5)] })
})

test('without sessions every fetch stands alone', () => {
  const session = new FetchSession(false)
  session.plan([at(0, 5)])
  session.answered(errorCode.NONE, 55)
  expect(session.plan([at(0, 5)])).toMatchObject({ sessionId: 0, sessionEpoch: -1, named: [at(0, 5)] })
})
