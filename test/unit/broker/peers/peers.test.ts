import { beforeEach, expect, it } from 'vitest'
import { Peers } from '../../../../src/broker/peers/peers.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

let machine: SimulatedMachine
let peers: Peers
let outcomes: { readonly code: string | undefined; readonly afterMs: number }[]

beforeEach(() => {
  machine = new SimulatedMachine()
  peers = new Peers({ world: machine.world, clientId: 'node-1', setupTimeoutMs: 1000 })
  outcomes = []
})

function ask(host: string, timeoutMs: number): void {
  const { clock } = machine.world
  const startUs = clock.monotonicUs()
  const body = () => ({ clusterId: null, topics: [] })
  peers.request({ host, port: 9093 }, apis.vote, body, timeoutMs, (error) => {
    outcomes.push({ code: error?.code, afterMs: (clock.monotonicUs() - startUs) / 1000 })
  })
}

it('a request to a node that does not listen fails with the attempt to connect, never within the call', async () => {
  ask('node-1', 500)
  ask('node-1', 500)
  expect(outcomes).toEqual([])
  await machine.runAll()
  expect(outcomes.map(({ code }) => code)).toEqual(['REFUSED', 'REFUSED'])
  expect(peers.size).toBe(0)
})

it('a request waits out the pause after a failed attempt, and no longer than its own time', async () => {
  ask('node-1', 500)
  machine.world.clock.setTimer(20_000, () => ask('node-1', 5))
  await machine.runAll()
  expect(outcomes[1]).toEqual({ code: 'TIMED_OUT', afterMs: expect.closeTo(5, 0) })
})

it('what is unanswered fails when the connections are closed, and no more is taken', async () => {
  ask('node-1', 500)
  peers.close()
  expect(outcomes.map(({ code }) => code)).toEqual(['CLOSED'])
  ask('node-1', 500)
  expect(outcomes).toHaveLength(1)
  await machine.runAll()
  expect(outcomes.map(({ code }) => code)).toEqual(['CLOSED', 'CLOSED'])
})
