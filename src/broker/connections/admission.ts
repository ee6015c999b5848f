/**
 * Who is served, who waits, who is turned away: Kafka's `max.connections`, `max.connections.per.ip` and its overrides.
 *
 * An address that has its number of connections gets no other. While `max.connections` are served, others wait unread, in
 * order, as in Kafka they wait to be accepted; only as many as Kafka's backlog would hold. Limits that change count from
 * the next decision on: nobody who is served is ended by them.
 */

import type { BrokerSettings } from '../config/broker-settings.ts'

export type Admitted = 'served' | 'waits' | 'turned away'

/** One per listener. `C` is a connection. */
export class Admission<C> {
  readonly #settings: BrokerSettings
  readonly #serve: (connection: C) => void
  readonly #served = new Set<C>()
  readonly #waiting = new Set<C>()
  readonly #hosts = new Map<C, string>()
  /** Connections of each address, served or waiting. */
  readonly #ofHost = new Map<string, number>()

  /** `serve` is called for those that have waited. */
  constructor(settings: BrokerSettings, serve: (connection: C) => void) {
    this.#settings = settings
    this.#serve = serve
  }

  /** Decides about a new connection. One that is turned away is not counted. */
  arrive(connection: C, host: string): Admitted {
    const count = this.#ofHost.get(host) ?? 0
    if (count >= this.#maxOf(host)) return 'turned away'
    const isFull = this.#served.size >= this.#settings.value('max.connections')
    if (isFull && this.#waiting.size >= this.#settings.value('socket.listen.backlog.size')) return 'turned away'
    this.#ofHost.set(host, count + 1)
    this.#hosts.set(connection, host)
    const place = isFull ? this.#waiting : this.#served
    place.add(connection)
    return isFull ? 'waits' : 'served'
  }

  /** A connection is over; harmless for one that was turned away. */
  leave(connection: C): void {
    const host = this.#hosts.get(connection)
    if (host === undefined) return
    this.#hosts.delete(connection)
    this.#served.delete(connection)
    this.#waiting.delete(connection)
    const count = this.#ofHost.get(host)! - 1
    if (count === 0) this.#ofHost.delete(host)
    else this.#ofHost.set(host, count)
    this.admitWaiting()
  }

  /** Serves those who wait, as far as there is room. */
  admitWaiting(): void {
    for (const connection of this.#waiting) {
      if (this.#served.size >= this.#settings.value('max.connections')) return
      this.#waiting.delete(connection)
      this.#served.add(connection)
      this.#serve(connection)
    }
  }

  #maxOf(host: string): number {
    for (const override of this.#settings.value('max.connections.per.ip.overrides').split(',')) {
      const colon = override.lastIndexOf(':')
      if (colon > 0 && override.slice(0, colon).trim() === host) return Number(override.slice(colon + 1))
    }
    return this.#settings.value('max.connections.per.ip')
  }
}
