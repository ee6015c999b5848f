/**
 * TCP through `node:net`: listening, connecting, and handing connections to their owners.
 *
 * Connections send small answers at once (no Nagle delay) and live on half-open when one side has ended. No more are
 * accepted than leave the disk its handles; the others are reset. Not here: TLS, Unix sockets, limits of a service.
 */

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { assert } from '../world/assert.ts'
import type { Address, Connection, ConnectionOwner, Listener, Network, NetworkError } from '../world/network.ts'
import { inertConnection, SocketConnection } from './connection.ts'
import type { Life } from './life.ts'
import { connectingSocket, type Reading, reopenIntoOwnBuffers, unsentBytesMax } from './reading.ts'
import { networkError } from './system-errors.ts'

/** Idle connections are probed after two hours, as systems do by default, so that a vanished peer is noticed at last. */
const probing = { keepAlive: true, keepAliveInitialDelay: 7_200_000 } as const

const serverOptions = {
  allowHalfOpen: true,
  // Nothing may be read before an accepted connection has an owner.
  pauseOnConnect: true,
  noDelay: true,
  ...probing,
  highWaterMark: unsentBytesMax,
} as const

/** As many connections as may wait to be accepted; the system may hold it to less. */
const backlogMax = 511

/** The network of one life; its listeners and connections end with it. */
export class RealNetwork implements Network {
  readonly #life: Life
  readonly #reading: Reading
  readonly #acceptedMax: number
  #accepted = 0

  /**
   * `reading` is how bytes come in: `direct` wherever the host allows it (the default), or always by a copy. No more
   * than `acceptedMax` connections are accepted at one time.
   */
  constructor(life: Life, reading: Reading = 'direct', acceptedMax: number = Number.MAX_SAFE_INTEGER) {
    this.#life = life
    this.#reading = reading
    this.#acceptedMax = acceptedMax
  }

  listen(
    address: Address,
    accept: (connection: Connection) => ConnectionOwner,
    done: (error: NetworkError | undefined, bound: Address) => void,
  ): Listener {
    assertAddress(address)
    if (this.#life.isOver) return { close: () => undefined }
    const server = createServer(serverOptions)
    let isClosed = false
    const close = () => {
      isClosed = true
      server.close()
    }
    const forget = this.#life.whenOver(close)
    server.on('connection', (socket) => this.#accept(socket, accept))
    whenBound(server, (error) => {
      // Resolving a host's name takes events; the listener may have been closed meanwhile.
      if (isClosed) close()
      else if (error === undefined) done(undefined, boundAddress(server))
      else {
        forget()
        done(networkError(error), address)
      }
    })
    server.listen({ host: address.host, port: address.port, backlog: backlogMax, exclusive: true })
    return {
      close: () => {
        forget()
        close()
      },
    }
  }

  connect(address: Address, owner: ConnectionOwner): Connection {
    assertAddress(address)
    if (this.#life.isOver) return inertConnection(address)
    const connection = new SocketConnection(this.#life, address)
    const socket = connectingSocket(this.#reading, connection)
    connection.attach(socket, this.#reading)
    connection.belongTo(owner)
    socket.connect({ host: address.host, port: address.port, noDelay: true, ...probing })
    return connection
  }

  #accept(accepted: Socket, accept: (connection: Connection) => ConnectionOwner): void {
    if (this.#life.isOver || this.#accepted >= this.#acceptedMax) {
      accepted.resetAndDestroy()
      return
    }
    const remote = { host: plainHost(accepted.remoteAddress ?? ''), port: accepted.remotePort ?? 0 }
    const connection = new SocketConnection(this.#life, remote)
    const socket = this.#reading === 'direct' ? reopenIntoOwnBuffers(accepted, connection) : accepted
    this.#accepted++
    socket.on('close', () => this.#accepted--)
    connection.attach(socket, socket === accepted ? 'copied' : 'direct')
    connection.belongTo(accept(connection))
  }
}

/** Calls `done` once, when listening has begun or failed. */
function whenBound(server: Server, done: (error: Error | undefined) => void): void {
  let isSettled = false
  const settle = (error: Error | undefined) => {
    // Later errors are connections that could not be accepted (no file handles left): their peers see them closed.
    if (isSettled) return
    isSettled = true
    done(error)
  }
  server.on('listening', () => settle(undefined))
  server.on('error', settle)
}

function boundAddress(server: Server): Address {
  const { address, port } = server.address() as AddressInfo
  return { host: plainHost(address), port }
}

/** An IPv4 peer of a socket that serves both families is shown as the IPv4 address it is. */
function plainHost(host: string): string {
  return host.startsWith('::ffff:') ? host.slice('::ffff:'.length) : host
}

function assertAddress(address: Address): void {
  const { port } = address
  assert(Number.isInteger(port) && port >= 0 && port <= 0xffff, 'a port is an integer in [0, 65535]')
}
