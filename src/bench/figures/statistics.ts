/**
 * Medians and how sure they are. The interval of a median comes from the order of the samples alone (the sign test), so
 * that nothing is supposed of how they are distributed: on a shared machine they are distributed like nothing in
 * particular. Source: any text on non-parametric statistics; e.g. Conover, "Practical Nonparametric Statistics", 3.2.
 */

import { assert } from '../../world/assert.ts'

/** Several runs of one measurement. */
export interface Summary {
  readonly median: number
  /** The smallest and the largest run. */
  readonly low: number
  readonly high: number
  readonly runs: readonly number[]
}

/** Where the true median lies, with a probability of `confidence`. */
export interface Interval {
  readonly median: number
  readonly low: number
  readonly high: number
  /** In [0, 1); what the number of samples allows, about 0.9 where it can be had. */
  readonly confidence: number
}

/** What comparing two targets says. */
export type Difference = 'faster' | 'slower' | 'no difference' | 'too few runs'

const CONFIDENCE_MIN = 0.9

/** Median and spread of one run or more. */
export function summaryOf(runs: readonly number[]): Summary {
  const sorted = ascending(runs)
  return { median: medianOf(sorted), low: sorted[0]!, high: sorted.at(-1)!, runs }
}

/** The median of one value or more; between the two in the middle where their count is even. */
export function medianOf(values: readonly number[]): number {
  assert(values.length > 0, 'there is no median of nothing')
  const sorted = ascending(values)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * The narrowest interval between two samples, as many from the bottom as from the top, that holds the true median with
 * a probability of 0.9 or more; else from the smallest to the largest, with the probability that this has.
 */
export function medianInterval(values: readonly number[]): Interval {
  const sorted = ascending(values)
  const count = sorted.length
  let cut = 0
  while (cut + 1 < count / 2 && coverage(count, cut + 1) >= CONFIDENCE_MIN) cut++
  return {
    median: medianOf(sorted),
    low: sorted[cut]!,
    high: sorted[count - 1 - cut]!,
    confidence: coverage(count, cut),
  }
}

/** What an interval of ratios (this one's rate by the other's) says. */
export function differenceOf(ratio: Interval): Difference {
  if (ratio.confidence < CONFIDENCE_MIN) return 'too few runs'
  if (ratio.low > 1) return 'faster'
  return ratio.high < 1 ? 'slower' : 'no difference'
}

/** The probability that the median lies between the samples that remain where `cut` are left out at either end. */
function coverage(count: number, cut: number): number {
  let outside = 0
  let ways = 1
  for (let below = 0; below <= cut; below++) {
    outside += ways
    ways = (ways * (count - below)) / (below + 1)
  }
  return Math.max(0, 1 - (2 * outside) / 2 ** count)
}

function ascending(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b)
}
