/** The first target against the second: the ratio of their rates in each repeat, and what these ratios say together. */

import { differenceOf, medianInterval } from '../figures/statistics.ts'
import type { RatioResult } from './cluster-benchmark.ts'
import type { SweepPoint } from './sweep-points.ts'
import type { RunRates } from './throughput-sweep.ts'

/** Ratios of every point that both targets have figures of. */
export function compareTargets(rates: readonly RunRates[], first: string, second: string): readonly RatioResult[] {
  const points = [...new Set(rates.map(({ point }) => point))]
  return points.flatMap((point) =>
    (['produce', 'consume'] as const).flatMap((what) => ratioOf(rates, point, what, first, second)),
  )
}

function ratioOf(
  rates: readonly RunRates[],
  point: SweepPoint,
  what: 'produce' | 'consume',
  first: string,
  second: string,
): readonly RatioResult[] {
  const of = (target: string) => rates.filter((each) => each.point === point && each.target === target)
  const others = of(second)
  const ratios = of(first).flatMap((one) => {
    const other = others.find(({ repeat }) => repeat === one.repeat)
    const mine = one[what]
    const theirs = other?.[what]
    return mine === undefined || theirs === undefined || theirs === 0 ? [] : [mine / theirs]
  })
  if (ratios.length === 0) return []
  const ratio = medianInterval(ratios)
  return [{ what, ...point, ratio, difference: differenceOf(ratio) }]
}
