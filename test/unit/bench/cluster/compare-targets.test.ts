import { expect, test } from 'vitest'
import { compareTargets } from '../../../../src/bench/cluster/compare-targets.ts'
import { quickSettings } from '../../../../src/bench/cluster/settings.ts'
import { sweepPoints } from '../../../../src/bench/cluster/sweep-points.ts'
import type { RunRates } from '../../../../src/bench/cluster/throughput-sweep.ts'

const [point] = sweepPoints(quickSettings)

const runsOf = (target: string, rates: readonly number[]): RunRates[] =>
  rates.map((produce, repeat) => ({ repeat, target, point: point!, produce, consume: undefined }))

test('targets are compared run by run, so that a slow minute strikes both', () => {
  const one = runsOf('one', [200, 20, 220, 210, 100])
  const other = runsOf('other', [100, 10, 100, 100, 50])
  const [ratio, ...rest] = compareTargets([...one, ...other], 'one', 'other')
  expect(ratio).toMatchObject({ what: 'produce', ratio: { median: 2, low: 2, high: 2.2 }, difference: 'faster' })
  expect(rest).toEqual([])
})

test('a repeat that one of them has no figure of is left out', () => {
  const one = runsOf('one', [1, 2, 3])
  const other = runsOf('other', [1, 1, 1]).filter(({ repeat }) => repeat !== 1)
  expect(compareTargets([...one, ...other], 'one', 'other')[0]?.ratio).toMatchObject({ low: 1, high: 3 })
})
