/**
 * Faults of the network as verdicts. Whoever injects faults is asked about each attempt to connect, each `send` (it
 * sees the bytes, so that a trigger can be "the third Fetch from 2 to 1") and each segment; undefined lets it pass.
 * The network applies verdicts and draws nothing for them.
 */

/** One direction of one connection. */
export interface Flow {
  /** Node that sends. */
  readonly from: number
  /** Node that receives. */
  readonly to: number
  /** Counted from 1 over the run, in the order in which connections were asked for. */
  readonly connection: number
  /** True for the direction of the side that connected: requests, for Kafka. */
  readonly byOpener: boolean
  /** Port that was connected to. */
  readonly port: number
  /** Bytes that were sent in this direction before, or delivered: see the method it is handed to. */
  readonly sentBytes: number
  readonly deliveredBytes: number
}

export interface ConnectAttempt {
  readonly from: number
  readonly to: number
  readonly connection: number
  readonly port: number
}

export type ConnectVerdict =
  /** Answered as if nobody listened. */
  | { readonly kind: 'refuse' }
  /** The attempt arrives that much later. */
  | { readonly kind: 'delay'; readonly us: number }
  /** Never answered: the attempt times out. */
  | { readonly kind: 'blackhole' }

export type SegmentVerdict =
  /** These bytes, and all behind them, arrive that much later. */
  | { readonly kind: 'delay'; readonly us: number }
  /** Nothing of this direction arrives before `untilUs`; `NEVER` for ever. */
  | { readonly kind: 'stall'; readonly untilUs: number }
  /** These bytes are lost and both sides see a reset. */
  | { readonly kind: 'reset' }
  /** These bytes are delivered; then both sides see a reset, so that no answer ever arrives. */
  | { readonly kind: 'resetAfter' }

export interface NetworkJudge {
  onConnect?(attempt: ConnectAttempt): ConnectVerdict | undefined
  /** Before the parts of one `send` are queued. The parts must not be changed and not be kept. */
  onSend?(flow: Flow, parts: readonly Uint8Array[]): SegmentVerdict | undefined
  /** Before `count` bytes are put on the wire. */
  onSegment?(flow: Flow, count: number): SegmentVerdict | undefined
}

/** Directions of connections, by nodes; what is absent matches any node. */
export interface FlowFilter {
  readonly from?: number
  readonly to?: number
}

/** What struck, counted. */
export interface NetworkCounters {
  connects: number
  refused: number
  timedOut: number
  segments: number
  splits: number
  delays: number
  stalls: number
  resets: number
  blackholes: number
  partitions: number
}
