import { describe, expect, test } from 'vitest'
import type { SimNode, SimWorld } from '../../../../src/sim/devices/sim-node.ts'
import { createSimulatedMachines, type SimulatedMachines } from '../../../../src/sim/devices/simulated-machines.ts'
import { EventKind } from '../../../../src/sim/loop/event-kinds.ts'
import { nobody } from '../../../../src/sim/loop/event-queue.ts'
import { firstDifference } from '../../../../src/sim/loop/hash-chain.ts'
import { firstDifferentEvent } from '../../../../src/sim/loop/recorded-range.ts'
import type { Connection, ConnectionOwner } from '../../../../src/world/network.ts'
import { drawBelow } from '../../../../src/world/random.ts'

const NODES = [1, 2, 3]
const END_US = 20_000_000

/** A process that listens, gossips random bytes to a random peer, writes what it hears to its disk and syncs it. */
function startGossip(world: SimWorld, id: number, oddAtUs = Number.MAX_SAFE_INTEGER): void {
  const { network, clock, random } = world
  const file = world.disk.open('heard', { create: true })
  const owner = (connection: () => Connection): ConnectionOwner => {
    const buffer = new Uint8Array(200)
    return {
      connected: () => void connection().send([buffer.slice(0, 1 + drawBelow(random, 150))]),
      receiveBuffer: () => buffer,
      received: (count) => {
        file.append([buffer.subarray(0, count)])
        if (file.size % 3 === 0) file.sync(() => void connection().send([buffer.slice(0, 9)]))
        if (drawBelow(random, 5) === 0) connection().end()
      },
      writable: () => undefined,
      ended: () => connection().end(),
      closed: () => undefined,
    }
  }
  network.listen(
    { host: `node-${id}`, port: 1 },
    (connection) => owner(() => connection),
    () => undefined,
  )
  const gossip = (): void => {
    const peer = NODES[drawBelow(random, NODES.length)]
    const connection: Connection = network.connect(
      { host: `node-${peer}`, port: 1 },
      owner(() => connection),
    )
    const odd = clock.monotonicUs() > oddAtUs ? 1 : 0
    clock.setTimer(50_000 + drawBelow(random, 100_000) + odd, gossip)
  }
  clock.setTimer(0, gossip)
}

interface Options {
  readonly seed: number
  readonly faults?: boolean
  readonly record?: readonly [number, number]
}

function build(options: Options): SimulatedMachines {
  const machines = createSimulatedMachines({ seed: options.seed, network: { splitPerMillion: 200_000 } })
  if (options.record !== undefined) machines.hash.recordRange(...options.record)
  for (const id of NODES) {
    const node = machines.addNode({ id, hostName: `node-${id}`, clock: { driftPpm: id * 10, skewMs: id } })
    startGossip(node.startLife(), id)
  }
  if (options.faults !== false) scheduleFaults(machines)
  return machines
}

function scheduleFaults(machines: SimulatedMachines): void {
  const at = (timeUs: number, act: () => void): void => {
    machines.loop.scheduleAt(timeUs, EventKind.fault, nobody, act)
  }
  const restart = (node: SimNode): void => startGossip(node.startLife(), node.id)
  at(3_000_000, () => machines.node(1).kill())
  at(4_000_000, () => restart(machines.node(1)))
  at(5_000_000, () => machines.node(2).powerLoss(77))
  at(7_000_000, () => restart(machines.node(2)))
  at(8_000_000, () => machines.network.partition(1, 3, 'both', 10_000_000))
  at(11_000_000, () => machines.node(3).pause(13_000_000))
  at(14_000_000, () => machines.network.resetConnections({}))
}

function runOut(machines: SimulatedMachines): SimulatedMachines {
  while (machines.loop.nowUs < END_US && machines.loop.step());
  return machines
}

describe('a simulation', () => {
  test('is the same, event by event, for the same seed, faults and all', () => {
    for (const seed of [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      const [one, other] = [runOut(build({ seed })), runOut(build({ seed }))]
      expect(one.loop.events).toBeGreaterThan(1000)
      expect(firstDifference(one.hash.chain(), other.hash.chain())).toBeUndefined()
      for (const id of NODES) expect(one.node(id).disk.peek('heard')).toEqual(other.node(id).disk.peek('heard'))
    }
  })

  test('is another for another seed', () => {
    const digests = Array.from({ length: 20 }, (_, seed) => runOut(build({ seed })).hash.digest)
    expect(new Set(digests).size).toBe(20)
  })

  test('shares nothing with another one that runs between its events', () => {
    const alone = runOut(build({ seed: 5 })).hash.digest
    const [one, other] = [build({ seed: 5 }), build({ seed: 6 })]
    while (one.loop.nowUs < END_US && one.loop.step()) other.loop.step()
    expect(one.hash.digest).toBe(alone)
  })

  test('that is told apart names the first event at which it is another', () => {
    const build2 = (record?: readonly [number, number]): [SimulatedMachines, SimulatedMachines] => {
      const machines = [true, false].map((faults) => build({ seed: 8, faults, ...(record && { record }) }))
      return [runOut(machines[0]!), runOut(machines[1]!)]
    }
    const [one, other] = build2()
    const { from, to } = firstDifference(one.hash.chain(), other.hash.chain())!
    const [again, otherAgain] = build2([from, to])
    const found = firstDifferentEvent(again.hash.recorded, otherAgain.hash.recorded)!
    expect(found.left).toMatchObject({ kind: 'fault', node: -1, timeUs: 3_000_000 })
    expect(found.right?.timeUs).toBeGreaterThan(3_000_000)
  })

  test("draws for one pair of machines whatever it does to another's", () => {
    const arrivals = (thirdTalks: boolean): number[] => {
      const machines = createSimulatedMachines({ seed: 3 })
      const worlds = NODES.map((id) => machines.addNode({ id, hostName: `node-${id}` }).startLife())
      const seen: number[] = []
      const buffer = new Uint8Array(10)
      const sink = (onReceived: () => void, onConnected: () => void): ConnectionOwner => ({
        connected: onConnected,
        receiveBuffer: () => buffer,
        received: onReceived,
        writable: () => undefined,
        ended: () => undefined,
        closed: () => undefined,
      })
      worlds[0]!.network.listen(
        { host: 'node-1', port: 1 },
        (connection) =>
          sink(
            () => connection.remote.host === 'node-2' && seen.push(machines.loop.nowUs),
            () => undefined,
          ),
        () => undefined,
      )
      const talk = (world: SimWorld): void => {
        const connection: Connection = world.network.connect(
          { host: 'node-1', port: 1 },
          sink(
            () => undefined,
            () => void connection.send([buffer]),
          ),
        )
      }
      for (let round = 0; round < 20; round++) {
        worlds[1]!.clock.setTimer(1000 + round * 10_000, () => talk(worlds[1]!))
        if (thirdTalks) worlds[2]!.clock.setTimer(900 + round * 10_000, () => talk(worlds[2]!))
      }
      runOut(machines)
      return seen
    }
    expect(arrivals(true)).toEqual(arrivals(false))
    expect(arrivals(true).length).toBeGreaterThanOrEqual(20)
  })
})
