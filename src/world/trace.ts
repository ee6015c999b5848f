/**
 * What a node tells whoever watches it: typed events about decisions and state, for invariants, timelines and tests.
 * The kinds of events are named by the module that emits them (`src/broker/observe`, `src/client`).
 */
export interface Trace {
  /** False when nobody listens: then no event need be built. */
  readonly listening: boolean
  /** Hands over an event, which must not be changed afterwards. Listeners never act on the node inside this call. */
  emit(event: TraceEvent): void
}

export interface TraceEvent {
  readonly type: string
}

/** The trace of a world in which nobody listens. */
export const silentTrace: Trace = { listening: false, emit: () => undefined }
