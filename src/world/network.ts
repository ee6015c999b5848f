/**
 * Connections that behave like TCP: ordered bytes without message boundaries, back-pressure, half-close, reset.
 *
 * A connection reads into buffers that its owner supplies, so that a frame can be received straight into the buffer it
 * will live in. Bytes may arrive split anywhere. Not here: names of hosts beyond what the platform resolves, TLS.
 */
export interface Network {
  /**
   * Listens at an address; port 0 takes a free one. `done` gets the address that was bound, or the error
   * (`ADDRESS_IN_USE`, `ADDRESS_UNAVAILABLE`, …). `accept` is called once per connection and returns its owner.
   */
  listen(
    address: Address,
    accept: (connection: Connection) => ConnectionOwner,
    done: (error: NetworkError | undefined, bound: Address) => void,
  ): Listener
  /** Connects; the outcome is `owner.connected()`, or `owner.closed(error)` where nobody listens. */
  connect(address: Address, owner: ConnectionOwner): Connection
}

export interface Address {
  readonly host: string
  /** 0…65535. */
  readonly port: number
}

export interface Listener {
  /** Stops accepting; connections that were accepted live on. */
  close(): void
}

/** What the owner of a connection is told. Each call is an event of its own. */
export interface ConnectionOwner {
  /** The connection is established. Only for connections made by `connect`; those from `accept` are from the start. */
  connected(): void
  /**
   * Where the next bytes go: a buffer with room for at least one byte, borrowed until `received` or `closed`. Asked
   * for just before bytes are delivered; may be asked again without a `received` between, for nothing arrived.
   */
  receiveBuffer(): Uint8Array
  /** Bytes `[0, count)` of the buffer last asked for are filled; `count` >= 1. */
  received(count: number): void
  /** `unsentBytes` has fallen to zero after a `send` that returned false. */
  writable(): void
  /** The peer has half-closed: nothing more will be received. Sending is still possible. */
  ended(): void
  /** The last call: the connection is over. Without an error when both sides ended, or this side called `reset`. */
  closed(error: NetworkError | undefined): void
}

export interface Connection {
  readonly remote: Address
  /** Bytes taken by `send` and not yet handed to the peer's system. */
  readonly unsentBytes: number
  /**
   * Queues the parts, in order, behind what is queued already. The parts belong to the connection from now on and must
   * not be changed. False asks the caller to wait for `writable` before sending more (it is advice: nothing is lost).
   * A connection that is over, or ended by this side, takes nothing and returns false. May be called before `connected`.
   */
  send(parts: readonly Uint8Array[]): boolean
  /** Delivers nothing more (at most one delivery that is under way) until `resume`; the peer feels it as back-pressure. */
  pause(): void
  resume(): void
  /** Half-closes once everything queued is sent. */
  end(): void
  /** Drops everything unsent and closes abruptly: the peer sees a reset. `closed` follows as an event of its own. */
  reset(): void
}

export type NetworkErrorCode =
  | 'REFUSED'
  | 'RESET'
  | 'TIMED_OUT'
  | 'UNREACHABLE'
  | 'HOST_NOT_FOUND'
  | 'ADDRESS_IN_USE'
  | 'ADDRESS_UNAVAILABLE'
  | 'OTHER'

/** An operating failure of the network; the message is for people, `code` is for decisions. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
  readonly code: NetworkErrorCode

  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
