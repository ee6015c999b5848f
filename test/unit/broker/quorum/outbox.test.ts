import { beforeEach, describe, expect, it } from 'vitest'
import { Outbox } from '../../../../src/broker/quorum/outbox.ts'
import type { PeerAnswer, PeerRequest, RaftEvent } from '../../../../src/broker/quorum/raft/raft-events.ts'
import { nodeHost } from '../../../../src/campaign/node-host.ts'
import { createSimulatedMachines } from '../../../../src/sim/devices/simulated-machines.ts'

const END: PeerRequest = { kind: 'end-epoch', epoch: 3, leaderId: 1, successors: [2] }
const LIMIT_US = 1_000_000

describe('Requests to voters', () => {
  const machines = createSimulatedMachines({ seed: 1, eventsPerInstantMax: 1000, onHalt: () => undefined })
  const { clock } = machines.addNode({ id: 1, hostName: 'node-1' }).startLife()
  let sent: { readonly to: number; readonly done: (answer: PeerAnswer | undefined) => void }[] = []
  let events: RaftEvent[] = []
  let turn = 1
  const newOutbox = (): Outbox =>
    new Outbox({
      ...{ clock, isTurn: (asked) => asked === turn, post: (event) => events.push(event) },
      send: (to, _request, done) => sent.push({ to, done }),
    })
  const passUs = async (us: number): Promise<void> => {
    const untilUs = clock.monotonicUs() + us
    clock.setTimer(us, () => undefined)
    await machines.loop.runUntil(() => clock.monotonicUs() >= untilUs, nodeHost())
  }

  beforeEach(() => {
    sent = []
    events = []
    turn = 1
  })

  it('are not sent when their turn is over before their pause is', async () => {
    const outbox = newOutbox()
    outbox.send({ type: 'send', to: 2, turn: 1, delayUs: 100, request: END })
    outbox.send({ type: 'send', to: 3, turn: 2, delayUs: 100, request: END })
    turn = 2
    await passUs(200)
    expect(sent.map(({ to }) => to)).toEqual([3])
  })

  it('come back as events of the turn in which they were asked for', () => {
    newOutbox().send({ type: 'send', to: 2, turn: 1, delayUs: 0, request: END })
    turn = 2
    sent[0]!.done(undefined)
    expect(events).toEqual([{ type: 'answered', by: 2, turn: 1, request: END, answer: undefined }])
  })

  it('tell a leader that stops when the last voter has heard of it, and not before', () => {
    const outbox = newOutbox()
    let farewells = 0
    outbox.whenAllKnow(LIMIT_US, () => farewells++)
    for (const to of [2, 3]) outbox.send({ type: 'send', to, turn: 1, delayUs: 0, request: END })
    sent[0]!.done(undefined)
    expect(farewells).toBe(0)
    sent[1]!.done(undefined)
    expect(farewells).toBe(1)
  })

  it('do not keep a leader that stops beyond its limit', async () => {
    const outbox = newOutbox()
    let farewells = 0
    outbox.whenAllKnow(LIMIT_US, () => farewells++)
    outbox.send({ type: 'send', to: 2, turn: 1, delayUs: 0, request: END })
    await passUs(LIMIT_US + 1)
    expect(farewells).toBe(1)
  })
})
