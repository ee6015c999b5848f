/**
 * The broker's listener and the connections it accepted: bounded in number (`admission.ts`) and in what they hold in
 * memory (`memory.ts`), each told when the broker stops.
 *
 * A connection on which nothing moved for `connections.max.idle.ms`, no byte of a request or of an answer, is reset; a sweep
 * looks for such, so that a connection needs no timer of its own. Not here: what a connection does (`wire/server-connection.ts`).
 */

import { ServerConnection } from '../../wire/server-connection.ts'
import type { Timer } from '../../world/clock.ts'
import type { Address, Connection, ConnectionOwner, Listener } from '../../world/network.ts'
import { promised } from '../../world/promises.ts'
import type { Services } from '../handlers/services.ts'
import type { ListenerKind } from '../handlers/table.ts'
import { Complaints } from '../observe/complaints.ts'
import { Admission } from './admission.ts'
import { dispatch } from './dispatch.ts'
import { ConnectionMemory } from './memory.ts'

/** How long connections have to end when the broker stops; then they are reset. */
const CLOSE_US = 1_000_000

/** What the sweep knows of a connection: what moves on it takes no look at the clock. */
interface Activity {
  /** When it was opened, or the last sweep before which something had moved, by the monotonic clock. */
  sinceUs: number
  /** As of that sweep. */
  movedBytes: number
}

export class Connections {
  readonly #services: Services
  readonly #kind: ListenerKind
  readonly #open = new Map<ServerConnection, Activity>()
  readonly #admission: Admission<ServerConnection>
  readonly #waiting = new Set<ServerConnection>()
  readonly #memory: ConnectionMemory<ServerConnection>
  readonly #complaints: Complaints
  #isOpen = false
  /** A look at what is held is on its way. */
  #reviewing: Timer | undefined
  #sweep: Timer | undefined
  #listener: Listener | undefined
  #onEmpty: (() => void) | undefined

  constructor(services: Services, kind: ListenerKind) {
    this.#services = services
    this.#kind = kind
    const { settings, world, observer } = services
    this.#admission = new Admission(settings, (connection) => this.#serve(connection))
    this.#memory = new ConnectionMemory(settings)
    this.#complaints = new Complaints(world.clock, observer)
    settings.onChanged(() => this.#admission.admitWaiting())
  }

  /** Connections that are open now. */
  get size(): number {
    return this.#open.size
  }

  /** Bytes of requests, from their arrival to their answer. */
  get requestBytes(): number {
    return this.#memory.requestBytes
  }

  /** Bytes of answers that peers do not take. */
  get unsentBytes(): number {
    return this.#memory.unsentBytes
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
    this.#reviewing?.cancel()
    for (const connection of [...this.#open.keys()]) connection.close()
    if (this.#open.size === 0) this.#onEmpty()
  }

  #accept(connection: Connection): ConnectionOwner {
    const { settings, world, buffers } = this.#services
    const activity = { sinceUs: world.clock.monotonicUs(), movedBytes: 0 }
    const server = new ServerConnection(
      connection,
      {
        request: (request) => dispatch(this.#services, origin, request),
        malformed: (error, from) => {
          this.#complaints.warn(`connection closed: a request header does not parse: ${error.message}`)
          from.close()
        },
        holds: (requestBytes, unsentBytes, from) => this.#noteHeld(from, requestBytes, unsentBytes),
        closed: () => this.#forget(server),
      },
      { frameBytesMax: settings.value('socket.request.max.bytes'), buffers },
    )
    const origin = { listener: this.#kind, complaints: this.#complaints, connection: server }
    this.#open.set(server, activity)
    this.#sweep ??= this.#sweepLater()
    this.#admit(server, connection.remote.host)
    return server
  }

  #admit(server: ServerConnection, host: string): void {
    const admitted = this.#isOpen ? this.#admission.arrive(server, host) : 'turned away'
    if (admitted === 'waits') this.#waiting.add(server)
    if (admitted === 'waits' || this.#memory.isFull) server.hold()
    if (admitted !== 'turned away') return
    if (this.#isOpen) this.#complaints.warn(`a connection of ${host} was turned away: there are too many already`)
    server.reset()
  }

  /** It has waited for its turn. */
  #serve(connection: ServerConnection): void {
    this.#waiting.delete(connection)
    if (!this.#memory.isFull) connection.release()
  }

  #noteHeld(connection: ServerConnection, requestBytes: number, unsentBytes: number): void {
    if (this.#memory.note(connection, requestBytes, unsentBytes)) {
      for (const each of this.#open.keys()) {
        if (this.#memory.isFull) each.hold()
        else if (!this.#waiting.has(each)) each.release()
      }
    }
    if (this.#kind === 'broker') this.#services.fetchBytes.isScarce = this.#memory.isUnsentMuch
    if (this.#reviewing !== undefined || this.#memory.stoodStillTooLong().length === 0) return
    // Not inside a call of the connection, which may be one of those that must go.
    this.#reviewing = this.#services.world.clock.setTimer(0, () => {
      this.#reviewing = undefined
      for (const each of this.#memory.stoodStillTooLong()) {
        this.#complaints.warn(`connection of ${each.remote.host} closed: answers that nobody takes fill the memory`)
        each.reset()
      }
    })
  }

  /** A sweep every tenth of the idle time finds a silent connection early enough: at most two tenths late. */
  #sweepLater(): Timer {
    const { settings, world } = this.#services
    const idleUs = settings.value('connections.max.idle.ms') * 1000
    return world.clock.setTimer(Math.ceil(idleUs / 10), () => {
      const nowUs = world.clock.monotonicUs()
      for (const [connection, activity] of [...this.#open]) {
        const { movedBytes } = connection
        if (activity.movedBytes !== movedBytes) {
          activity.movedBytes = movedBytes
          activity.sinceUs = nowUs
        } else if (activity.sinceUs <= nowUs - idleUs) connection.reset()
      }
      this.#sweep = this.#open.size > 0 ? this.#sweepLater() : undefined
    })
  }

  #forget(connection: ServerConnection): void {
    this.#open.delete(connection)
    this.#waiting.delete(connection)
    this.#admission.leave(connection)
    if (this.#open.size === 0) this.#onEmpty?.()
  }
}
