/**
 * What a run ends with: the promises that were broken, and what was done to break them.
 */

import type { Operation } from '../../workloads/history/operation.ts'
import type { HashChain } from '../loop/hash-chain.ts'
import type { RecordedEvent } from '../loop/recorded-range.ts'

/**
 * - `safety`: an invariant, an anomaly of the history, or an assertion inside the broker.
 * - `liveness`: the healed core did not finish within its bounds.
 * - `simulator`: the run itself went wrong; a bug of this program, never of the broker.
 */
export type ViolationKind = 'safety' | 'liveness' | 'simulator'

export interface Violation {
  readonly kind: ViolationKind
  /** The name of what was broken: an invariant (`S1 acknowledged records survive`), an anomaly (`lost-write`), … */
  readonly invariant: string
  /** One sentence: what was seen and what should have been. */
  readonly message: string
  /** Virtual time. */
  readonly atUs: number
  /** The event at which it was noticed. */
  readonly event: number
  /** The partition's directory, where it concerns one. */
  readonly partition?: string
  /** The offset, where it concerns one. */
  readonly offset?: number
}

/** One line of a run's timeline. */
export interface TimelineEntry {
  readonly atUs: number
  readonly event: number
  /** `broker`, a client's name, or `fault`. */
  readonly who: string
  /** One clause in plain words. */
  readonly what: string
}

/** What is counted of a run, and summed over many. */
export interface RunTallies {
  readonly events: number
  readonly virtualUs: number
  /** How often each kind of fault struck; declined ones under `declined <kind>`. */
  readonly struck: ReadonlyMap<string, number>
  /** How often each kind of trace event and each recovery path was seen. */
  readonly coverage: ReadonlyMap<string, number>
}

/** A seed whose two runs were not the same. */
export interface SeedDifference {
  readonly seed: number
  /** The first event that differs is one of `[from, to)`, counted from 0. */
  readonly from: number
  readonly to: number
  /** What each run did there; undefined where that run was over, or where a further pair of runs agreed. */
  readonly left: RecordedEvent | undefined
  readonly right: RecordedEvent | undefined
}

export interface RunResult extends RunTallies {
  /** Empty when nothing was broken; the first is the one that ended the run. */
  readonly violations: readonly Violation[]
  /** The event-hash chain's last state, 16 hexadecimal digits. */
  readonly hash: string
  readonly chain: HashChain
  /** Empty unless the run was recorded. */
  readonly timeline: readonly TimelineEntry[]
  readonly recordedEvents: readonly RecordedEvent[]
  readonly history: readonly Operation[]
}
