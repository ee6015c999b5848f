/**
 * How a simulated network behaves when nobody breaks it: latencies, buffers, how bytes are cut. A plan draws these.
 */

/** Times in microseconds, sizes in bytes, chances per million. */
export interface NetworkProfile {
  /** No segment between two machines is faster. Default 200. */
  readonly latencyMinUs: number
  /** Mean one-way latency, at least the minimum; beyond the minimum it is exponential. Default 500. */
  readonly latencyMeanUs: number
  /** Latency of a connection of a machine with itself. Default 20. */
  readonly loopbackLatencyUs: number
  /** Chance that a segment is cut at a drawn byte. Default 50 000. */
  readonly splitPerMillion: number
  /** No segment is longer. Default 65 536. */
  readonly segmentBytesMax: number
  /** Bytes on their way to, or waiting at, a receiver. What is beyond stays with the sender. Default 262 144. */
  readonly receiveWindowBytes: number
  /** More unsent bytes than this make `send` ask the caller to wait. Default 65 536. */
  readonly sendBufferBytes: number
  /** Chance that bytes under way when a sender resets are lost rather than delivered before the reset. Default 500 000. */
  readonly resetLosesPerMillion: number
  /** Chance that a killed process's connections end by a reset rather than by an end. Default 500 000. */
  readonly killResetsPerMillion: number
  /** After how long an attempt that nobody answers fails. Default 30 s. */
  readonly connectTimeoutUs: number
  /** After how long a sender gives up on bytes that nobody takes. Default 900 s. */
  readonly giveUpUs: number
  /** By how much, at most, bytes that were held arrive after they could: senders try again at intervals. Default 200 000. */
  readonly retransmitLagMaxUs: number
  /**
   * Chance that the last bytes of what is sent are lost and sent again, until everything is healed: it holds up all that
   * follow on their connection, for 0.2 s, or, where that was lost too, 0.6, 1.4, 3 or 6.2 s (RFC 6298). Default 0.
   */
  readonly resentPerMillion: number
}

export const defaultNetworkProfile: NetworkProfile = {
  latencyMinUs: 200,
  latencyMeanUs: 500,
  loopbackLatencyUs: 20,
  splitPerMillion: 50_000,
  segmentBytesMax: 65_536,
  receiveWindowBytes: 262_144,
  sendBufferBytes: 65_536,
  resetLosesPerMillion: 500_000,
  killResetsPerMillion: 500_000,
  connectTimeoutUs: 30_000_000,
  giveUpUs: 900_000_000,
  retransmitLagMaxUs: 200_000,
  resentPerMillion: 0,
}
