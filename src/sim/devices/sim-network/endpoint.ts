/**
 * One side of a simulated connection, as its owner sees it.
 *
 * States: connecting → established (`established`, or from the start where accepted) → gone. It is gone when both sides
 * have ended, when either resets, when an attempt fails, or when its process dies; then it takes nothing, and what still
 * arrives is answered by its kernel. The last thing its owner hears is `closed`, unless its life ended.
 */

import { assert } from '../../../world/assert.ts'
import type { Address, Connection, ConnectionOwner, NetworkErrorCode } from '../../../world/network.ts'
import { NetworkError } from '../../../world/network.ts'
import { EventKind } from '../../loop/event-kinds.ts'
import type { ScheduledEvent } from '../../loop/event-queue.ts'
import type { Life } from '../life.ts'
import type { Pipe } from './pipe.ts'
import type { Wire } from './wire.ts'

export class Endpoint implements Connection {
  readonly life: Life
  readonly remote: Address
  /** Who is told; for an accepted connection undefined until the listener has named one. */
  owner: ConnectionOwner | undefined
  out!: Pipe
  in!: Pipe
  /** When an attempt that nobody answers fails. */
  deadline: ScheduledEvent | undefined

  readonly #wire: Wire
  #paused = false
  #gone = false
  #endCalled = false
  #peerEnded = false
  #wantsWritable = false

  constructor(wire: Wire, life: Life, remote: Address, owner?: ConnectionOwner) {
    this.#wire = wire
    this.life = life
    this.remote = remote
    this.owner = owner
  }

  /** Over: the owner hears nothing more than `closed`. */
  get gone(): boolean {
    return this.#gone
  }

  get paused(): boolean {
    return this.#paused
  }

  get unsentBytes(): number {
    return this.#gone ? 0 : this.out.unsentBytes
  }

  send(parts: readonly Uint8Array[]): boolean {
    if (this.#gone || this.#endCalled) return false
    this.out.send(parts)
    if (this.out.unsentBytes <= this.#wire.profile.sendBufferBytes) return true
    this.#wantsWritable = true
    return false
  }

  pause(): void {
    this.#paused = true
    if (!this.#gone) this.in.arm()
  }

  resume(): void {
    this.#paused = false
    if (!this.#gone) this.in.arm()
  }

  end(): void {
    if (this.#gone || this.#endCalled) return
    this.#endCalled = true
    this.out.end()
  }

  reset(): void {
    if (this.#gone) return
    this.out.breakOff(this.#wire.loop.nowOf(this.life))
    this.#closeSoon(undefined)
  }

  /** The process died: its kernel ends or resets the connection, or, without power, says nothing at all. */
  die(how: 'kill' | 'powerLoss'): void {
    if (this.#gone) return
    this.#leave()
    this.out.dropUnsent()
    if (how === 'powerLoss') return
    // A kernel that drops bytes which the process never took must reset (RFC 2525 §2.17).
    if (this.out.killResets() || this.in.hasUntaken()) this.out.breakOff(this.#wire.loop.nowUs)
    else this.out.end()
  }

  /** The attempt failed, before anything was established. */
  fail(code: NetworkErrorCode, message: string): void {
    if (!this.#gone) this.#closeSoon(new NetworkError(code, message))
  }

  /** Where the next bytes go; undefined when the owner has no place for them any more. */
  buffer(): Uint8Array | undefined {
    // A listener that threw has named no owner.
    if (this.owner === undefined) this.reset()
    const buffer = this.owner?.receiveBuffer()
    assert(buffer === undefined || buffer.length > 0, 'a receive buffer has room for at least one byte')
    return this.#gone || this.#paused ? undefined : buffer
  }

  received(count: number): void {
    this.owner?.received(count)
  }

  established(): void {
    this.deadline?.cancel()
    this.owner?.connected()
    if (!this.#gone) this.out.open()
  }

  peerEnded(): void {
    this.#peerEnded = true
    this.owner?.ended()
    this.#closeIfBothEnded()
  }

  /** The connection breaks under the owner; called within an event of this life. */
  broken(code: NetworkErrorCode, message: string): void {
    this.#leave()
    this.owner?.closed(new NetworkError(code, `${this.remote.host}:${this.remote.port}: ${message}`))
  }

  /** Everything queued is on its way. */
  allSent(): void {
    if (this.#gone) return
    if (this.#wantsWritable) {
      this.#wantsWritable = false
      this.#wire.loop.schedule(0, EventKind.writable, this.life, () => {
        if (!this.#gone) this.owner?.writable()
      })
    }
    this.#closeIfBothEnded()
  }

  #closeIfBothEnded(): void {
    if (!this.#gone && this.#peerEnded && this.#endCalled && this.out.endSent) this.#closeSoon(undefined)
  }

  #closeSoon(error: NetworkError | undefined): void {
    this.#leave()
    this.#wire.loop.schedule(0, EventKind.closed, this.life, () => this.owner?.closed(error))
  }

  #leave(): void {
    this.#gone = true
    this.deadline?.cancel()
    this.#wire.forget(this)
    this.in.arm()
  }
}
