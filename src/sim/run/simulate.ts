/**
 * Runs a plan: the entry point of the simulator. A function of the plan alone; `host` only lends microtasks and breath.
 */

import { correctRules } from '../../broker/rules.ts'
import { EventKind } from '../loop/event-kinds.ts'
import { nobody } from '../loop/event-queue.ts'
import type { Host } from '../loop/host.ts'
import { SimulatorStuck } from '../loop/simulator-stuck.ts'
import { mutantNamed } from '../mutants/table.ts'
import type { Plan } from '../plan/plan.ts'
import { Director } from './director.ts'
import { Run } from './run.ts'
import type { RunResult } from './verdict.ts'

export interface SimulateOptions {
  /** Keep a readable timeline. Default: no. */
  readonly record?: boolean
  /** Keep the hash of each event in `[from, to)`. Default: none. */
  readonly recordEvents?: { readonly from: number; readonly to: number }
}

/** One run and its verdict. Bugs of the simulator are violations of the kind `simulator`, not rejections. */
export async function simulate(plan: Plan, host: Host, options: SimulateOptions = {}): Promise<RunResult> {
  const mutant = plan.mutant === null ? undefined : mutantNamed(plan.mutant)
  if (plan.mutant !== null && mutant === undefined) throw new Error(`no mutant is named ${plan.mutant}`)
  const run = new Run(plan, mutant?.replace(correctRules) ?? correctRules, options.record ?? false)
  const { loop, hash } = run.machines
  if (options.recordEvents !== undefined) hash.recordRange(options.recordEvents.from, options.recordEvents.to)
  const director = new Director(run)
  let isOver = false
  loop.scheduleAt(0, EventKind.harness, nobody, () => {
    loop.mark()
    director
      .direct()
      .catch((error: unknown) => run.violated('simulator', 'the run comes to its end', messageOf(error)))
      .finally(() => {
        isOver = true
      })
  })
  try {
    const outcome = await loop.runUntil(() => isOver || run.hasRefused || run.violations.length > 0, host)
    if (outcome === 'idle' && !isOver)
      run.violated('simulator', 'the run comes to its end', 'nothing is left to happen')
  } catch (error) {
    // A loop without end inside the broker is the broker's; the loop names the node.
    const isStuck = error instanceof SimulatorStuck
    run.violated(isStuck ? 'liveness' : 'simulator', 'time goes on', messageOf(error))
    if (error instanceof Error && error.stack !== undefined) run.timeline?.add('verdict', error.stack)
  }
  return {
    violations: run.violations,
    ...{ hash: hash.digest, chain: hash.chain(), events: loop.events, virtualUs: loop.nowUs },
    ...{ struck: run.struck, coverage: run.coverage },
    ...{ timeline: run.timeline?.entries ?? [], recordedEvents: hash.recorded, history: director.history.operations },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
