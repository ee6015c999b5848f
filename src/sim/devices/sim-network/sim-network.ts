/**
 * The network between all simulated machines: which there are, who is connected, what is in the way. Connections, not
 * datagrams: what is in the way makes bytes late or breaks a connection, and nothing is lost or reordered within one.
 *
 * Commands for whoever injects faults may be given at any time between events. They act on what is there now; only a
 * partition also meets what comes later. Not here: the life of one process (`life-network.ts`), how one direction of a
 * connection behaves (`pipe.ts`), an attempt to connect (`dial.ts`).
 */

import { assert } from '../../../world/assert.ts'
import type { Address, ConnectionOwner } from '../../../world/network.ts'
import type { KeyedDraws } from '../../draws/keyed-draws.ts'
import type { EventLoop } from '../../loop/event-loop.ts'
import type { Life } from '../life.ts'
import { Dial } from './dial.ts'
import type { Endpoint } from './endpoint.ts'
import { Host, isOwnName } from './host.ts'
import type { FlowFilter, NetworkCounters, NetworkJudge } from './network-judge.ts'
import { defaultNetworkProfile, type NetworkProfile } from './network-profile.ts'
import type { Pipe } from './pipe.ts'
import { NODES_MAX } from './pipe-draws.ts'
import type { Wire } from './wire.ts'

/** Which way a partition blocks. */
export type PartitionDirection = 'both' | 'aToB' | 'bToA'

export class SimNetwork implements Wire {
  readonly loop: EventLoop
  readonly draws: KeyedDraws
  readonly profile: NetworkProfile
  readonly counters: NetworkCounters = {
    connects: 0,
    refused: 0,
    timedOut: 0,
    segments: 0,
    splits: 0,
    delays: 0,
    stalls: 0,
    resets: 0,
    blackholes: 0,
    partitions: 0,
  }
  /** Asked about every attempt, send and segment. The fault engine's to set. */
  judge: NetworkJudge | undefined = undefined
  isHealed = false

  readonly #hosts = new Map<number, Host>()
  readonly #hostsByName = new Map<string, Host>()
  /** The openers' directions of connections of which at least one side is not over; in order of age. */
  readonly #connections = new Set<Pipe>()
  /** Until when a directed pair of nodes is blocked. */
  readonly #blocked = new Map<number, number>()
  /** How many connections one node has opened to another. */
  readonly #pairs = new Map<number, number>()
  #connectionCount = 0

  constructor(loop: EventLoop, draws: KeyedDraws, profile: Partial<NetworkProfile> = {}) {
    this.loop = loop
    this.draws = draws
    this.profile = { ...defaultNetworkProfile, ...profile }
  }

