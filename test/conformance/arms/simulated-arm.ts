/** Arms over simulated machines: virtual time, a network and disks that can be broken. */

import { expect } from 'vitest'
import {
  createSimulatedMachines,
  type SimulatedMachines,
  type SimulatedMachinesOptions,
} from '../../../src/sim/devices/simulated-machines.ts'
import type { Host } from '../../../src/sim/loop/host.ts'
import type { World } from '../../../src/world/world.ts'
import type { Arm, ArmKind, ArmOptions, Machine } from '../arm.ts'

/** An arm whose hardware can be reached, to break it. */
export interface SimulatedArm extends Arm {
  readonly machines: SimulatedMachines
}

export interface SimulatedArmOptions {
  readonly name: string
  readonly seed: number
  readonly network?: SimulatedMachinesOptions['network']
}

const numbers: Readonly<Record<Machine, number>> = { a: 1, b: 2 }

/** These suites use no promises on a node's side, so there is nothing to drain; the loop breathes through the host's. */
const host: Host = { drain: () => true, breathe: (resume) => setImmediate(resume), shouldBreathe: () => false }

export function simulatedArm(kind: SimulatedArmOptions): ArmKind {
  return { name: kind.name, smallDisks: true, begin: (options) => beginSimulatedArm(kind, options) }
}

export function beginSimulatedArm(kind: SimulatedArmOptions, options: ArmOptions = {}): SimulatedArm {
  const machines = createSimulatedMachines({ seed: kind.seed, ...(kind.network && { network: kind.network }) })
  const disk = options.diskBytes === undefined ? {} : { capacityBytes: options.diskBytes }
  for (const [name, id] of Object.entries(numbers)) machines.addNode({ id, hostName: `machine-${name}`, disk })
  const nodesOf = new Map<World, number>()
  const { loop } = machines
  return {
    machines,
    world: (machine = 'a') => {
      const world = machines.node(numbers[machine]).startLife()
      nodesOf.set(world, numbers[machine])
      return world
    },
    kill: (world) => {
      const node = nodesOf.get(world)
      expect(node, 'the world is of this arm').toBeDefined()
      machines.node(node as number).kill()
    },
    until: async (what, condition) => {
      if ((await loop.runUntil(condition, host)) === 'idle' && !condition()) {
        throw new Error(`waited in vain for ${what}: nothing more happens`)
      }
    },
    settle: async () => {
      // Far enough for everything but a peer's patience, which is counted in minutes.
      const endUs = loop.nowUs + 1_000_000
      await loop.runUntil(() => loop.nowUs >= endUs, host)
    },
    host: (machine) => `machine-${machine}`,
    end: async () => {
      for (const node of machines.nodes) node.kill()
    },
  }
}
