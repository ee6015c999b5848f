/**
 * The network as one life of one machine has it: it listens under its machine's own names, connects to others by
 * theirs, and is inert once the life is over.
 */

import type {
  Address,
  Connection,
  ConnectionOwner,
  Listener,
  Network,
  NetworkErrorCode,
} from '../../../world/network.ts'
import { NetworkError } from '../../../world/network.ts'
import { EventKind } from '../../loop/event-kinds.ts'
import type { Life } from '../life.ts'
import type { Host, OpenListener } from './host.ts'
import type { SimNetwork } from './sim-network.ts'

/** How long a system takes to open a port. */
const LISTEN_US = 10

export class LifeNetwork implements Network {
  readonly #network: SimNetwork
  readonly #life: Life
  readonly #host: Host

  constructor(network: SimNetwork, life: Life, host: Host) {
    this.#network = network
    this.#life = life
    this.#host = host
  }

  listen(
    address: Address,
    accept: (connection: Connection) => ConnectionOwner,
    done: (error: NetworkError | undefined, bound: Address) => void,
  ): Listener {
    const host = this.#host
    const life = this.#life
    if (!life.alive) return { close: () => undefined }
    const failure = this.#cannotBind(address)
    if (failure !== undefined) {
      const error = new NetworkError(failure, `cannot listen at ${address.host}:${address.port} on ${host.name}`)
      this.#soon(() => done(error, address))
      return { close: () => undefined }
    }
    const port = address.port === 0 ? host.freePort() : address.port
    const listener: OpenListener = { life, open: false, accept }
    let closed = false
    host.listeners.set(port, listener)
    this.#soon(() => {
      listener.open = !closed
      done(undefined, { host: address.host, port })
    })
    const close = (): void => {
      closed = true
      listener.open = false
      if (host.listeners.get(port) === listener) host.listeners.delete(port)
    }
    return { close }
  }

  connect(address: Address, owner: ConnectionOwner): Connection {
    if (!this.#life.alive) return inertConnection(address)
    return this.#network.connect(this.#life, this.#host, address, owner)
  }

  #cannotBind(address: Address): NetworkErrorCode | undefined {
    if (!this.#host.answersTo(address.host)) return 'ADDRESS_UNAVAILABLE'
    return this.#host.listeners.has(address.port) ? 'ADDRESS_IN_USE' : undefined
  }

  #soon(fire: () => void): void {
    this.#network.loop.schedule(LISTEN_US, EventKind.listening, this.#life, fire)
  }
}

function inertConnection(remote: Address): Connection {
  const nothing = (): void => undefined
  return { remote, unsentBytes: 0, send: () => false, pause: nothing, resume: nothing, end: nothing, reset: nothing }
}
