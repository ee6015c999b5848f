/**
 * One TCP connection and its owner.
 *
 * Sending: the sends of one turn leave in one gathered write after that turn, small parts copied together first: to a
 * socket of Node each part is a request of its own, at more than a microsecond. While more of what has arrived is about to
 * be read, a write waits for the answers to that: with short ones it costs more than all the rest. Receiving: `reading.ts` brings the bytes;
 * what did not come in an owner's buffer is copied into as many as it takes, and kept while the owner pauses.
 *
 * The owner hears `closed` once, after the system has let go of the socket, and nothing after it. After `reset` it hears
 * only that; after the end of the life, nothing.
 */

import type { Socket } from 'node:net'
import { assert } from '../world/assert.ts'
import { type Address, type Connection, type ConnectionOwner, NetworkError } from '../world/network.ts'
import type { Life } from './life.ts'
import { nativeNextTick, nativeSetImmediate } from './native-timers.ts'
import { hasLostItsPeer, type Reader, type Reading } from './reading.ts'
import { networkError } from './system-errors.ts'

/** Where the first bytes of a connection are read, before its owner is asked for buffers. */
const firstBufferBytes = 1024

/** Parts up to this size are worth copying, in blocks up to that size. */
const copiedPartBytesMax = 1024
const blockBytesMax = 8192

/** A write waits for further reads only while fewer bytes were read since the last one: the peer is to be kept busy too. */
const readAheadOfWriteBytesMax = 196_608

/** A connection over a socket of Node: `attach` gives it the socket, `belongTo` its owner, both before any event. */
export class SocketConnection implements Connection, Reader {
  readonly remote: Address
  readonly #life: Life
  #socket: Socket | undefined
  #owner: ConnectionOwner | undefined
  #error: NetworkError | undefined
  /** What was sent in this turn. */
  #queue: Uint8Array[] = []
  #queueBytes = 0
  /** The read that is being delivered has filled its buffer, so that another follows at once if there is more. */
  #readsOn = false
  #readSinceWriteBytes = 0
  /** What is queued leaves only once what has arrived is read. */
  #isWriteLate = false
  #isEnded = false
  /** Reset by this side, or closed: nothing but `closed` is told any more. */
  #isOver = false
  #isPaused = false
  #ownBuffer: Uint8Array | undefined
  #hasReceived = false
  /** Bytes read but not delivered, because the owner paused in the midst of them. */
  #held: Uint8Array | undefined

  constructor(life: Life, remote: Address) {
    this.#life = life
    this.remote = remote
  }

