/**
 * The broker's end of one connection: frames in, requests to a handler, answers out.
 *
 * Requests are started and answered in the order in which they came. A request is started once everything before it is
 * answered; only a Produce may start behind unanswered Produces, up to a number of requests and bytes. Answers may come
 * in any order: they are held until it is their turn, and what may leave in one call leaves in one `send`.
 *
 * Back-pressure both ways: while the peer does not take what is sent, nothing is started; while more is waiting than the
 * bounds allow, or somebody holds the connection, nothing is read. What is held in memory for the peer is told as it
 * changes. A connection that the peer has half-closed ends when everything is answered.
 *
 * Not here: what requests mean, whether their versions are served, idle timeouts, quotas.
 */

import { decodeRequestHeader } from '../protocol/headers.ts'
import { ProtocolError } from '../protocol/protocol-error.ts'
import { assert } from '../world/assert.ts'
import { BufferPool } from '../world/buffer-pool.ts'
import type { Connection, ConnectionOwner, NetworkError } from '../world/network.ts'
import { Exchange, type ServerRequest } from './exchange.ts'
import { FRAME_BYTES_MAX, FrameReceiver } from './frame-receiver.ts'
import { SentBuffers } from './sent-buffers.ts'
import { unsent, type WireError } from './wire-error.ts'

/** What happens with the requests. */
export interface ServerConnectionHandler {
  /** A request's turn has come. Its API and version may be ones that nobody serves. */
  request(request: ServerRequest, connection: ServerConnection): void
  /** A frame without a readable header; everything before it is answered. Nothing else happens unless it closes. */
  malformed(error: ProtocolError, connection: ServerConnection): void
  /**
   * What this connection holds in memory has changed: `requestBytes` in requests from the announcement of their length
   * to their answer, `unsentBytes` in answers that the peer does not take. Both are 0 before `closed`. The connection
   * may be held or released in the call; a reset must be put off.
   */
  holds?(requestBytes: number, unsentBytes: number, connection: ServerConnection): void
  /** The last call, once. Undefined where both sides ended in order or this side reset. */
  closed(error: WireError | undefined): void
}

/** Bounds; every default is written here. */
export interface ServerConnectionOptions {
  /** The longest frame, in bytes (`socket.request.max.bytes`). Default 104857600. */
  readonly frameBytesMax?: number
  /** The most Produces that are started and unanswered. 1…; default 5. */
  readonly pipelinedRequestsMax?: number
  /** The most bytes in these, unless it is only one. Default 16 MiB. */
  readonly pipelinedBytesMax?: number
  /** Reading stops when more requests than this are waiting to be started. Default 100. */
  readonly queuedRequestsMax?: number
  /** Reading stops when the waiting requests have more bytes than this. Default 1 MiB. */
  readonly queuedBytesMax?: number
  /** Where frames are received, and where pooled parts of answers go back. Default: a pool that keeps nothing. */
  readonly buffers?: BufferPool
}

/** Answers are sent when this many bytes are gathered, even where another request may be started before. */
const GATHERED_BYTES_MAX = 262_144

/** See the head of this file. It is the owner of the connection that was accepted. */
export class ServerConnection implements ConnectionOwner {
  readonly #connection: Connection
  readonly #handler: ServerConnectionHandler
  readonly #bounds: Required<ServerConnectionOptions>
  readonly #receiver: FrameReceiver
  readonly #sent: SentBuffers
  /** Frames that are not started; the first is `#next` once its header was read. */
  readonly #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #next: Exchange | ProtocolError | undefined
  /** Requests that are started and not answered, or answered before their turn. */
  readonly #started: Exchange[] = []
  #startedBytes = 0
  /** Answers whose turn has come, to be sent at the end of the call. */
  #outbox: Uint8Array[] = []
  #outboxBytes = 0
  #isAdvancing = false
  /** The last `send` asked to wait. */
  #isBlocked = false
  #isPaused = false
  /** Somebody wants nothing to be read. */
  #isHeld = false
  #movedBytes = 0
  #toldRequestBytes = 0
  #toldUnsentBytes = 0
  /** The peer sends nothing more. */
  #hasPeerEnded = false
  /** This side takes part in nothing more; `closed` is still to come. */
  #isClosing = false
  #reason: WireError | undefined

