/**
 * The clients of a run: one machine, one life and one client for each actor of the workload, plus one that sets up and
 * reads everything at the end.
 */

import { Client } from '../../client/client.ts'
import type { History } from '../../workloads/history/history.ts'
import type { ActorSession, PlannedOperation } from '../../workloads/workload.ts'
import type { SimulatedMachines } from '../devices/simulated-machines.ts'
import type { Plan } from '../plan/plan.ts'
import { bootstrapOf, NODE_ID_MAX } from '../plan/topology.ts'

/** Numbers of the clients' machines begin here. */
export const FIRST_CLIENT_NODE = NODE_ID_MAX + 1

/** Names of actors in the order in which the plan first mentions them. */
export function actorsOf(operations: readonly PlannedOperation[]): readonly string[] {
  return [...new Set(operations.map(({ actor }) => actor))]
}

export class Clients {
  readonly #machines: SimulatedMachines
  readonly #plan: Plan
  readonly #names = new Map<number, string>()
  #open: Client[] = []

  constructor(machines: SimulatedMachines, plan: Plan) {
    this.#machines = machines
    this.#plan = plan
  }

  /** The name of the client on a machine. */
  nameOf(node: number): string | undefined {
    return this.#names.get(node)
  }

  /** A new machine with a client on it. `slot` is the actor's number, and its process in the history. */
  session(name: string, slot: number, history: History): ActorSession {
    const id = FIRST_CLIENT_NODE + slot
    const node = this.#machines.addNode({ id, hostName: name })
    const world = node.startLife()
    this.#names.set(id, name)
    const bootstrap = bootstrapOf(this.#plan)
    // Each actor begins at another broker.
    const first = slot % bootstrap.length
    const client = new Client(world, {
      bootstrap: [...bootstrap.slice(first), ...bootstrap.slice(0, first)],
      clientId: name,
      requestTimeoutMs: 5000,
      socketConnectionSetupTimeoutMs: 3000,
      defaultApiTimeoutMs: 30_000,
    })
    this.#open.push(client)
    const { topics, producers } = this.#plan
    return {
      ...{ world, client, history, process: slot, topics, startUs: world.clock.monotonicUs() },
      ...(producers === undefined ? {} : { producerOptions: producers }),
    }
  }

  closeAll(): void {
    for (const client of this.#open) client.close()
    this.#open = []
  }
}
