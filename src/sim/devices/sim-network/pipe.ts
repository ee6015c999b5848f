/**
 * One direction of a connection: bytes that a sender gave, cut into segments, on their way, arrived, taken. Ordered and
 * without loss, as TCP; what can go wrong is that it is late, that it never arrives, or that the connection breaks.
 *
 * States: unattached (nobody has answered the attempt) → attached (`attach`: both ends exist) → open (`open`: bytes may
 * travel) → ended (`endSent`) or broken (`breakOff`: a reset is its last segment). Bytes are unsent, then in flight
 * (bounded by the receiver's window), then in the receiver's buffer.
 * Arrival times never fall, so what a slow segment holds up arrives together with it. A hold (stall, partition, a host
 * that is off) lies over the arrivals: it can be lifted ahead of time.
 * Source: RFC 9293 for what a kernel answers to bytes for a connection it does not know.
 */

import { assert } from '../../../world/assert.ts'
import { EventKind } from '../../loop/event-kinds.ts'
import { NEVER } from '../../loop/event-loop.ts'
import { nobody, type ScheduledEvent } from '../../loop/event-queue.ts'
import { Alarm } from './alarm.ts'
import type { Endpoint } from './endpoint.ts'
import { Freight } from './freight.ts'
import type { Flow, SegmentVerdict } from './network-judge.ts'
import { Patience } from './patience.ts'
import { PipeDraws } from './pipe-draws.ts'
import type { PipePlace } from './pipe-place.ts'
import { SegmentKind } from './segment-queue.ts'
import type { Wire } from './wire.ts'

export class Pipe implements Flow {
  readonly from: number
  readonly to: number
  readonly connection: number
  readonly byOpener: boolean
  readonly port: number
  sentBytes = 0
  deliveredBytes = 0
  /** True once the sender's end is on its way. */
  endSent = false

  sender!: Endpoint
  /** Set before `attach`. */
  receiver!: Endpoint
  opposite!: Pipe

  readonly #wire: Wire
  readonly #draws: PipeDraws
  readonly #freight = new Freight()
  readonly #segments = this.#freight.segments
  readonly #patience: Patience
  readonly #alarm: Alarm
  #attached = false
  #open = false
  #broken = false
  /** A verdict broke the connection before it stood. */
  #doomed = false
  #endQueued = false
  #delayUs = 0
  #heldUntilUs = 0
  #resetAfterBytes = NEVER
  #window: ScheduledEvent | undefined = undefined

  constructor(wire: Wire, place: PipePlace) {
    this.#wire = wire
    this.from = place.from
    this.to = place.to
    this.connection = place.connection
    this.byOpener = place.byOpener
    this.port = place.port
    this.#draws = new PipeDraws(wire, place)
    this.#patience = new Patience(wire, this)
    this.#alarm = new Alarm(wire.loop, () => this.#arrive())
  }

  /** Bytes that are not yet on their way. */
  get unsentBytes(): number {
    return this.#freight.unsentBytes
  }

  /** Nothing arrives before this time; `NEVER` where nothing is expected to. */
  get heldUntilUs(): number {
    return this.#heldUntilUs
  }

  /** When the oldest segment that was not taken left its sender. */
  get oldestDepartUs(): number | undefined {
    return this.#segments.length === 0 ? undefined : this.#segments.headDepartUs
  }

