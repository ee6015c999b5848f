/** The simulator of this package as a value. */

import { generatePlan } from '../sim/plan/generate.ts'
import { generateClusterPlan } from '../sim/plan/generate-cluster.ts'
import { simulate } from '../sim/run/simulate.ts'
import { nodeHost } from './node-host.ts'
import type { Simulator } from './simulator.ts'

/** The simulator itself, in this process or worker thread; its runs follow one another. */
export function realSimulator(): Simulator {
  const host = nodeHost()
  return {
    plan: (seed, mutant, topology) =>
      topology === undefined ? generatePlan(seed, { mutant }) : generateClusterPlan(seed, topology, { mutant }),
    run: (plan, options = {}) => simulate(plan, host, options),
  }
}
