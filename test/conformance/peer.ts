/**
 * The owner of a connection that keeps account of what it is told, and checks at every call what always holds: no call
 * comes inside another one or inside a call of its own, `closed` comes last, bytes come into the buffer asked for.
 */

import { expect } from 'vitest'
import type { Address, Connection, ConnectionOwner, Listener, NetworkError } from '../../src/world/network.ts'
import type { World } from '../../src/world/world.ts'
import { answer } from './answers.ts'
import type { Arm, Machine } from './arm.ts'

export interface PeerOptions {
  /** Length of the buffers it gives. */
  readonly bufferBytes?: number
  /** Keeps what it receives; for large transfers `onBytes` looks at it instead. */
  readonly onBytes?: (bytes: Uint8Array) => void
  readonly onEnded?: () => void
  readonly onWritable?: () => void
  readonly onConnected?: () => void
}

export class Peer implements ConnectionOwner {
  connection: Connection | undefined
  /** What it was told, in order; deliveries only once in a row. */
  readonly told: string[] = []
  readonly chunks: Uint8Array[] = []
  deliveries = 0
  receivedBytes = 0
  writables = 0
  error: NetworkError | undefined
  isClosed = false
  readonly #options: PeerOptions
  #buffer: Uint8Array | undefined
  #depth = 0

  constructor(options: PeerOptions = {}) {
    this.#options = options
  }

  /** Everything it received, as one. */
  get bytes(): Uint8Array {
    return Uint8Array.from(this.chunks.flatMap((chunk) => [...chunk]))
  }

  connected(): void {
    this.#event('connected', () => this.#options.onConnected?.())
  }

  receiveBuffer(): Uint8Array {
    expect(this.isClosed, 'a buffer is asked for after closed').toBe(false)
    this.#buffer = new Uint8Array(this.#options.bufferBytes ?? 65_536)
    return this.#buffer
  }

  received(count: number): void {
    this.#event('received', () => {
      const buffer = this.#buffer as Uint8Array
      expect(count).toBeGreaterThanOrEqual(1)
      expect(count).toBeLessThanOrEqual(buffer.length)
      this.#buffer = undefined
      this.deliveries++
      this.receivedBytes += count
      const bytes = buffer.subarray(0, count)
      if (this.#options.onBytes === undefined) this.chunks.push(bytes)
      else this.#options.onBytes(bytes)
    })
  }

  writable(): void {
    this.#event('writable', () => {
      this.writables++
      expect(this.connection?.unsentBytes).toBe(0)
      this.#options.onWritable?.()
    })
  }

  ended(): void {
    this.#event('ended', () => this.#options.onEnded?.())
  }

  closed(error: NetworkError | undefined): void {
    this.#event('closed', () => {
      this.isClosed = true
      this.error = error
    })
  }

  /** A call of this side's; nothing may be told inside it. */
  call<T>(act: (connection: Connection) => T): T {
    this.#depth++
    const result = act(this.connection as Connection)
    this.#depth--
    return result
  }

  send(...parts: readonly Uint8Array[]): boolean {
    return this.call((connection) => connection.send(parts))
  }

  #event(name: string, act: () => void): void {
    expect(this.#depth, `${name} is told inside another call`).toBe(0)
    expect(this.isClosed, `${name} is told after closed`).toBe(false)
    if (this.told.at(-1) !== name) this.told.push(name)
    this.#depth++
    act()
    this.#depth--
  }
}

export interface OpenPort {
  readonly address: Address
  readonly listener: Listener
  /** Owners of the connections that were accepted, in order. */
  readonly accepted: readonly Peer[]
}

/** Listens at a free port of the machine; every connection gets a `Peer`. */
export async function openPort(
  arm: Arm,
  world: World,
  machine: Machine,
  makePeer: () => Peer = () => new Peer(),
): Promise<OpenPort> {
  const accepted: Peer[] = []
  let listener: Listener | undefined
  const { error, value: bound } = await answer<NetworkError, Address>(arm, (done) => {
    const accept = (connection: Connection) => {
      const peer = makePeer()
      peer.connection = connection
      accepted.push(peer)
      return peer
    }
    listener = world.network.listen({ host: arm.host(machine), port: 0 }, accept, done)
  })
  expect(error).toBeUndefined()
  expect(bound.port).toBeGreaterThan(0)
  return { address: bound, listener: listener as Listener, accepted }
}

/** Connects, without waiting for the outcome. */
export function connect(world: World, address: Address, peer: Peer = new Peer()): Peer {
  peer.connection = world.network.connect(address, peer)
  expect(peer.told, 'told inside connect').toEqual([])
  return peer
}

export interface Pair {
  readonly client: Peer
  readonly server: Peer
  readonly port: OpenPort
}

/** A connection from machine b to machine a, established at both sides. */
export async function connectedPair(
  arm: Arm,
  options: { readonly client?: PeerOptions; readonly server?: PeerOptions } = {},
): Promise<Pair> {
  const port = await openPort(arm, arm.world('a'), 'a', () => new Peer(options.server))
  const client = connect(arm.world('b'), port.address, new Peer(options.client))
  await arm.until('a connection', () => client.told.length > 0 && port.accepted.length > 0)
  expect(client.told).toEqual(['connected'])
  return { client, server: port.accepted[0] as Peer, port }
}