  /** Both ends exist: a reset can travel from now on. */
  attach(): void {
    this.#attached = true
    this.hold(this.#wire.blockedUntilUs(this.from, this.to))
  }

  /** The accepting side's first word: the connection stands. */
  announce(): void {
    this.#push(SegmentKind.connected, 0, this.#wire.loop.nowUs)
    this.open()
  }

  /** From now on bytes may be sent. */
  open(): void {
    this.#open = true
    if (this.#doomed) this.#wire.cut(this)
    this.pump()
  }

  /** Takes a copy of the parts. */
  send(parts: readonly Uint8Array[]): void {
    if (this.#broken) return
    let bytes = 0
    for (const part of parts) bytes += part.length
    if (bytes === 0) return
    const verdict = this.#wire.judge?.onSend?.(this, parts)
    if (verdict !== undefined && !this.#apply(verdict, this.sentBytes + bytes)) return
    this.#freight.take(parts)
    this.sentBytes += bytes
    this.pump()
  }

  /** The sender will send nothing more; its end travels behind everything queued. */
  end(): void {
    this.#endQueued = true
    this.pump()
  }

  /** Puts on their way as many bytes as the receiver's window takes. */
  pump(): void {
    if (!this.#open || this.#broken) return
    // A process that stands still in a write sends what follows when the write is done.
    const departUs = this.#wire.loop.nowOf(this.sender.life)
    while (this.unsentBytes > 0) {
      const free = this.#wire.profile.receiveWindowBytes - this.#freight.inFlightBytes
      if (free <= 0) break
      const count = this.#draws.segmentBytes(Math.min(this.unsentBytes, free, this.#wire.profile.segmentBytesMax))
      const verdict = this.#wire.judge?.onSegment?.(this, count)
      if (verdict !== undefined && !this.#apply(verdict, this.sentBytes - this.unsentBytes + count)) return
      this.#push(SegmentKind.data, count, departUs)
    }
    if (this.unsentBytes === 0) {
      if (this.#endQueued && !this.endSent) {
        this.endSent = true
        this.#push(SegmentKind.end, 0, departUs)
      }
      this.sender.allSent()
    }
    this.arm()
  }

  /**
   * The direction breaks: unsent bytes are lost, those in flight are lost or delivered first (drawn), and a reset comes
   * last. `departUs` is when whoever breaks it acts. Harmless when repeated, or when nobody has answered the attempt.
   */
  breakOff(departUs: number): void {
    if (this.#broken || !this.#attached) return
    this.dropUnsent()
    this.#broken = true
    if (this.#draws.resetLoses()) this.#freight.clear()
    this.#push(SegmentKind.reset, 0, departUs)
    this.arm()
  }

  /** The sending process is gone: what only it held, and what it would have sent later, is never sent. */
  dropUnsent(): void {
    this.#freight.dropUnsent(this.#wire.loop.nowUs)
    this.arm()
  }

  /** The sender has given up: nothing is on its way any more. */
  abandon(): void {
    this.#freight.clear()
    this.arm()
  }

  /** Does a kernel end this direction, whose process was killed, by a reset? Drawn. */
  killResets(): boolean {
    return this.#draws.killResets()
  }

  /** Has the receiver's process left bytes that arrived untaken? */
  hasUntaken(): boolean {
    return this.#heldUntilUs <= this.#wire.loop.nowUs && this.#segments.arrivedBytes(this.#wire.loop.nowUs) > 0
  }

  /** Nothing arrives before `untilUs`, nor, beyond it, before the sender tries again. */
  hold(untilUs: number): void {
    if (untilUs <= this.#wire.loop.nowUs) return
    const lifted = untilUs >= NEVER ? NEVER : untilUs + this.#draws.lagUs()
    if (lifted <= this.#heldUntilUs) return
    this.#heldUntilUs = lifted
    this.#patience.watch()
    this.arm()
  }

  /** Lifts every hold and delay: what is on its way arrives when the sender tries again. */
  release(): void {
    const nowUs = this.#wire.loop.nowUs
    const late = this.#segments.length > 0 && this.#freight.lastArriveUs > nowUs + this.#wire.profile.retransmitLagMaxUs
    if (this.#heldUntilUs <= nowUs && !late) return
    this.#patience.calm()
    this.#heldUntilUs = nowUs + this.#draws.lagUs()
    this.#freight.hasten(this.#heldUntilUs)
    this.arm()
  }

  /** Sees to it that the next arrival is scheduled, for whoever the receiver is by now. */
  arm(): void {
    if (this.#segments.length === 0) this.#alarm.set(NEVER, nobody)
    else this.#alarm.set(this.#nextArrivalUs(), this.receiver.gone ? nobody : this.receiver.life)
  }

  #nextArrivalUs(): number {
    const arriveUs = this.#receiverWaits() ? (this.#segments.resetArriveUs ?? NEVER) : this.#segments.headArriveUs
    return Math.max(arriveUs, this.#heldUntilUs)
  }

  /** A receiver that pauses takes neither bytes nor an end; a reset reaches it all the same. */
  #receiverWaits(): boolean {
    if (!this.receiver.paused || this.receiver.gone) return false
    return this.#segments.headKind === SegmentKind.data || this.#segments.headKind === SegmentKind.end
  }

  #push(kind: SegmentKind, count: number, departUs: number): void {
    const lateUs = this.#delayUs + (count > 0 && this.unsentBytes === count ? this.#draws.resendingUs() : 0)
    this.#freight.launch(kind, count, departUs, departUs + this.#draws.latencyUs() + lateUs)
    this.#delayUs = 0
    this.#wire.counters.segments++
    this.#patience.watch()
  }

  #arrive(): void {
    assert(this.#segments.length > 0, 'what arrives is on its way')
    const { receiver } = this
    if (receiver.gone) {
      this.#bounce()
      return
    }
    const kind = this.#receiverWaits() ? SegmentKind.reset : this.#segments.headKind
    this.#wire.loop.hash.note(this.connection * 8 + kind * 2 + (this.byOpener ? 1 : 0))
    if (kind === SegmentKind.data) {
      this.#deliver(receiver)
    } else if (kind === SegmentKind.reset) {
      this.#freight.clear()
      receiver.broken('RESET', 'the peer, or something between, reset the connection')
    } else {
      this.#segments.shift()
      if (kind === SegmentKind.connected) receiver.established()
      else receiver.peerEnded()
    }
    this.arm()
  }

  #deliver(receiver: Endpoint): void {
    const { loop } = this.#wire
    const buffer = receiver.buffer()
    if (buffer === undefined) return
    const count = this.#freight.unload(buffer, loop.nowUs)
    this.deliveredBytes += count
    loop.hash.noteBytes(buffer, 0, count)
    if (this.unsentBytes > 0) this.#openWindow()
    receiver.received(count)
    if (this.deliveredBytes >= this.#resetAfterBytes) this.#wire.cut(this)
  }

  /** The sender learns, a latency later, that there is room again. */
  #openWindow(): void {
    this.#window ??= this.#wire.loop.schedule(this.#draws.latencyUs(), EventKind.network, nobody, () => {
      this.#window = undefined
      if (!this.sender.gone) this.pump()
    })
  }

  /** Something arrives for a receiver that is no more: its kernel answers with a reset; a dead host says nothing. */
  #bounce(): void {
    if (!this.#wire.isUp(this.to)) {
      this.hold(NEVER)
      return
    }
    const answered = this.#segments.headKind === SegmentKind.data || this.#segments.headKind === SegmentKind.connected
    this.#freight.clear()
    if (answered && !this.sender.gone) this.opposite.breakOff(this.#wire.loop.nowUs)
  }

  /** False when the bytes are lost. `endByte` is the position in the stream just behind them. */
  #apply(verdict: SegmentVerdict, endByte: number): boolean {
    const { counters } = this.#wire
    if (verdict.kind === 'delay') {
      counters.delays++
      this.#delayUs += verdict.us
    } else if (verdict.kind === 'stall') {
      counters.stalls++
      this.hold(verdict.untilUs)
    } else if (verdict.kind === 'resetAfter') {
      this.#resetAfterBytes = Math.min(this.#resetAfterBytes, endByte)
    } else {
      this.#doomed = !this.#attached
      this.#wire.cut(this)
      return false
    }
    return true
  }
}
