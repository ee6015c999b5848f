/** A small campaign on the correct broker; `samsa chaos` runs the large ones. */

import { expect, test } from 'vitest'
import { CampaignFold } from '../../src/campaign/campaign-fold.ts'
import { realSimulator } from '../../src/campaign/real-simulator.ts'
import { runSeeds } from '../../src/campaign/run-seeds.ts'
import type { ChaosReport } from '../../src/reporters/chaos-report.ts'
import { brokenLines, sizeLine, tallyLines } from '../../src/reporters/tally.ts'

const from = 0
const count = 150

/** What a campaign that found nothing must have tried: without these, nothing was put to the test. */
const mustStrike = ['power-loss', 'process-kill', 'clean-restart', 'reset-connections', 'disk-error', 'torn-append']
const mustBeSeen = ['LogLoaded', 'BatchAppended', 'LogFlushed', 'SegmentRolled', 'TopicPublished', 'DiskFailed']

async function campaign(): Promise<ChaosReport> {
  const simulator = realSimulator()
  const fold = new CampaignFold(from)
  const startedMs = performance.now()
  for (let seed = from; seed < from + count; seed++) {
    const [outcome] = await runSeeds({ from: seed, count: 1, mutant: null, twice: false }, simulator)
    fold.add(outcome!)
  }
  const totals = fold.totals()
  return {
    ...totals,
    ...{ from, mutant: null, twice: false, wasInterrupted: false, told: undefined },
    ...{ wallMs: performance.now() - startedMs, provenance: { command: '', node: '', machine: '' } },
    broken: totals.failures.map(({ seed, violations }) => ({
      ...{ seed, mutant: null, violation: violations[0]!, plan: null },
    })),
  }
}

test(`the correct broker keeps every promise under the faults of seeds ${from} to ${from + count - 1}`, async () => {
  const report = await campaign()
  process.stdout.write(`${[sizeLine(report), ...tallyLines(report)].join('\n')}\n`)
  expect(brokenLines(report)).toEqual([])
  expect(mustStrike.filter((kind) => !report.struck.get(kind))).toEqual([])
  expect(mustBeSeen.filter((type) => !report.coverage.get(type))).toEqual([])
})
