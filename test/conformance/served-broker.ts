/** A whole broker in either world, and peers that speak to it byte by byte: for limits, which only strange peers meet. */

import { Broker } from '../../src/broker/broker.ts'
import { nodeHost } from '../../src/campaign/node-host.ts'
import { type Api, apis } from '../../src/protocol/apis.ts'
import { encodeRequest } from '../../src/protocol/headers.ts'
import type { Encodable, Message } from '../../src/protocol/schema.ts'
import { createRealWorld } from '../../src/real/world.ts'
import type { Address, Connection, ConnectionOwner } from '../../src/world/network.ts'
import type { World } from '../../src/world/world.ts'
import { SimulatedMachine } from '../unit/broker/simulated-machine.ts'

type Settings = Readonly<Record<string, string>>

export interface ServedBroker {
  readonly broker: Broker
  readonly lines: readonly string[]
  connect(): RawPeer
  /** Lets things happen until the condition holds. @throws if it does not in good time. */
  until(what: string, condition: () => boolean): Promise<void>
  /** Lets pass what would happen by itself in a second. */
  settle(): Promise<void>
  end(): Promise<void>
}

export const worlds = [
  { name: 'on sockets', serve: serveReally },
  { name: 'in a simulation', serve: serveSimulated },
] as const

async function serveReally(settings: Settings): Promise<ServedBroker> {
  const lines: string[] = []
  const world = createRealWorld({
    directory: 'memory',
    onHalt: (reason) => {
      throw reason
    },
  })
  const onLogLine = (_level: unknown, line: string): void => void lines.push(line)
  const broker = await Broker.start(world, { listen: { host: '127.0.0.1', port: 0 }, settings, onLogLine })
  return {
    ...{ broker, lines },
    connect: () => new RawPeer(world, broker.address),
    until: async (what, condition) => {
      const from = performance.now()
      while (!condition()) {
        if (performance.now() - from > 20_000) throw new Error(`waited in vain for ${what}`)
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    settle: () => new Promise((resolve) => setTimeout(resolve, 100)),
    end: async () => {
      await broker.stop()
      world.close()
    },
  }
}

async function serveSimulated(settings: Settings): Promise<ServedBroker> {
  const lines: string[] = []
  const machine = new SimulatedMachine()
  const { loop } = machine.machines
  const onLogLine = (_level: unknown, line: string): void => void lines.push(line)
  const options = { listen: { host: 'node-1', port: 9092 }, settings, onLogLine }
  const broker = await machine.run(Broker.start(machine.world, options))
  const other = machine.machines.addNode({ id: 2, hostName: 'node-2' }).startLife()
  return {
    ...{ broker, lines },
    connect: () => new RawPeer(other, broker.address),
    until: async (what, condition) => {
      const endUs = loop.nowUs + 60_000_000
      await loop.runUntil(() => condition() || loop.nowUs > endUs, nodeHost())
      if (!condition()) throw new Error(`waited in vain for ${what}`)
    },
    settle: async () => {
      const endUs = loop.nowUs + 1_000_000
      await loop.runUntil(() => loop.nowUs > endUs, nodeHost())
    },
    end: () => machine.run(broker.stop()),
  }
}

/** One connection, which counts what comes back; it reads unless it is told not to. */
export class RawPeer implements ConnectionOwner {
  readonly #connection: Connection
  readonly #buffer = new Uint8Array(65_536)
  #head: number[] = []
  #restBytes = 0
  /** Answers whose end has come. */
  answers = 0
  isOver = false

  constructor(world: World, address: Address) {
    this.#connection = world.network.connect(address, this)
  }

  ask<Request extends Message, Response extends Message>(
    api: Api<Request, Response>,
    version: number,
    body: Encodable<Request>,
  ): void {
    this.send(encodeRequest(api, version, 1, 'raw', body))
  }

  /** Asks for something that is answered at once. */
  greet(): void {
    this.ask(apis.apiVersions, 0, {})
  }

  send(bytes: Uint8Array): void {
    this.#connection.send([bytes])
  }

  stopReading(): void {
    this.#connection.pause()
  }

  readOn(): void {
    this.#connection.resume()
  }

  reset(): void {
    this.#connection.reset()
  }

  connected(): void {
    // What is sent before is queued.
  }

  receiveBuffer(): Uint8Array {
    return this.#buffer
  }

  received(count: number): void {
    for (let at = 0; at < count; ) {
      if (this.#restBytes > 0) {
        const skipped = Math.min(this.#restBytes, count - at)
        at += skipped
        this.#restBytes -= skipped
      } else {
        this.#head.push(this.#buffer[at++]!)
        if (this.#head.length < 4) continue
        this.#restBytes = new DataView(Uint8Array.from(this.#head).buffer).getInt32(0)
        this.#head = []
      }
      if (this.#restBytes === 0) this.answers++
    }
  }

  writable(): void {
    // Nothing here sends so much that it must wait.
  }

  ended(): void {
    this.#connection.end()
  }

  closed(): void {
    this.isOver = true
  }
}
