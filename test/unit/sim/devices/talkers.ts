/** Owners of connections for tests: they write down what they are told. */

import type { NetworkProfile } from '../../../../src/sim/devices/sim-network/network-profile.ts'
import type { SimWorld } from '../../../../src/sim/devices/sim-node.ts'
import { createSimulatedMachines, type SimulatedMachines } from '../../../../src/sim/devices/simulated-machines.ts'
import { EventKind } from '../../../../src/sim/loop/event-kinds.ts'
import { nobody } from '../../../../src/sim/loop/event-queue.ts'
import type { Connection, ConnectionOwner, NetworkError } from '../../../../src/world/network.ts'

export class Talker implements ConnectionOwner {
  connection!: Connection
  /** What happened, bytes left out. */
  readonly heard: string[] = []
  readonly bytes: number[] = []
  /** Sizes of the deliveries. */
  readonly deliveries: number[] = []
  readonly buffer: Uint8Array
  onReceived: (count: number) => void = () => undefined
  onEnded: () => void = () => undefined

  constructor(bufferBytes = 65_536) {
    this.buffer = new Uint8Array(bufferBytes)
  }

  connected(): void {
    this.heard.push('connected')
  }
  receiveBuffer(): Uint8Array {
    return this.buffer
  }
  received(count: number): void {
    this.deliveries.push(count)
    for (let at = 0; at < count; at++) this.bytes.push(this.buffer[at]!)
    this.onReceived(count)
  }
  writable(): void {
    this.heard.push('writable')
  }
  ended(): void {
    this.heard.push('ended')
    this.onEnded()
  }
  closed(error: NetworkError | undefined): void {
    this.heard.push(error === undefined ? 'closed' : `closed ${error.code}`)
  }

  say(text: string): boolean {
    return this.connection.send([new TextEncoder().encode(text)])
  }
  get text(): string {
    return new TextDecoder().decode(new Uint8Array(this.bytes))
  }
}

export interface Pair {
  readonly machines: SimulatedMachines
  readonly client: Talker
  readonly server: Talker
  readonly clientWorld: SimWorld
  readonly serverWorld: SimWorld
  /** The server's sides of all connections so far; `server` is the first. */
  readonly accepted: readonly Talker[]
}

export const PORT = 9092

/** Runs until nothing is left, or until a virtual time. */
export function run(machines: SimulatedMachines, untilUs = Number.MAX_SAFE_INTEGER): void {
  let over = false
  if (untilUs !== Number.MAX_SAFE_INTEGER) {
    machines.loop.scheduleAt(untilUs, EventKind.harness, nobody, () => {
      over = true
    })
  }
  while (!over && machines.loop.step());
}

/** Connects a new talker to node 1's port. */
export function dial(world: SimWorld, host = 'server'): Talker {
  const talker = new Talker()
  talker.connection = world.network.connect({ host, port: PORT }, talker)
  return talker
}

/** Listens at the port; hands out talkers in the order of the connections. */
export function serve(world: SimWorld, bufferBytes?: number, host = 'server'): Talker[] {
  const accepted: Talker[] = []
  const accept = (connection: Connection): Talker => {
    const talker = new Talker(bufferBytes)
    talker.connection = connection
    accepted.push(talker)
    return talker
  }
  world.network.listen({ host, port: PORT }, accept, () => undefined)
  return accepted
}

/** Node 1 listens, node 2 has connected to it; virtual time is one second. */
export function connectedPair(
  options: { seed?: number; network?: Partial<NetworkProfile>; bufferBytes?: number } = {},
): Pair {
  const machines = createSimulatedMachines({ seed: options.seed ?? 1, network: options.network ?? {} })
  const serverWorld = machines.addNode({ id: 1, hostName: 'server' }).startLife()
  const clientWorld = machines.addNode({ id: 2, hostName: 'client' }).startLife()
  const accepted = serve(serverWorld, options.bufferBytes)
  run(machines, 500_000)
  const client = dial(clientWorld)
  run(machines, 1_000_000)
  return { machines, client, server: accepted[0]!, clientWorld, serverWorld, accepted }
}