  /** A machine joins. Its name must be new. */
  addHost(node: number, name: string): Host {
    assert(node >= 0 && node < NODES_MAX && !this.#hosts.has(node), 'a node has a number of its own below 65536')
    assert(!this.#hostsByName.has(name) && !isOwnName(name), 'a machine has a name of its own')
    const host = new Host(node, name)
    this.#hosts.set(node, host)
    this.#hostsByName.set(name, host)
    return host
  }

  /** A process connects. */
  connect(life: Life, opener: Host, address: Address, owner: ConnectionOwner): Endpoint {
    const target = isOwnName(address.host) ? opener : this.#hostsByName.get(address.host)
    const pair = pairOf(opener.node, target?.node ?? NODES_MAX)
    const pairOrdinal = this.#pairs.get(pair) ?? 0
    this.#pairs.set(pair, pairOrdinal + 1)
    const connection = ++this.#connectionCount
    const dial = new Dial(this, { life, opener, target, address, connection, pairOrdinal }, owner)
    opener.endpoints.add(dial.endpoint)
    this.#connections.add(dial.endpoint.out)
    dial.start()
    return dial.endpoint
  }

  /** A process died; without power its host goes silent too. */
  endLife(node: number, how: 'kill' | 'powerLoss'): void {
    const host = this.#host(node)
    if (how === 'powerLoss') host.up = false
    for (const listener of host.listeners.values()) listener.open = false
    host.listeners.clear()
    for (const endpoint of [...host.endpoints]) endpoint.die(how)
  }

  /** The host has power again: it answers what is sent for processes that are no more with resets. */
  powerOn(node: number): void {
    const host = this.#host(node)
    if (host.up) return
    host.up = true
    for (const pipe of this.#pipes()) {
      if (pipe.to !== node || !pipe.receiver?.gone) continue
      pipe.release()
      pipe.hold(this.blockedUntilUs(pipe.from, node))
    }
  }

  /** Breaks every connection with a direction that matches; returns how many. */
  resetConnections(filter: FlowFilter): number {
    const struck = [...this.#connections].filter((pipe) => matches(filter, pipe) || matches(filter, pipe.opposite))
    for (const pipe of struck) this.cut(pipe)
    return struck.length
  }

  /** What is on its way in the matching directions of present connections arrives at `untilUs` at the earliest. */
  stall(filter: FlowFilter, untilUs: number): number {
    const struck = [...this.#pipes()].filter((pipe) => matches(filter, pipe))
    for (const pipe of struck) pipe.hold(untilUs)
    this.counters.stalls += struck.length
    return struck.length
  }

  /** Nothing gets from one node to the other until `untilUs` (`NEVER`: until healed), neither old nor new. */
  partition(a: number, b: number, direction: PartitionDirection, untilUs: number): void {
    if (direction !== 'bToA') this.#block(a, b, untilUs)
    if (direction !== 'aToB') this.#block(b, a, untilUs)
    this.counters.partitions++
  }

  /**
   * Lifts partitions, stalls and delays of the matching directions: what was held arrives soon. Where all match, nothing is
   * lost on its way from now on.
   */
  heal(filter: FlowFilter): void {
    if (filter.from === undefined && filter.to === undefined) this.isHealed = true
    for (const pair of [...this.#blocked.keys()]) {
      const direction = { from: Math.floor(pair / NODES_MAX), to: pair % NODES_MAX }
      if (matches(filter, direction)) this.#blocked.delete(pair)
    }
    for (const pipe of this.#pipes()) if (matches(filter, pipe) && this.isUp(pipe.to)) pipe.release()
  }

  isUp(node: number): boolean {
    return this.#hosts.get(node)?.up ?? false
  }

  blockedUntilUs(from: number, to: number): number {
    return this.#blocked.size === 0 ? 0 : (this.#blocked.get(pairOf(from, to)) ?? 0)
  }

  cut(pipe: Pipe): void {
    this.counters.resets++
    pipe.breakOff(this.loop.nowUs)
    pipe.opposite.breakOff(this.loop.nowUs)
  }

  forget(endpoint: Endpoint): void {
    this.#hosts.get(endpoint.life.node)?.endpoints.delete(endpoint)
    if (endpoint.out.receiver !== undefined && !endpoint.out.receiver.gone) return
    this.#connections.delete(endpoint.out.byOpener ? endpoint.out : endpoint.in)
  }

  #block(from: number, to: number, untilUs: number): void {
    this.#blocked.set(pairOf(from, to), Math.max(untilUs, this.blockedUntilUs(from, to)))
    for (const pipe of this.#pipes()) if (pipe.from === from && pipe.to === to) pipe.hold(untilUs)
  }

  #host(node: number): Host {
    const host = this.#hosts.get(node)
    assert(host !== undefined, 'the node is in the network')
    return host
  }

  *#pipes(): Generator<Pipe> {
    for (const pipe of [...this.#connections]) {
      yield pipe
      yield pipe.opposite
    }
  }
}

function pairOf(from: number, to: number): number {
  return from * NODES_MAX + to
}

function matches(filter: FlowFilter, flow: { readonly from: number; readonly to: number }): boolean {
  return (filter.from ?? flow.from) === flow.from && (filter.to ?? flow.to) === flow.to
}
