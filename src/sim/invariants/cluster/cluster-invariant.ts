/** What an invariant over several nodes is, and what it is shown. */

import type { BrokerEvent } from '../../../broker/observe/events.ts'
import type { SeenResponse } from '../../run/wire-tap.ts'
import type { DiskView } from '../disk-view.ts'
import type { Ghost, GhostBatch } from '../ghost.ts'
import type { ClusterState } from './cluster-state.ts'
import type { CommittedLog } from './committed-log.ts'
import type { QuorumGhost } from './quorum-ghost.ts'

/** What an invariant may look at, and whom it tells. */
export interface ClusterJudged {
  /** Numbers of the controllers, in the plan's order. */
  readonly voters: readonly number[]
  /** What was told committed, once and for all nodes. */
  readonly committed: CommittedLog
  /** What the committed records amount to. */
  readonly state: ClusterState
  /** What each node told last of its part in the quorum. */
  readonly quorum: QuorumGhost
  /** What really happened at a node. */
  ghostOf(node: number): Ghost
  /** What lies on a node's disk now. Listing it costs: ask once per look. */
  disk(node: number): DiskView
  /** Microseconds of the run. */
  nowUs(): number
  /** Says that the promise is broken. The first ends the run. */
  broken(message: string, where?: { readonly partition?: string; readonly offset?: number }): void
}

/** One promise. `onEvent` is called after a node's own ghost state, and before the common ones, have taken note. */
export interface ClusterInvariant {
  /** `S6 election safety`: the code of the catalogue and a name. */
  readonly name: string
  /** Where the promise comes from. */
  readonly source: string
  /** A trace event of a node. */
  onEvent?(judged: ClusterJudged, node: number, event: BrokerEvent): void
  /** A batch was told committed for the first time, by this node; the state has taken note. */
  onCommitted?(judged: ClusterJudged, node: number, batch: GhostBatch): void
  /** A client was answered, or another node. */
  onResponse?(judged: ClusterJudged, response: SeenResponse): void
}
