/**
 * A simulation's hardware in one piece: the loop, the chance, the network and the machines on it. Nothing is shared
 * between two of these, so any number may live in one process.
 *
 * What runs on the machines, what breaks them and who judges are not here.
 */

import { assert } from '../../world/assert.ts'
import type { Codecs } from '../../world/codecs.ts'
import type { TraceEvent } from '../../world/trace.ts'
import { KeyedDraws } from '../draws/keyed-draws.ts'
import type { EventHash } from '../loop/event-hash.ts'
import { EventLoop } from '../loop/event-loop.ts'
import { rememberedCodecs } from './remembered-codecs.ts'
import type { NetworkProfile } from './sim-network/network-profile.ts'
import { SimNetwork } from './sim-network/sim-network.ts'
import { SimNode, type SimNodeOptions } from './sim-node.ts'

export interface SimulatedMachinesOptions {
  /** A safe integer >= 0. */
  readonly seed: number
  readonly network?: Partial<NetworkProfile>
  /** Events after which the run is given up. Default: no bound. */
  readonly eventsMax?: number
  /** Events at one instant after which it is given up. Default 1 000 000. */
  readonly eventsPerInstantMax?: number
  /** An uncaught error of a node. Without it such an error ends the run. */
  readonly onNodeError?: (node: number, error: unknown) => void
  readonly onHalt?: (node: number, reason: Error) => void
  /** Without it no trace event is built. */
  readonly onTrace?: (node: number, life: number, event: TraceEvent) => void
}

export class SimulatedMachines {
  readonly loop: EventLoop
  readonly draws: KeyedDraws
  readonly network: SimNetwork
  readonly codecs: Codecs = rememberedCodecs()
  readonly #options: SimulatedMachinesOptions
  readonly #nodes = new Map<number, SimNode>()

  constructor(options: SimulatedMachinesOptions) {
    this.#options = options
    this.loop = new EventLoop(options)
    this.draws = new KeyedDraws(options.seed)
    this.network = new SimNetwork(this.loop, this.draws, options.network)
  }

  get hash(): EventHash {
    return this.loop.hash
  }

  /** Machines, in the order in which they were added. */
  get nodes(): readonly SimNode[] {
    return [...this.#nodes.values()]
  }

  /** Adds a machine on which nothing runs yet. */
  addNode(options: SimNodeOptions): SimNode {
    const node = new SimNode(this, options, this.#options)
    this.#nodes.set(node.id, node)
    return node
  }

  /** The machine of that number. */
  node(id: number): SimNode {
    const node = this.#nodes.get(id)
    assert(node !== undefined, 'the node was added')
    return node
  }
}

/** New hardware, without machines yet, at virtual time 0. */
export function createSimulatedMachines(options: SimulatedMachinesOptions): SimulatedMachines {
  return new SimulatedMachines(options)
}
