/** What an invariant is, and what it is shown. */

import type { BrokerEvent } from '../../broker/observe/events.ts'
import type { TimestampType } from '../../protocol/record-batch.ts'
import type { SeenRequest, SeenResponse } from '../run/wire-tap.ts'
import type { DiskView } from './disk-view.ts'
import type { Ghost } from './ghost.ts'

/** What an invariant may look at, and whom it tells. */
export interface Judged {
  readonly ghost: Ghost
  /** Whether the broker is up and its logs are loaded: only then do its files hold what they should. */
  isServing(): boolean
  /** Wall time of the broker's machine as its process has it now, in milliseconds. */
  wallMs(): number
  /** The same when the present event began: earlier where a write of this event held the process up. */
  wallAtEventMs(): number
  /** What the plan's settings say of a partition's retention; −1 is without limit. */
  retentionOf(partition: string): { readonly retentionMs: number; readonly retentionBytes: number }
  /** Whose clock the timestamps of a partition are from now; undefined where it may be either. */
  timestampTypeOf(partition: string): TimestampType | undefined
  /** What lies on the broker's disk now. Listing it costs: ask once per look. */
  disk(): DiskView
  /** Says that the promise is broken. The first ends the run. */
  broken(message: string, where?: { readonly partition?: string; readonly offset?: number }): void
}

/** One promise. Hooks are called after the ghost state has taken note, except `onEvent`, which is called before. */
export interface Invariant {
  /** `S9 watermarks`: the code of the catalogue and a name. */
  readonly name: string
  /** Where the promise comes from. */
  readonly source: string
  /** A trace event of the broker. */
  onEvent?(judged: Judged, event: BrokerEvent): void
  onRequest?(judged: Judged, request: SeenRequest): void
  onResponse?(judged: Judged, response: SeenResponse): void
  /** The broker is ready after a start; its logs are loaded. */
  onReady?(judged: Judged): void
  /** After a roll or deletion, and at sampled instants: looks at one partition anew. */
  recompute?(judged: Judged, disk: DiskView, partition: string): void
  /** When logs were loaded, and at the end: looks at what is not one partition's. */
  recomputeAll?(judged: Judged, disk: DiskView): void
}