  constructor(connection: Connection, handler: ServerConnectionHandler, options: ServerConnectionOptions = {}) {
    this.#connection = connection
    this.#handler = handler
    this.#bounds = {
      frameBytesMax: FRAME_BYTES_MAX,
      pipelinedRequestsMax: 5,
      pipelinedBytesMax: 16_777_216,
      queuedRequestsMax: 100,
      queuedBytesMax: 1_048_576,
      buffers: new BufferPool({ idleBytesMax: 0 }),
      ...options,
    }
    assert(this.#bounds.pipelinedRequestsMax >= 1, 'one request at least may be unanswered')
    const { frameBytesMax, buffers } = this.#bounds
    this.#sent = new SentBuffers(connection, buffers)
    const queue = (frame: Uint8Array): void => {
      this.#waiting.push(frame)
      this.#waitingBytes += frame.length
    }
    this.#receiver = new FrameReceiver(frameBytesMax, queue, buffers)
  }

  /** The other end. */
  get remote(): Connection['remote'] {
    return this.#connection.remote
  }

  /** Bytes that came, and bytes of answers that left for the system: what has not changed for long is silent. */
  get movedBytes(): number {
    return this.#movedBytes - this.#connection.unsentBytes
  }

  /** Sends the answers whose turn has come, then half-closes. Nothing more is read, started or answered. */
  close(): void {
    if (this.#isClosing) return
    this.#send()
    this.#abandon()
    // What the peer still sends is dropped, but its own end must be noticed.
    if (this.#isPaused) this.#connection.resume()
    this.#connection.end()
  }

  /** Reads nothing until `release`, but the rest of a long frame that has begun: it is counted already. */
  hold(): void {
    this.#isHeld = true
    if (!this.#isClosing) this.#pauseOrResume()
  }

  release(): void {
    this.#isHeld = false
    if (!this.#isClosing) this.#pauseOrResume()
  }

  /** Drops everything and closes abruptly. */
  reset(): void {
    this.#isBlocked = false
    this.#abandon()
    this.#connection.reset()
  }

  connected(): void {
    // Accepted connections are established from the start.
  }

  receiveBuffer(): Uint8Array {
    return this.#receiver.receiveBuffer()
  }

  received(count: number): void {
    this.#movedBytes += count
    const problem = this.#receiver.received(count)
    this.#advance()
    if (problem === undefined || this.#isClosing) return
    // Where the next frame begins cannot be known any more.
    this.#reason = unsent('MALFORMED_REQUEST', problem)
    this.reset()
  }

  writable(): void {
    this.#isBlocked = false
    if (this.#isClosing) this.#tellWhatIsHeld()
    else this.#advance()
  }

  ended(): void {
    this.#hasPeerEnded = true
    this.#advance()
  }

  closed(error: NetworkError | undefined): void {
    this.#isBlocked = false
    this.#abandon()
    const lost = error && unsent('CLOSED', `the connection was lost: ${error.message}`, error)
    this.#handler.closed(this.#reason ?? lost)
  }

  /** Sends what may be sent and starts what may be started. Re-entered by answers that come at once: they just wait. */
  readonly #advance = (): void => {
    if (this.#isAdvancing || this.#isClosing) return
    this.#isAdvancing = true
    this.#sent.reclaim()
    do this.#gatherAnswers()
    while (this.#startNext())
    this.#isAdvancing = false
    if (this.#isClosing) return
    this.#send()
    this.#tellWhatIsHeld()
    this.#pauseOrResume()
    if (this.#hasPeerEnded && this.#started.length === 0 && this.#waiting.length === 0) this.close()
  }

  #gatherAnswers(): void {
    for (let first = this.#started[0]; first?.answer !== undefined; first = this.#started[0]) {
      this.#started.shift()
      this.#startedBytes -= first.bytes.length
      // Its batches were copied to the log, and its answer refers to none of it.
      if (first.isProduce) this.#bounds.buffers.give(first.bytes)
      if (first.answer !== 'none')
        for (const part of first.answer) {
          this.#outbox.push(part)
          this.#outboxBytes += part.length
        }
      if (this.#outboxBytes >= GATHERED_BYTES_MAX) this.#send()
    }
  }

  /** True where something was started, so that there may be more to do. */
  #startNext(): boolean {
    const frame = this.#waiting[0]
    if (frame === undefined || this.#isBlocked || this.#isClosing) return false
    this.#next ??= this.#readHeader(frame)
    const next = this.#next
    if (!this.#mayStart(next)) return false
    this.#next = undefined
    this.#waiting.shift()
    this.#waitingBytes -= frame.length
    if (next instanceof ProtocolError) this.#handler.malformed(next, this)
    else {
      this.#started.push(next)
      this.#startedBytes += frame.length
      this.#handler.request(next, this)
    }
    return true
  }

  #mayStart(next: Exchange | ProtocolError): boolean {
    const last = this.#started.at(-1)
    if (last === undefined) return true
    // Whatever is before the last one is a Produce too, or the last one would not have been started.
    if (next instanceof ProtocolError || !next.isProduce || !last.isProduce) return false
    const { pipelinedRequestsMax, pipelinedBytesMax } = this.#bounds
    return this.#started.length < pipelinedRequestsMax && this.#startedBytes + next.bytes.length <= pipelinedBytesMax
  }

  #readHeader(frame: Uint8Array): Exchange | ProtocolError {
    try {
      return new Exchange(decodeRequestHeader(frame), frame, this.#advance)
    } catch (error) {
      if (error instanceof ProtocolError) return error
      throw error
    }
  }

  #send(): void {
    if (this.#outbox.length === 0 || this.#isClosing) return
    const parts = this.#outbox
    this.#movedBytes += this.#outboxBytes
    this.#outbox = []
    this.#outboxBytes = 0
    this.#sent.add(parts)
    if (!this.#connection.send(parts)) this.#isBlocked = true
  }

  #pauseOrResume(): void {
    const isPausing = this.#mustPause()
    if (isPausing === this.#isPaused) return
    this.#isPaused = isPausing
    if (isPausing) this.#connection.pause()
    else this.#connection.resume()
  }

  /** Resumes at half of what makes it pause, so as not to do both for every request. */
  #mustPause(): boolean {
    if (this.#isHeld && this.#receiver.longFrameBytes === 0) return true
    const { queuedRequestsMax, queuedBytesMax } = this.#bounds
    const share = this.#isPaused ? 2 : 1
    return this.#waiting.length * share > queuedRequestsMax || this.#waitingBytes * share > queuedBytesMax
  }

  #tellWhatIsHeld(): void {
    const requestBytes = this.#receiver.longFrameBytes + this.#waitingBytes + this.#startedBytes
    const unsentBytes = this.#isBlocked ? this.#connection.unsentBytes : 0
    if (requestBytes === this.#toldRequestBytes && unsentBytes === this.#toldUnsentBytes) return
    this.#toldRequestBytes = requestBytes
    this.#toldUnsentBytes = unsentBytes
    this.#handler.holds?.(requestBytes, unsentBytes, this)
  }

  #abandon(): void {
    this.#isClosing = true
    this.#receiver.stop()
    this.#waiting.length = 0
    this.#waitingBytes = 0
    this.#startedBytes = 0
    this.#outbox = []
    for (const exchange of this.#started.splice(0)) exchange.abandon()
    this.#tellWhatIsHeld()
  }
}
