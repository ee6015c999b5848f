/**
 * Shrinking: from a plan that breaks a promise to one that breaks the same promise and holds nothing that could be left
 * out. First whole chunks of each family are left out (all, halves, quarters, …), then single items, and the counts of
 * operations are halved, round after round until a whole round changes nothing. The result is 1-minimal: without any
 * one of its items the promise holds, or another is broken.
 *
 * The same plan and the same judge give the same result. Not here: running a plan (the judge does), and changes other
 * than leaving out and halving. Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002).
 */

import type { Plan } from '../plan/plan.ts'
import type { Violation } from '../run/verdict.ts'
import { type Family, families } from './families.ts'
import { type PlanSize, planSize } from './plan-size.ts'

export interface ShrinkOptions {
  /** Does the plan break the same promise? Asked once per candidate, one at a time. */
  readonly fails: (candidate: Plan) => Promise<boolean>
  /** Told after each run. */
  readonly onProgress?: (progress: ShrinkProgress) => void
  /** After so many runs the smallest plan so far is given back, minimal or not. Default 2 000. */
  readonly runsMax?: number
  /** Asked before each run; true ends the search as the bound on runs does. Default: never. */
  readonly shouldStop?: () => boolean
}

export interface ShrinkProgress {
  readonly runs: number
  /** Of the smallest plan so far. */
  readonly size: PlanSize
}

export interface ShrinkResult {
  readonly plan: Plan
  readonly runs: number
  readonly before: PlanSize
  readonly after: PlanSize
  /** False when the search was ended before every item had been tried. */
  readonly isMinimal: boolean
}

/** Is this very promise among those that were broken? What a judge of candidates compares. */
export function breaksSamePromise(
  violations: readonly Violation[],
  promise: Pick<Violation, 'kind' | 'invariant'>,
): boolean {
  return violations.some(({ kind, invariant }) => kind === promise.kind && invariant === promise.invariant)
}

/** Shrinks a plan that `fails`; the caller has seen it fail. */
export async function shrink(plan: Plan, options: ShrinkOptions): Promise<ShrinkResult> {
  const search = new Search(plan, options)
  for (const family of families) await search.leaveOutChunks(family)
  let changed = true
  while (changed) {
    changed = false
    for (const family of families) if (await search.leaveOutSingly(family)) changed = true
    if (await search.halveCounts()) changed = true
  }
  return {
    plan: search.plan,
    runs: search.runs,
    before: planSize(plan),
    after: planSize(search.plan),
    isMinimal: !search.isExhausted,
  }
}

/** The smallest failing plan so far, and the budget that is left. */
class Search {
  plan: Plan
  runs = 0
  isExhausted = false
  readonly #options: ShrinkOptions

  constructor(plan: Plan, options: ShrinkOptions) {
    this.plan = plan
    this.#options = options
  }

  /** Everything at once, then halves, quarters, … down to pairs. */
  async leaveOutChunks(family: Family): Promise<void> {
    let keys = family.keys(this.plan)
    for (let size = keys.length; size > 1; size = size >>> 1) {
      for (let start = 0; start < keys.length; ) {
        const candidate = family.without(this.plan, new Set(keys.slice(start, start + size)))
        if (await this.#accepts(candidate)) keys = [...keys.slice(0, start), ...keys.slice(start + size)]
        else start += size
      }
    }
  }

  /** Tries every item of the family once; true when one was left out. */
  async leaveOutSingly(family: Family): Promise<boolean> {
    let changed = false
    for (const key of family.keys(this.plan)) {
      if (await this.#accepts(family.without(this.plan, new Set([key])))) changed = true
    }
    return changed
  }

  /** Halves each operation's count as often as the plan still fails; true when one was halved. */
  async halveCounts(): Promise<boolean> {
    let changed = false
    for (const { id } of this.plan.operations) {
      while (await this.#acceptsHalf(id)) changed = true
    }
    return changed
  }

  async #acceptsHalf(id: number): Promise<boolean> {
    const operation = this.plan.operations.find((one) => one.id === id)
    if (operation === undefined || operation.count <= 1) return false
    const half = { ...operation, count: operation.count >>> 1 }
    const operations = this.plan.operations.map((one) => (one.id === id ? half : one))
    return await this.#accepts({ ...this.plan, operations })
  }

  async #accepts(candidate: Plan): Promise<boolean> {
    const { runsMax = 2_000, shouldStop } = this.#options
    if (this.runs >= runsMax || shouldStop?.() === true) this.isExhausted = true
    if (this.isExhausted) return false
    this.runs++
    const fails = await this.#options.fails(candidate)
    if (fails) this.plan = candidate
    this.#options.onProgress?.({ runs: this.runs, size: planSize(this.plan) })
    return fails
  }
}
