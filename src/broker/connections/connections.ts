/**
 * The broker's listener and the connections it accepted: bounded in number, each told when the broker stops.
 *
 * A connection on which no request came for `connections.max.idle.ms` is reset; a sweep looks for such, so that a
 * connection needs no timer of its own. Not here: what a connection does (`wire/server-connection.ts`).
 */

import { ServerConnection } from '../../wire/server-connection.ts'
import type { Timer } from '../../world/clock.ts'
import type { Address, Connection, ConnectionOwner, Listener } from '../../world/network.ts'
import { promised } from '../../world/promises.ts'
import type { Services } from '../handlers/services.ts'
import type { ListenerKind } from '../handlers/table.ts'
import { dispatch } from './dispatch.ts'

/** How long connections have to end when the broker stops; then they are reset. */
const CLOSE_US = 1_000_000

export class Connections {
  readonly #services: Services
  readonly #kind: ListenerKind
  /** When each connection's last request came, by the monotonic clock. */
  readonly #open = new Map<ServerConnection, number>()
  #isOpen = false
  #sweep: Timer | undefined
  #listener: Listener | undefined
  #onEmpty: (() => void) | undefined

  constructor(services: Services, kind: ListenerKind) {
    this.#services = services
    this.#kind = kind
  }

  /** Connections that are open now. */
  get size(): number {
    return this.#open.size
  }

  /** Opens the listener; the address that was bound. @throws {NetworkError} */
  async listen(address: Address): Promise<Address> {
    const { world } = this.#services
    return promised<Address>(world.promises, (done) => {
      this.#listener = world.network.listen(address, (connection) => this.#accept(connection), done)
    })
  }

  /** Serves from now on; who connects before is turned away. */
  open(): void {
    this.#isOpen = true
  }

  /** Closes the listener and all connections; `done` when the last is closed. */
  close(done: () => void): void {
    this.#listener?.close()
    const timer = this.#services.world.clock.setTimer(CLOSE_US, () => {
      for (const connection of [...this.#open.keys()]) connection.reset()
    })
    this.#onEmpty = () => {
      timer.cancel()
      this.#onEmpty = undefined
      done()
    }
    this.#sweep?.cancel()
    for (const connection of [...this.#open.keys()]) connection.close()
    if (this.#open.size === 0) this.#onEmpty()
  }

  #accept(connection: Connection): ConnectionOwner {
    const { settings, buffers } = this.#services
    const server = new ServerConnection(
      connection,
      {
        request: (request, from) => {
          this.#open.set(from, this.#services.world.clock.monotonicUs())
          dispatch(this.#services, this.#kind, request, from)
        },
        malformed: (error, from) => {
          this.#services.observer.warn(`connection closed: a request header does not parse: ${error.message}`)
          from.close()
        },
        closed: () => this.#forget(server),
      },
      { frameBytesMax: settings.value('socket.request.max.bytes'), buffers },
    )
    this.#open.set(server, this.#services.world.clock.monotonicUs())
    this.#sweep ??= this.#sweepLater()
    if (!this.#isOpen || this.#open.size > settings.value('max.connections')) server.reset()
    return server
  }

  /** A sweep every tenth of the idle time finds a silent connection early enough. */
  #sweepLater(): Timer {
    const { settings, world } = this.#services
    const idleUs = settings.value('connections.max.idle.ms') * 1000
    return world.clock.setTimer(Math.ceil(idleUs / 10), () => {
      const before = world.clock.monotonicUs() - idleUs
      for (const [connection, lastUs] of [...this.#open]) if (lastUs <= before) connection.reset()
      this.#sweep = this.#open.size > 0 ? this.#sweepLater() : undefined
    })
  }

  #forget(connection: ServerConnection): void {
    this.#open.delete(connection)
    if (this.#open.size === 0) this.#onEmpty?.()
  }
}
