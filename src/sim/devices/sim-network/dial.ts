/**
 * One attempt to connect. States: asking (the question travels, and is asked again at growing intervals while nobody
 * answers) → answered (accepted or refused) or given up at the deadline. The question takes a latency, and so does the
 * answer; an accepted connection exists at the listener's side before the opener knows.
 * Source: RFC 9293 §3.5; the intervals are Linux's (1 s, doubling).
 */

import type { Address, ConnectionOwner } from '../../../world/network.ts'
import { EventKind } from '../../loop/event-kinds.ts'
import { NO_NODE, nobody } from '../../loop/event-queue.ts'
import type { Life } from '../life.ts'
import { Endpoint } from './endpoint.ts'
import type { Host, OpenListener } from './host.ts'
import { Pipe } from './pipe.ts'
import { PipeDraws } from './pipe-draws.ts'
import type { PipePlace } from './pipe-place.ts'
import type { Wire } from './wire.ts'

const FIRST_INTERVAL_US = 1_000_000

/** Who connects, and where to. */
export interface DialFacts {
  readonly life: Life
  readonly opener: Host
  /** Undefined where no machine has the name. */
  readonly target: Host | undefined
  readonly address: Address
  readonly connection: number
  /** Counts the connections from this opener to this target, from 0. */
  readonly pairOrdinal: number
}

export class Dial {
  /** The opener's side. */
  readonly endpoint: Endpoint
  readonly #wire: Wire
  readonly #facts: DialFacts
  readonly #place: PipePlace
  readonly #draws: PipeDraws
  #intervalUs = FIRST_INTERVAL_US

  constructor(wire: Wire, facts: DialFacts, owner: ConnectionOwner) {
    this.#wire = wire
    this.#facts = facts
    const { opener, target, address, connection, pairOrdinal } = facts
    const [from, to] = [opener.node, target?.node ?? NO_NODE]
    this.#place = { from, to, connection, pairOrdinal, byOpener: true, port: address.port }
    // The question's latencies are keyed apart, so that asking again moves none of the connection's own.
    this.#draws = new PipeDraws(wire, { ...this.#place, pairOrdinal: -1 - pairOrdinal })
    this.endpoint = new Endpoint(wire, facts.life, address, owner)
    const [out, back] = [new Pipe(wire, this.#place), new Pipe(wire, oppositeOf(this.#place))]
    out.opposite = back
    back.opposite = out
    joinSender(this.endpoint, out)
  }

  /** Asks. */
  start(): void {
    const { loop, profile, judge, counters } = this.#wire
    const { from, to, connection, port } = this.#place
    const { life, target } = this.#facts
    counters.connects++
    const giveUp = (): void => this.#giveUp()
    this.endpoint.deadline = loop.schedule(profile.connectTimeoutUs, EventKind.closed, life, giveUp)
    if (target === undefined) {
      loop.schedule(this.#draws.latencyUs(), EventKind.network, nobody, () => this.#fail('HOST_NOT_FOUND'))
      return
    }
    const verdict = judge?.onConnect?.({ from, to, connection, port })
    if (verdict?.kind === 'blackhole') {
      counters.blackholes++
    } else if (verdict?.kind === 'refuse') {
      loop.schedule(2 * this.#draws.latencyUs(), EventKind.network, nobody, () => this.#fail('REFUSED'))
    } else {
      if (verdict !== undefined) counters.delays++
      this.#ask(target, loop.nowOf(life) + (verdict?.us ?? 0))
    }
  }

  #ask(target: Host, departUs: number): void {
    const atUs = departUs + this.#draws.latencyUs()
    this.#wire.loop.scheduleAt(atUs, EventKind.network, nobody, () => this.#arrive(target))
  }

  /** The question is at the target's host, if it gets there. */
  #arrive(target: Host): void {
    if (this.endpoint.gone) return
    const { loop } = this.#wire
    if (!target.up || this.#wire.blockedUntilUs(this.#place.from, this.#place.to) > loop.nowUs) {
      this.#ask(target, loop.nowUs + this.#intervalUs)
      this.#intervalUs *= 2
      return
    }
    const listener = target.listeners.get(this.#place.port)
    loop.hash.note(listener?.open ? this.#place.connection : 0)
    if (listener?.open && listener.life.alive) this.#accept(target, listener)
    else loop.schedule(this.#draws.latencyUs(), EventKind.network, nobody, () => this.#fail('REFUSED'))
  }

  /** The listener's side comes to be; its process hears of it, and the opener a latency later. */
  #accept(target: Host, listener: OpenListener): void {
    const { loop } = this.#wire
    const { opener } = this.#facts
    const accepted = new Endpoint(this.#wire, listener.life, { host: opener.name, port: opener.freePort() })
    joinSender(accepted, this.endpoint.out.opposite)
    this.endpoint.out.receiver = accepted
    accepted.out.receiver = this.endpoint
    target.endpoints.add(accepted)
    accepted.in.attach()
    accepted.out.attach()
    loop.scheduleAt(loop.nowUs, EventKind.accept, listener.life, () => {
      if (accepted.gone) return
      if (listener.open) accepted.owner = listener.accept(accepted)
      else accepted.reset()
    })
    accepted.out.announce()
  }

  #fail(code: 'REFUSED' | 'HOST_NOT_FOUND'): void {
    if (this.endpoint.gone) return
    const { host, port } = this.#facts.address
    this.#wire.counters.refused++
    this.endpoint.fail(code, code === 'REFUSED' ? `nobody listens at ${host}:${port}` : `no machine is called ${host}`)
  }

  #giveUp(): void {
    this.#wire.counters.timedOut++
    this.endpoint.out.breakOff(this.#wire.loop.nowUs)
    this.endpoint.broken('TIMED_OUT', 'nobody has answered')
  }
}

function joinSender(endpoint: Endpoint, out: Pipe): void {
  endpoint.out = out
  endpoint.in = out.opposite
  out.sender = endpoint
}

function oppositeOf(place: PipePlace): PipePlace {
  return { ...place, from: place.to, to: place.from, byOpener: false }
}
