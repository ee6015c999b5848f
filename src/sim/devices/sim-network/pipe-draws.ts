/**
 * The chance in one direction of a connection: how long a segment takes, where it is cut, what a reset loses. Keyed by
 * the pair of nodes and the ordinal of the connection between them, so that no other connection moves these draws.
 */

import type { DrawKey } from '../../draws/keyed-draws.ts'
import type { PipePlace } from './pipe-place.ts'
import type { Wire } from './wire.ts'

/** Nodes are numbered below this, so that a pair of them is one actor. */
export const NODES_MAX = 65_536

/** How long a sender waits before it sends again what was not acknowledged, the first time; then twice as long. */
const RESEND_US = 200_000
/** The most times that the same bytes are lost. */
const LOSSES_MAX = 5

export class PipeDraws {
  readonly #wire: Wire
  readonly #latency: DrawKey
  readonly #split: DrawKey
  readonly #cut: DrawKey
  readonly #break: DrawKey
  readonly #lag: DrawKey
  readonly #resend: DrawKey
  readonly #loopback: boolean
  #latencies = 0
  #splits = 0
  #lags = 0
  #resends = 0

  constructor(wire: Wire, place: PipePlace) {
    this.#wire = wire
    const actor = place.from * NODES_MAX + place.to
    const item = place.pairOrdinal * 2 + (place.byOpener ? 1 : 0)
    this.#latency = wire.draws.of('network.latency', actor, item)
    this.#split = wire.draws.of('network.split', actor, item)
    this.#cut = wire.draws.of('network.cut', actor, item)
    this.#break = wire.draws.of('network.break', actor, item)
    this.#lag = wire.draws.of('network.lag', actor, item)
    this.#resend = wire.draws.of('network.resend', actor, item)
    this.#loopback = place.from === place.to
  }

  /** One way, for the next segment. */
  latencyUs(): number {
    const { profile } = this.#wire
    const ordinal = this.#latencies++
    if (this.#loopback) return this.#latency.exponentialUs(profile.loopbackLatencyUs, ordinal)
    const beyond = Math.max(0, profile.latencyMeanUs - profile.latencyMinUs)
    return profile.latencyMinUs + this.#latency.exponentialUs(beyond, ordinal)
  }

  /**
   * How much longer the last bytes of what is sent take because they are lost, once or several times in a row, and sent
   * again. The loss of any others is noticed at once, by what follows them.
   */
  resendingUs(): number {
    const { profile, isHealed } = this.#wire
    const { resentPerMillion } = profile
    if (resentPerMillion === 0 || isHealed || this.#loopback) return 0
    const ordinal = this.#resends++ * (LOSSES_MAX + 1)
    if (!this.#resend.chance(resentPerMillion, ordinal)) return 0
    let losses = 1
    while (losses < LOSSES_MAX && this.#resend.chance(500_000, ordinal + losses)) losses++
    return RESEND_US * ((1 << losses) - 1)
  }

  /** The length of the next segment, of at most `most` bytes. */
  segmentBytes(most: number): number {
    const { profile, counters } = this.#wire
    const ordinal = this.#splits++
    if (most === 1 || !this.#split.chance(profile.splitPerMillion, ordinal)) return most
    counters.splits++
    return 1 + this.#cut.below(most - 1, ordinal)
  }

  /** Are bytes in flight lost to a reset, rather than delivered before it? */
  resetLoses(): boolean {
    return this.#break.chance(this.#wire.profile.resetLosesPerMillion, 0)
  }

  /** Does a kernel end this connection of a killed process by a reset, rather than by an end? */
  killResets(): boolean {
    return this.#break.chance(this.#wire.profile.killResetsPerMillion, 1)
  }

  /** How long after a hold is over the sender tries again. */
  lagUs(): number {
    return this.#lag.below(this.#wire.profile.retransmitLagMaxUs + 1, this.#lags++)
  }
}