  /** Takes the socket whose events these are. */
  attach(socket: Socket, reading: Reading): void {
    this.#socket = socket
    const forget = this.#life.whenOver(() => socket.destroy())
    if (reading === 'copied') socket.on('data', (bytes: Uint8Array) => this.#deliver(bytes))
    socket.on('connect', () => this.#tell((owner) => owner.connected()))
    socket.on('drain', () => this.#tell((owner) => owner.writable()))
    socket.on('end', () => this.#ended(socket))
    socket.on('error', (error) => {
      // What the system says about a socket that this side has reset is no news.
      if (!this.#isOver) this.#error ??= networkError(error)
    })
    socket.on('close', () => {
      forget()
      this.#isOver = true
      if (!this.#life.isOver) this.#owner?.closed(this.#error)
    })
  }

  belongTo(owner: ConnectionOwner): void {
    this.#owner = owner
    // An accepted socket waits for its owner; in a socket that is paused by it this does nothing.
    if (!this.#isPaused && !this.#isOver) this.#socket?.resume()
  }

  get unsentBytes(): number {
    return this.#isOver ? 0 : this.#queueBytes + (this.#socket?.writableLength ?? 0)
  }

  send(parts: readonly Uint8Array[]): boolean {
    const socket = this.#socket
    if (socket === undefined || this.#isSilent || this.#isEnded || !socket.writable) return false
    if (this.#queue.length === 0) this.#flushSoon()
    for (const part of parts) {
      if (part.length > 0) this.#queue.push(part)
      this.#queueBytes += part.length
    }
    return !socket.writableNeedDrain && this.#queueBytes + socket.writableLength < socket.writableHighWaterMark
  }

  pause(): void {
    this.#isPaused = true
    if (!this.#isSilent) this.#socket?.pause()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    if (this.#held === undefined) this.#socket?.resume()
    else this.#life.later(this.#deliverHeld)
  }

  end(): void {
    if (this.#isEnded || this.#isSilent) return
    this.#isEnded = true
    this.#flush()
    this.#socket?.end()
  }

  reset(): void {
    const socket = this.#socket
    if (socket === undefined || this.#isSilent) return
    this.#isOver = true
    this.#error = undefined
    this.#held = undefined
    this.#queue = []
    this.#queueBytes = 0
    if (socket.connecting) socket.destroy()
    // The system refuses to reset in the moment between asking for a half-close and having done it.
    else if (this.#isEnded && socket.writableLength === 0 && !socket.writableFinished) {
      socket.once('finish', () => socket.resetAndDestroy())
    } else socket.resetAndDestroy()
  }

  /** For the socket: where the next bytes go. */
  nextBuffer(): Uint8Array {
    if (this.#hasReceived && this.#held === undefined && !this.#isSilent) return this.#ownersBuffer()
    // Bytes that are held may lie in the previous one.
    this.#ownBuffer = new Uint8Array(firstBufferBytes)
    return this.#ownBuffer
  }

  /** For the socket: bytes have arrived in the buffer it asked for last. */
  filled(count: number, buffer: Uint8Array): void {
    if (this.#isSilent) return
    this.#hasReceived = true
    this.#readSinceWriteBytes += count
    this.#readsOn = count === buffer.length && this.#readSinceWriteBytes < readAheadOfWriteBytesMax
    if (buffer === this.#ownBuffer) this.#deliver(buffer.subarray(0, count))
    else this.#owner?.received(count)
    if (this.#isWriteLate && !this.#readsOn) nativeNextTick(this.#flush)
    this.#readsOn = false
  }

  get #isSilent(): boolean {
    return this.#isOver || this.#life.isOver
  }

  #tell(what: (owner: ConnectionOwner) => void): void {
    if (!this.#isSilent && this.#owner !== undefined) what(this.#owner)
  }

  #ended(socket: Socket): void {
    // Once this side's own end is under way, a connection without a peer may be one that is over in good order.
    if (!this.#isEnded && !this.#isSilent && hasLostItsPeer(socket)) {
      this.#error ??= new NetworkError('RESET', 'the peer has reset the connection')
      socket.destroy()
    } else this.#tell((owner) => owner.ended())
  }

  #ownersBuffer(): Uint8Array {
    const buffer = (this.#owner as ConnectionOwner).receiveBuffer()
    assert(buffer.length > 0, 'a buffer to receive into has room for a byte')
    return buffer
  }

  /** Copies bytes into the owner's buffers, up to the point where it pauses or resets. */
  #deliver(bytes: Uint8Array): void {
    let rest = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes])
    this.#held = undefined
    while (rest.length > 0 && !this.#isPaused && !this.#isSilent) {
      const into = this.#ownersBuffer()
      const count = Math.min(into.length, rest.length)
      into.set(rest.subarray(0, count))
      rest = rest.subarray(count)
      this.#owner?.received(count)
    }
    if (rest.length > 0 && !this.#isSilent) this.#held = rest
  }

  readonly #deliverHeld = (): void => {
    if (this.#held === undefined || this.#isPaused || this.#isSilent) return
    this.#deliver(new Uint8Array(0))
    if (this.#held === undefined && !this.#isPaused && !this.#isSilent) this.#socket?.resume()
  }

  /** Writes when the present turn is over, or once all that has arrived is read. */
  #flushSoon(): void {
    this.#isWriteLate = this.#readsOn
    if (this.#readsOn) nativeSetImmediate(this.#flush)
    else nativeNextTick(this.#flush)
  }

  readonly #flush = (): void => {
    const socket = this.#socket
    const parts = this.#queue
    this.#isWriteLate = false
    this.#readSinceWriteBytes = 0
    if (socket === undefined || parts.length === 0) return
    this.#queue = []
    this.#queueBytes = 0
    if (socket.destroyed) return
    socket.cork()
    for (const block of blocksOf(parts)) socket.write(block)
    socket.uncork()
  }
}

/** The same bytes in fewer parts. */
function blocksOf(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  if (parts.length === 1) return parts
  const blocks: Uint8Array[] = []
  let small: Uint8Array[] = []
  let smallBytes = 0
  const endBlock = (): void => {
    if (small.length > 0) blocks.push(small.length === 1 ? small[0]! : Buffer.concat(small, smallBytes))
    small = []
    smallBytes = 0
  }
  for (const part of parts) {
    if (part.length > copiedPartBytesMax) {
      endBlock()
      blocks.push(part)
    } else {
      if (smallBytes + part.length > blockBytesMax) endBlock()
      small.push(part)
      smallBytes += part.length
    }
  }
  endBlock()
  return blocks
}

/** The connection that a world gives whose life is over: it never does anything. */
export function inertConnection(remote: Address): Connection {
  const nothing = () => undefined
  return { remote, unsentBytes: 0, send: () => false, pause: nothing, resume: nothing, end: nothing, reset: nothing }
}
