/** What a mutant is. */

import type { Rules } from '../../broker/rules.ts'
import type { Topology } from '../plan/topology-draw.ts'

export interface Mutant {
  /** Source and story in a few words: `kafka-10471-marker-outlives-the-start`. */
  readonly name: string
  /** What somebody really shipped, and what came of it. */
  readonly story: string
  readonly source: string
  /** The least that must strike for it to show. */
  readonly fault: string
  /** The clusters it is hunted in; a single node where it is absent. */
  readonly topology?: Topology
  /** Invariants or anomalies of which one must break. */
  readonly invariants: readonly string[]
  /** The book with this bug put back. */
  replace(rules: Rules): Rules
}
