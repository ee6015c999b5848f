import { beforeEach, expect, it } from 'vitest'
import type { PeerAnswer, RaftEvent } from '../../../../src/broker/quorum/raft/raft-events.ts'
import { RequestDesk } from '../../../../src/broker/quorum/request-desk.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { fetchRequest } from './raft/raft-fixture.ts'

const answer: PeerAnswer = { error: 0, leaderId: 1, epoch: 5 }
const request = fetchRequest()
let machine: SimulatedMachine
let desk: RequestDesk
let events: RaftEvent[]
let answers: PeerAnswer[]

beforeEach(() => {
  machine = new SimulatedMachine()
  events = []
  answers = []
  desk = new RequestDesk(machine.world.clock, (event) => events.push(event))
})

const open = (maxWaitMs: number) => desk.open(maxWaitMs, (given) => answers.push(given))

it('each request is answered once, whatever comes after', () => {
  const [one, other] = [open(0), open(0)]
  expect(desk.size).toBe(2)
  desk.answer(one, answer)
  desk.answer(one, answer)
  expect([answers.length, desk.size]).toEqual([1, 1])
  desk.answer(other, { ...answer, epoch: 6 })
  expect(answers.map(({ epoch }) => epoch)).toEqual([5, 6])
})

it('a held fetch is tried again when something moves, and not by its timer then', async () => {
  const token = open(100)
  desk.hold(token, request)
  expect(desk.isHolding).toBe(true)
  desk.releaseHeld()
  expect(events).toEqual([{ type: 'request', token, request, isLast: false }])
  expect(desk.isHolding).toBe(false)
  await machine.runAll()
  expect(events).toHaveLength(1)
})

it('a held fetch is tried for the last time when its wait is over, counted from when it came', async () => {
  const token = open(100)
  desk.hold(token, request)
  desk.releaseHeld()
  const startUs = machine.world.clock.monotonicUs()
  desk.hold(token, request)
  await machine.runAll()
  expect(events.at(-1)).toEqual({ type: 'request', token, request, isLast: true })
  expect(machine.world.clock.monotonicUs() - startUs).toBeLessThanOrEqual(101_000)
})

it('fetches are tried again in the order in which they came', () => {
  const tokens = [open(100), open(50), open(70)]
  for (const token of tokens) desk.hold(token, request)
  desk.releaseHeld()
  expect(events.map((event) => event.type === 'request' && event.token)).toEqual(tokens)
})
