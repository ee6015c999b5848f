/** A connection whose other end is the test, and a clock that stands still until the test moves it. */

import type { Clock, Timer } from '../../../src/world/clock.ts'
import type { Address, Connection, ConnectionOwner, Network, NetworkError } from '../../../src/world/network.ts'

export class TestConnection implements Connection {
  readonly remote: Address = { host: 'peer', port: 1 }
  /** What each `send` was given, joined. */
  readonly sends: Uint8Array[] = []
  unsentBytes = 0
  owner!: ConnectionOwner
  /** What `send` returns. */
  takesMore = true
  isPaused = false
  hasEnded = false
  wasReset = false

  send(parts: readonly Uint8Array[]): boolean {
    this.sends.push(Uint8Array.from(parts.flatMap((part) => [...part])))
    return this.takesMore
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  end(): void {
    this.hasEnded = true
  }

  reset(): void {
    this.wasReset = true
  }

  /** Gives the bytes to the owner, in pieces of at most `pieceBytes`, or of what its buffers hold. */
  deliver(bytes: Uint8Array, pieceBytes = bytes.length): void {
    for (let at = 0; at < bytes.length; ) {
      // Asking twice is allowed, and must not change anything.
      this.owner.receiveBuffer()
      const into = this.owner.receiveBuffer()
      if (into.length === 0) throw new Error('a buffer without room')
      const piece = bytes.subarray(at, at + Math.min(pieceBytes, into.length))
      into.set(piece)
      this.owner.received(piece.length)
      at += piece.length
    }
  }

  /** The frames that were sent so far, without their lengths. */
  get frames(): Uint8Array[] {
    const sent = Buffer.concat(this.sends)
    const frames: Uint8Array[] = []
    for (let at = 0; at < sent.length; at += 4 + sent.readInt32BE(at)) {
      frames.push(Uint8Array.from(sent.subarray(at + 4, at + 4 + sent.readInt32BE(at))))
    }
    return frames
  }
}

export class TestNetwork implements Network {
  readonly connection = new TestConnection()

  listen(): never {
    throw new Error('nobody listens here')
  }

  connect(_address: Address, owner: ConnectionOwner): Connection {
    this.connection.owner = owner
    return this.connection
  }

  /** As the system does after a reset, or when the connection breaks. */
  close(error?: NetworkError): void {
    this.connection.owner.closed(error)
  }
}

export class TestClock implements Clock {
  #nowUs = 0
  #timers: { readonly dueUs: number; readonly fire: () => void }[] = []

  wallMs(): number {
    return Math.floor(this.#nowUs / 1000)
  }

  monotonicUs(): number {
    return this.#nowUs
  }

  setTimer(delayUs: number, fire: () => void): Timer {
    const timer = { dueUs: this.#nowUs + delayUs, fire }
    this.#timers.push(timer)
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer)
      },
    }
  }

  /** Timers that have not fired. */
  get pendingTimers(): number {
    return this.#timers.length
  }

  /** Lets time pass; 0 fires what is due now. */
  advanceMs(ms: number): void {
    this.#nowUs += ms * 1000
    for (;;) {
      const due = this.#timers.filter(({ dueUs }) => dueUs <= this.#nowUs).sort((a, b) => a.dueUs - b.dueUs)[0]
      if (due === undefined) return
      this.#timers = this.#timers.filter((other) => other !== due)
      due.fire()
    }
  }
}

export function framed(...payloads: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(
    Buffer.concat(
      payloads.flatMap((payload) => {
        const length = Buffer.alloc(4)
        length.writeInt32BE(payload.length)
        return [length, payload]
      }),
    ),
  )
}
