/**
 * A plan: everything one simulated run depends on, as JSON. Topology, settings, devices, the operations of the
 * workload, the faults. The same plan gives the same run, event for event.
 *
 * Operations and faults are items with ids of their own; every draw made for an item is keyed by its id, so that leaving
 * one item out disturbs no other. That is what makes shrinking work, and why a found failure is kept as its plan and
 * never as its seed alone.
 */

import type { PlannedOperation, PlannedTopic } from '../../workloads/workload.ts'
import type { ClockProfile } from '../devices/sim-clock.ts'
import type { DiskProfile } from '../devices/sim-disk/disk-profile.ts'
import type { NetworkProfile } from '../devices/sim-network/network-profile.ts'

/** The version of this schema; a plan of another version is refused. */
export const PLAN_VERSION = 1

/**
 * What faults may do. `default`: nothing that the durability contract does not cover. `beyond-the-promise`: also rot and
 * a wiped disk; loss is allowed then, silent loss is not.
 */
export type PlanProfile = 'default' | 'beyond-the-promise'

export interface Plan {
  readonly version: typeof PLAN_VERSION
  readonly profile: PlanProfile
  /** A safe integer ≥ 0: keys every draw that is not written down here. */
  readonly seed: number
  /** The mutant the broker is composed with; null for the correct book. */
  readonly mutant: string | null
  /** Broker settings, by Kafka's names. */
  readonly settings: Readonly<Record<string, string>>
  readonly network: Partial<NetworkProfile>
  readonly disk: Partial<DiskProfile>
  readonly clock: ClockProfile
  /** The name of the workload (`activity-tracking`, `messaging`). */
  readonly workload: string
  readonly topics: readonly PlannedTopic[]
  readonly operations: readonly PlannedOperation[]
  readonly faults: readonly Fault[]
}

/** When a fault strikes: at a time of the run, or at the n-th occurrence of something (counted from 1). */
export type Trigger =
  | { readonly on: 'time'; readonly atMs: number }
  /** A trace event of the broker (`BatchAppended`, `SegmentRolled`, …), of a partition or an API where given. */
  | {
      readonly on: 'event'
      readonly type: string
      readonly nth: number
      readonly partition?: string
      readonly api?: number
    }
  /** A disk operation of the broker (`append`, `sync`, `rename`, …), on paths that contain `path` where given. */
  | { readonly on: 'disk'; readonly operation: string; readonly nth: number; readonly path?: string }

export interface Fault {
  readonly id: number
  /**
   * The id of a fault that must have struck before: occurrences, and the time, are counted from there. Where that fault
   * is not in the plan, they are counted from the start.
   */
  readonly after?: number
  readonly trigger: Trigger
  readonly strike: Strike
}

/** What a fault does. Durations in milliseconds of virtual time. */
export type Strike =
  /** The broker's process is killed, and started again after `downMs`. `when` only for disk triggers. */
  | { readonly kind: 'process-kill'; readonly downMs: number; readonly when?: 'before' | 'during' | 'after' }
  /** The power fails: unsynced pages and directory entries are kept, lost or torn. */
  | { readonly kind: 'power-loss'; readonly downMs: number; readonly when?: 'before' | 'during' | 'after' }
  /** The broker is stopped cleanly, and started again. */
  | { readonly kind: 'clean-restart'; readonly downMs: number }
  /** The broker's process stands still. */
  | { readonly kind: 'pause'; readonly forMs: number }
  /** Every connection of the broker is reset. */
  | { readonly kind: 'reset-connections' }
  /** Bytes on their way from (or to) the broker are held; connections opened meanwhile are not. */
  | { readonly kind: 'stall'; readonly direction: 'requests' | 'responses'; readonly forMs: number }
  /** Nothing gets through between the clients and the broker, in one or both directions. */
  | { readonly kind: 'partition'; readonly direction: 'requests' | 'responses' | 'both'; readonly forMs: number }
  /** New connections are refused. */
  | { readonly kind: 'refuse-connections'; readonly forMs: number }
  /** Syncs and reads take longer. */
  | { readonly kind: 'slow-disk'; readonly byMs: number; readonly forMs: number }
  /** The disk holds only so many bytes more. */
  | { readonly kind: 'full-disk'; readonly leftBytes: number; readonly forMs: number }
  /** The operation that triggers fails with an I/O error; a sync drops its dirty pages. Only for disk triggers. */
  | { readonly kind: 'disk-error' }
  /** The append that triggers leaves a part of itself behind and fails. Only for disk triggers on appends. */
  | { readonly kind: 'torn-append' }
  /** The append that triggers holds up the whole process, as a throttled write does. Only for disk triggers. */
  | { readonly kind: 'stalled-append'; readonly forMs: number }
  /** Somebody sets the broker's wall clock. */
  | { readonly kind: 'clock-jump'; readonly byMs: number }
  /** A bit of a file whose path contains `path` flips and stays flipped. Beyond the promise. */
  | { readonly kind: 'rot'; readonly path: string; readonly at: number }
  /** The disk is replaced by an empty one while the broker is down. Beyond the promise. */
  | { readonly kind: 'wiped-disk'; readonly downMs: number }

export type StrikeKind = Strike['kind']
