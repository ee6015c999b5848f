/** A small campaign on the correct broker; `samsa chaos` runs the large ones. */

import { expect, test } from 'vitest'
import { CampaignFold } from '../../src/campaign/campaign-fold.ts'
import { realSimulator } from '../../src/campaign/real-simulator.ts'
import { runSeeds } from '../../src/campaign/run-seeds.ts'
import type { ChaosReport } from '../../src/reporters/chaos-report.ts'
import { brokenLines, sizeLine, tallyLines } from '../../src/reporters/tally.ts'
import { EventKind } from '../../src/sim/loop/event-kinds.ts'

const seeds = { from: 0, count: 150 }

/** What a campaign that found nothing must have tried: without these, nothing was put to the test. */
const tried = ['power-loss', 'process-kill', 'clean-restart', 'reset-connections', 'disk-error', 'torn-append']
const seen = ['LogLoaded', 'BatchAppended', 'LogFlushed', 'SegmentRolled', 'TopicPublished', 'DiskFailed']

test('the correct broker keeps every promise under the faults of seeds 0 to 149', async () => {
  const simulator = realSimulator()
  const fold = new CampaignFold(seeds.from)
  const startedMs = performance.now()
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
    const [outcome] = await runSeeds({ from: seed, count: 1, mutant: null, twice: false }, simulator)
    fold.add(outcome!)
  }
  const totals = fold.totals()
  const report: ChaosReport = {
    ...totals,
    ...{ mutant: null, from: seeds.from, twice: false, jobs: 1, wasInterrupted: false, told: [], command: '' },
    ...{ wallMs: performance.now() - startedMs, versions: '' },
    broken: totals.failures.map(({ seed, violations }) => ({ seed, violation: violations[0]! })),
  }
  process.stdout.write(`${[sizeLine(report), ...tallyLines(report)].join('\n')}\n`)

  expect(brokenLines(report)).toEqual([])
  expect(tried.filter((kind) => !totals.struck.get(kind))).toEqual([])
  expect(seen.filter((type) => !totals.coverage.get(type))).toEqual([])
})
