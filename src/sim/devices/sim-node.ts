/**
 * A simulated machine: its name, its clock and its disk live as long as the simulation; processes come and go on it.
 *
 * States: off or idle (no life) → running (`startLife`) → idle (`kill`, or `halt` by the process itself) or off
 * (`powerLoss`). What ends a life takes effect at once, also in the middle of one of the node's own events: the rest of
 * that event runs in an inert world.
 */

import { assert } from '../../world/assert.ts'
import type { Codecs } from '../../world/codecs.ts'
import { silentTrace, type Trace, type TraceEvent } from '../../world/trace.ts'
import type { World } from '../../world/world.ts'
import type { KeyedDraws } from '../draws/keyed-draws.ts'
import { KeyedRandom } from '../draws/keyed-random.ts'
import type { EventLoop } from '../loop/event-loop.ts'
import { Life } from './life.ts'
import { type ClockProfile, MachineClock, SimClock } from './sim-clock.ts'
import type { DiskProfile } from './sim-disk/disk-profile.ts'
import { LifeDisk } from './sim-disk/life-disk.ts'
import { SimDisk } from './sim-disk/sim-disk.ts'
import type { Host } from './sim-network/host.ts'
import { LifeNetwork } from './sim-network/life-network.ts'
import type { SimNetwork } from './sim-network/sim-network.ts'
import { simPromises } from './sim-promises.ts'

/** The world of one life of a simulated node. */
export interface SimWorld extends World {
  /** 1 for the first life of the node. */
  readonly life: number
  /** False once the life is over and the world inert. */
  readonly alive: boolean
}

export interface SimNodeOptions {
  /** An integer in [0, 65536), of this node alone. */
  readonly id: number
  /** A name of its own; others connect to it. */
  readonly hostName: string
  readonly clock?: ClockProfile | undefined
  readonly disk?: Partial<DiskProfile> | undefined
}

/** Who is told about what nodes do. */
export interface NodeListeners {
  /** A process ended itself. */
  readonly onHalt?: ((node: number, reason: Error) => void) | undefined
  /** A process emitted a trace event; it must not be acted upon within this call. */
  readonly onTrace?: ((node: number, life: number, event: TraceEvent) => void) | undefined
}

/** What all machines share. */
export interface NodeSurroundings {
  readonly loop: EventLoop
  readonly draws: KeyedDraws
  readonly network: SimNetwork
  readonly codecs: Codecs
}

export class SimNode {
  readonly id: number
  readonly hostName: string
  readonly clock: MachineClock
  readonly disk: SimDisk

  readonly #loop: EventLoop
  readonly #draws: KeyedDraws
  readonly #network: SimNetwork
  readonly #host: Host
  readonly #codecs: Codecs
  readonly #listeners: NodeListeners
  #life: Life | undefined = undefined
  #lives = 0
  #lastEnd: 'kill' | 'powerLoss' | undefined

  constructor(around: NodeSurroundings, options: SimNodeOptions, listeners: NodeListeners) {
    const { loop, draws, network, codecs } = around
    this.id = options.id
    this.hostName = options.hostName
    this.#loop = loop
    this.#draws = draws
    this.#network = network
    this.#codecs = codecs
    this.#listeners = listeners
    this.#host = network.addHost(options.id, options.hostName)
    this.clock = new MachineClock(options.clock)
    const crash = (how: 'kill' | 'powerLoss'): void => (how === 'kill' ? this.kill() : this.powerLoss())
    this.disk = new SimDisk({ loop, draws, node: options.id, profile: options.disk, crash })
  }

  /** The present life; undefined while no process runs. */
  get life(): Life | undefined {
    return this.#life
  }

  /** How the last life ended; undefined before any has. */
  get lastEnd(): 'kill' | 'powerLoss' | undefined {
    return this.#lastEnd
  }

  /** Lives begun so far. */
  get lives(): number {
    return this.#lives
  }

  /** A process starts, and with it the machine if it had no power. No other may be running. */
  startLife(): SimWorld {
    assert(this.#life === undefined, 'one process runs on a machine at a time')
    const life = new Life(this.id, ++this.#lives)
    const loop = this.#loop
    this.#life = life
    this.#network.powerOn(this.id)
    return {
      life: life.number,
      get alive() {
        return life.alive
      },
      clock: new SimClock(loop, life, this.clock, this.#draws),
      network: new LifeNetwork(this.#network, life, this.#host),
      disk: new LifeDisk(this.disk, life),
      random: new KeyedRandom(this.#draws, this.id, life.number),
      codecs: this.#codecs,
      trace: this.#traceOf(life),
      promises: simPromises(loop, life),
      halt: (reason) => this.#halt(life, reason),
    }
  }

  /** The process is killed: its page cache survives, its connections are ended by its kernel. Harmless when repeated. */
  kill(item = this.#lives): void {
    if (this.#end('kill')) this.disk.processKill(item)
  }

  /**
   * The power fails: what was not synced is kept, lost or torn, and the machine is silent until `startLife`. `item`
   * (below 2^20) keys the draws; give the plan's item. Also strikes a machine on which no process runs.
   */
  powerLoss(item = this.#lives): void {
    if (!this.#end('powerLoss')) this.#network.endLife(this.id, 'powerLoss')
    this.disk.powerLoss(item)
  }

  /** The process stands still until `untilUs`, as if stopped; bytes sent to it wait. */
  pause(untilUs: number): void {
    if (this.#life !== undefined) this.#loop.pauseNode(this.id, untilUs)
  }

  /** A process that stands still goes on now. */
  resume(): void {
    this.#loop.resumeNode(this.id)
  }

  #end(how: 'kill' | 'powerLoss'): boolean {
    const life = this.#life
    if (life === undefined) return false
    life.end()
    this.#life = undefined
    this.#lastEnd = how
    this.#loop.hash.note(how === 'kill' ? 1 : 2)
    this.#loop.forgetPause(this.id)
    this.#network.endLife(this.id, how)
    return true
  }

  #halt(life: Life, reason: Error): void {
    if (!life.alive) return
    this.kill()
    this.#listeners.onHalt?.(this.id, reason)
  }

  #traceOf(life: Life): Trace {
    const { onTrace } = this.#listeners
    if (onTrace === undefined) return silentTrace
    return {
      get listening() {
        return life.alive
      },
      emit: (event) => {
        if (life.alive) onTrace(life.node, life.number, event)
      },
    }
  }
}
