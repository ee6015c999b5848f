/**
 * The chance in one direction of a connection: how long a segment takes, where it is cut, what a reset loses. Keyed by
 * the pair of nodes and the ordinal of the connection between them, so that no other connection moves these draws.
 */

import type { DrawKey } from '../../draws/keyed-draws.ts'
import type { PipePlace } from './pipe-place.ts'
import type { Wire } from './wire.ts'

/** Nodes are numbered below this, so that a pair of them is one actor. */
export const NODES_MAX = 65_536

export class PipeDraws {
  readonly #wire: Wire
  readonly #latency: DrawKey
  readonly #split: DrawKey
  readonly #cut: DrawKey
  readonly #break: DrawKey
  readonly #lag: DrawKey
  readonly #loopback: boolean
  #latencies = 0
  #splits = 0
  #lags = 0

  constructor(wire: Wire, place: PipePlace) {
    this.#wire = wire
    const actor = place.from * NODES_MAX + place.to
    const item = place.pairOrdinal * 2 + (place.byOpener ? 1 : 0)
    this.#latency = wire.draws.of('network.latency', actor, item)
    this.#split = wire.draws.of('network.split', actor, item)
    this.#cut = wire.draws.of('network.cut', actor, item)
    this.#break = wire.draws.of('network.break', actor, item)
    this.#lag = wire.draws.of('network.lag', actor, item)
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
