/** The nodes of a cluster's plan: how many, in which roles, racks, with which clocks and disks. */

import { oneOf, type PlanDraw } from './draw.ts'
import type { PlannedNode } from './plan.ts'

/** What of a topology is fixed; the rest is drawn. */
export interface Topology {
  /** 1 to 5. Default: 1, 3 or 5. */
  readonly controllers?: number
  /** 0 to 4. Default: any of these. */
  readonly brokers?: number
}

export const CONTROLLERS_MAX = 5
export const BROKERS_MAX = 4

/** Controllers come first. Brokers are nodes of their own, or controllers too as far as there are any. */
export function drawNodes(draw: PlanDraw, topology: Topology): readonly PlannedNode[] {
  const controllers = topology.controllers ?? oneOf(draw, 'topology.controllers', [3, 3, 5, 1])
  const brokers = topology.brokers ?? oneOf(draw, 'topology.brokers', [0, 1, 2, 3, 4])
  const combined = draw('topology.combined', 0, 2) === 0 ? Math.min(controllers, brokers) : 0
  const count = controllers + brokers - combined
  const racks = oneOf(draw, 'topology.racks', [0, 0, 2, 3])
  return Array.from({ length: count }, (_, index) => {
    const isController = index < controllers
    const isBroker = !isController || index < combined
    const roles = [...(isController ? (['controller'] as const) : []), ...(isBroker ? (['broker'] as const) : [])]
    return {
      ...{ id: index + 1, roles },
      ...(racks === 0 ? {} : { rack: `rack-${index % racks}` }),
      ...drawMachine(draw, index),
    }
  })
}

/** Half of the clusters have clocks that differ; in one of four one node's disk is slow. */
function drawMachine(draw: PlanDraw, index: number): Pick<PlannedNode, 'clock' | 'disk'> {
  const clocksDiffer = draw('topology.clocks', 0, 2) === 0
  const slow = draw('topology.slow-disk', 0, 4) === 0 ? draw('topology.slow-node', 0, 3) : -1
  const clock = {
    skewMs: oneOf(draw, 'topology.skew', [0, -3000, 250, 60_000], index),
    driftPpm: oneOf(draw, 'topology.drift', [0, 50, -200, 1000], index),
  }
  return { ...(clocksDiffer ? { clock } : {}), ...(slow === index ? { disk: { syncMeanUs: 60_000 } } : {}) }
}
