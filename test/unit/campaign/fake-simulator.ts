/** A simulator of made-up runs, whose results are a function of the plan. */
import type { Simulator } from '../../../src/campaign/simulator.ts'
import type { Fault, Plan } from '../../../src/sim/plan/plan.ts'
import type { RunResult, Violation } from '../../../src/sim/run/verdict.ts'

export function madeUpPlan(seed: number, mutant: string | null = null): Plan {
  const fault = (id: number): Fault => ({
    ...{ id, trigger: { on: 'time', atMs: id } },
    strike: id % 2 === 0 ? { kind: 'power-loss', downMs: 5 } : { kind: 'reset-connections' },
  })
  return {
    ...{ version: 2, profile: 'default', seed, mutant, settings: {}, network: {}, disk: {}, clock: {} },
    nodes: [{ id: 1, roles: ['controller', 'broker'] }],
    workload: 'messaging',
    topics: [{ name: 'orders', partitions: 1, settings: {} }],
    operations: [1, 2, 3, 4, 5].map((id) => ({
      ...{ id, atMs: id, actor: 'producer-1', kind: 'send', topic: 'orders', partition: 0, count: 4 },
    })),
    faults: [1, 2, 3, 4].map(fault),
  }
}

export const lostRecord: Violation = {
  ...{ kind: 'safety', invariant: 'S1 acknowledged records survive', message: 'offset 7 of orders-0 is gone' },
  ...{ atUs: 4_200_000, event: 321, partition: 'orders-0', offset: 7 },
}

export function madeUpResult(plan: Plan, violations: readonly Violation[] = []): RunResult {
  const digest = (plan.seed * 7919 + plan.faults.length).toString(16).padStart(16, '0')
  const strikes = plan.faults.map(({ strike }) => strike.kind)
  return {
    ...{ violations, hash: digest, events: 100 + plan.seed, virtualUs: 1_000_000 + plan.seed },
    chain: { events: 100 + plan.seed, digest, interval: 256, checkpoints: [] },
    struck: new Map(strikes.toSorted().map((kind) => [kind, strikes.filter((other) => other === kind).length])),
    coverage: new Map([['BatchAppended', 3 + plan.seed]]),
    timeline: [
      { atUs: 0, event: 0, who: 'producer-1', what: 'sends record 1 to orders-0' },
      { atUs: 1_000, event: 9, who: 'fault', what: 'the power fails' },
    ],
    ...{ recordedEvents: [], history: [] },
  }
}

/** Breaks S1 where `isBroken` holds, while fault 2 and operation 3 are in the plan. */
export function madeUpSimulator(isBroken: (plan: Plan) => boolean = () => false): Simulator {
  return {
    plan: madeUpPlan,
    run: async (plan) => {
      const needed = plan.faults.some(({ id }) => id === 2) && plan.operations.some(({ id }) => id === 3)
      return madeUpResult(plan, needed && isBroken(plan) ? [lostRecord] : [])
    },
  }
}
