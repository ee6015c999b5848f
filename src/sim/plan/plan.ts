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
export const PLAN_VERSION = 2

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
  /** The machines of the cluster, each with its part in it; at least one controller. */
  readonly nodes: readonly PlannedNode[]
  /** Settings of every node, by Kafka's names, but for those that follow from `nodes`. */
  readonly settings: Readonly<Record<string, string>>
  readonly network: Partial<NetworkProfile>
  /** Of every node that has none of its own. */
  readonly disk: Partial<DiskProfile>
  /** Of every node that has none of its own. */
  readonly clock: ClockProfile
  /** The name of the workload (`activity-tracking`, `messaging`). */
  readonly workload: string
  /** What the producers of the workload are given besides what it asks for. */
  readonly producers?: PlannedProducers
  readonly topics: readonly PlannedTopic[]
  readonly operations: readonly PlannedOperation[]
  readonly faults: readonly Fault[]
  /**
   * Nodes that are not healed when everything else is, and how they stay for good. Entries without which no core could
   * make progress are declined. Default: every node is healed.
   */
  readonly leftBroken?: readonly LeftBroken[]
}

/** What all producers of a plan have in common. */
export interface PlannedProducers {
  /** The sequence number of the first record to each partition, in [0, 2^31). */
  readonly firstSequence?: number
  /** How long they wait for a record's acknowledgement, in milliseconds, ≥ 1. Default: as the workload says, 30 s. */
  readonly deliveryTimeoutMs?: number
}

export type NodeRole = 'controller' | 'broker'

/** One machine of the cluster. */
export interface PlannedNode {
  /** 1…9, unique in the plan. */
  readonly id: number
  /** At least one. */
  readonly roles: readonly NodeRole[]
  readonly rack?: string
  /** What differs from the plan's `clock`. */
  readonly clock?: ClockProfile
  /** What differs from the plan's `disk`. */
  readonly disk?: Partial<DiskProfile>
}

export interface LeftBroken {
  readonly node: number
  /**
   * `down`: its process is not started any more. `deaf`: nothing that other nodes send reaches it. `mute`: nothing that it
   * sends reaches other nodes. `cut-off`: both.
   */
  readonly how: 'down' | 'deaf' | 'mute' | 'cut-off'
}

/**
 * A node by its number; the one that leads the quorum at that moment; or the same one that the fault struck which this
 * fault follows. Where that one is not in the plan, `same` is as good as no target.
 */
export type NodeTarget = number | 'leader' | 'same'

/** When a fault strikes: at a time of the run, or at the n-th occurrence of something (counted from 1). */
export type Trigger =
  | { readonly on: 'time'; readonly atMs: number }
  /** A trace event of a broker (`BatchAppended`, `SegmentRolled`, …), of a partition or an API where given. */
  | {
      readonly on: 'event'
      readonly type: string
      readonly nth: number
      readonly partition?: string
      readonly api?: number
      /** Whose events count; default: those of every node. */
      readonly node?: NodeTarget
    }
  /** A disk operation of a broker (`append`, `sync`, `rename`, …), on paths that contain `path` where given. */
  | {
      readonly on: 'disk'
      readonly operation: string
      readonly nth: number
      readonly path?: string
      /** Whose operations count; default: those of every node. */
      readonly node?: NodeTarget
    }

export interface Fault {
  readonly id: number
  /**
   * The id of a fault that must have struck before: occurrences, and the time, are counted from there. Where that fault
   * is not in the plan, they are counted from the start.
   */
  readonly after?: number
  readonly trigger: Trigger
  /** Which node it strikes. Default: the one where the trigger was met; the plan's first for a time. */
  readonly node?: NodeTarget
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
  /** Nothing gets through between the node and all other machines, in one or both directions. */
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
  /** The sync or read that triggers takes so much longer; the process goes on meanwhile. Only for disk triggers. */
  | { readonly kind: 'slow-operation'; readonly byMs: number }
  /** Somebody sets the broker's wall clock. */
  | { readonly kind: 'clock-jump'; readonly byMs: number }
  /**
   * The next metadata record that the node applies, to the state of its controller or to its image, and that says
   * something, or is of this type, cannot be applied.
   */
  | { readonly kind: 'failed-apply'; readonly to: 'controller' | 'image'; readonly of?: string }
  /** A bit of a file whose path contains `path` flips and stays flipped. Beyond the promise. */
  | { readonly kind: 'rot'; readonly path: string; readonly at: number }
  /** The disk is replaced by an empty one while the broker is down. Beyond the promise. */
  | { readonly kind: 'wiped-disk'; readonly downMs: number }
  /**
   * Nothing gets through between two sets of nodes: neither way, or none of what those of `a` send to those of `b`.
   * Clients reach both.
   */
  | {
      readonly kind: 'network-split'
      readonly a: readonly number[]
      readonly b: readonly number[]
      readonly direction: 'both' | 'aToB'
      readonly forMs: number
    }
  /** The node hears nothing of other nodes, and they hear it. */
  | { readonly kind: 'deaf'; readonly forMs: number }
  /** Other nodes hear nothing of the node, and it hears them. */
  | { readonly kind: 'mute'; readonly forMs: number }
  /** What is on its way from the nodes of `a` to those of `b` is held; connections opened meanwhile are not. */
  | {
      readonly kind: 'held-messages'
      readonly a: readonly number[]
      readonly b: readonly number[]
      readonly forMs: number
    }
  /** The power of several nodes fails at one instant. */
  | { readonly kind: 'power-outage'; readonly nodes: readonly number[]; readonly downMs: number }
  /**
   * The node's disk is gone and the node stays down for good: with static voters it could not come back as the voter it
   * was. Within the promise for a minority of the controllers, where no partition loses its only replica with it.
   */
  | { readonly kind: 'lost-disk' }

export type StrikeKind = Strike['kind']

/** Kinds that need several nodes. */
export type ClusterStrikeKind = 'network-split' | 'deaf' | 'mute' | 'held-messages' | 'power-outage' | 'lost-disk'
