/** A report of a campaign that never was. */
import type { ChaosReport, ToldFailure } from '../../../src/reporters/chaos-report.ts'
import type { TimelineEntry } from '../../../src/sim/run/verdict.ts'
import { lostRecord, madeUpPlan } from '../campaign/fake-simulator.ts'

const entry = (event: number, who: string, what: string): TimelineEntry => ({ atUs: event * 1_000, event, who, what })

const shortTimeline: readonly TimelineEntry[] = [
  entry(10, 'broker', 'appends offsets 7 to 7 of orders-0'),
  entry(11, 'broker', 'answers producer-1: records are in orders-0 from offset 7'),
  entry(20, 'fault', 'the power fails'),
  entry(30, 'broker', 'recovers orders-0: [0, 7)'),
]

/** Much that has nothing to do with the failure, around what has. */
export const longTimeline: readonly TimelineEntry[] = [
  ...Array.from({ length: 9 }, (_, index) => entry(index, 'broker', `has flushed payments-${index} to 3`)),
  ...shortTimeline,
  ...Array.from({ length: 9 }, (_, index) => entry(40 + index, 'producer-2', `asks for metadata ${index}`)),
  entry(300, 'verdict', 'S1 acknowledged records survive: offset 7 of orders-0 is gone'),
]

export function toldFailure(changes: Partial<ToldFailure> = {}): ToldFailure {
  return {
    ...{ seed: 17, violation: lostRecord, plan: { ...madeUpPlan(17, 'marker-left-behind'), operations: [] } },
    ...{ timeline: shortTimeline, hash: '00112233aabbccdd', runs: 61, isMinimal: true, reproduced: 2 },
    before: { faults: 34, operations: 50, steps: 200, settings: 9 },
    after: { faults: 1, operations: 1, steps: 1, settings: 0 },
    command: 'npx samsa replay reports/chaos/x/plan.json',
    ...changes,
  }
}

export function chaosReport(changes: Partial<ChaosReport> = {}): ChaosReport {
  return {
    provenance: { command: 'npx samsa chaos --seeds 20', node: 'v20.20.2', machine: 'Abacus <9000>, 2 cores, linux 6' },
    ...{ mutant: null, from: 1, seeds: 20, twice: false, wasInterrupted: false },
    ...{ events: 30_000, virtualUs: 90_000_000, wallMs: 200, hash: 'ffeeddccbbaa9988' },
    struck: new Map([
      ['pause', 2],
      ['power-loss', 12],
    ]),
    coverage: new Map([['BatchAppended', 4_000]]),
    eventsPerRun: [
      { from: 1_024, to: 1_218, count: 12 },
      { from: 1_218, to: 1_449, count: 8 },
    ],
    ...{ broken: [], differences: [], told: undefined },
    ...changes,
  }
}

export function brokenReport(): ChaosReport {
  const told = toldFailure()
  const broken = [17, 19].map((seed) => ({
    ...{ seed, mutant: 'marker-left-behind', violation: lostRecord, plan: seed === 17 ? told.plan : madeUpPlan(seed) },
  }))
  return chaosReport({ mutant: 'marker-left-behind', told, broken })
}
