/**
 * What is kept of a campaign while it runs: tallies, the hash of hashes, and what was broken. Memory does not grow with
 * the number of seeds that broke nothing.
 *
 * Outcomes may come in any order; the result is that of the order of seeds. The hash is SHA-256 over the runs' hashes,
 * as text, in the order of seeds, cut to 16 hexadecimal digits.
 */

import { createHash } from 'node:crypto'
import type { RunTallies, SeedDifference } from '../sim/run/verdict.ts'
import { assert } from '../world/assert.ts'
import { Histogram, type HistogramBar } from './histogram.ts'
import type { SeedFailure, SeedOutcome } from './outcome.ts'

/** Counts by name are in the order of names. */
export interface CampaignTotals extends RunTallies {
  readonly seeds: number
  readonly hash: string
  readonly eventsPerRun: readonly HistogramBar[]
  /** In the order of seeds. */
  readonly failures: readonly SeedFailure[]
  /** In the order of seeds. */
  readonly differences: readonly SeedDifference[]
}

export class CampaignFold {
  readonly #hash = createHash('sha256')
  #nextSeed: number
  /** Hashes of seeds that came before an earlier seed did. */
  readonly #ahead = new Map<number, string>()
  #seeds = 0
  #events = 0
  #virtualUs = 0
  readonly #struck = new Map<string, number>()
  readonly #coverage = new Map<string, number>()
  readonly #eventsPerRun = new Histogram()
  readonly #failures: SeedFailure[] = []
  readonly #differences: SeedDifference[] = []

  /** `from` is the first seed; each seed is added once, and in the end there are no gaps. */
  constructor(from: number) {
    this.#nextSeed = from
  }

  get seeds(): number {
    return this.#seeds
  }

  get events(): number {
    return this.#events
  }

  get failures(): number {
    return this.#failures.length
  }

  get differences(): number {
    return this.#differences.length
  }

  add(outcome: SeedOutcome): void {
    assert(outcome.seed >= this.#nextSeed && !this.#ahead.has(outcome.seed), 'each seed is folded once')
    this.#seeds++
    this.#events += outcome.events
    this.#virtualUs += outcome.virtualUs
    addCounts(this.#struck, outcome.struck)
    addCounts(this.#coverage, outcome.coverage)
    this.#eventsPerRun.add(outcome.events)
    if (outcome.failure !== undefined) this.#failures.push(outcome.failure)
    if (outcome.difference !== undefined) this.#differences.push(outcome.difference)
    this.#ahead.set(outcome.seed, outcome.hash)
    this.#foldHashes()
  }

  /** The totals, once every seed that was begun has been added. */
  totals(): CampaignTotals {
    assert(this.#ahead.size === 0, 'no seed is missing before one that was folded')
    return {
      seeds: this.#seeds,
      hash: this.#hash.copy().digest('hex').slice(0, 16),
      events: this.#events,
      virtualUs: this.#virtualUs,
      struck: byName(this.#struck),
      coverage: byName(this.#coverage),
      eventsPerRun: this.#eventsPerRun.bars(),
      failures: this.#failures.toSorted((a, b) => a.seed - b.seed),
      differences: this.#differences.toSorted((a, b) => a.seed - b.seed),
    }
  }

  #foldHashes(): void {
    for (;;) {
      const hash = this.#ahead.get(this.#nextSeed)
      if (hash === undefined) return
      this.#ahead.delete(this.#nextSeed)
      this.#hash.update(hash)
      this.#nextSeed++
    }
  }
}

function addCounts(sums: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count)
}

function byName(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}
