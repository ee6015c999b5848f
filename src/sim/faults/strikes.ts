/**
 * What each kind of strike does to machines and processes, between two events. When one strikes, and whether it may, is
 * in `fault-engine.ts`.
 */

import type { SimulatedMachines } from '../devices/simulated-machines.ts'
import { EventKind } from '../loop/event-kinds.ts'
import { NO_NODE, nobody } from '../loop/event-queue.ts'
import type { Strike } from '../plan/plan.ts'

/** What a strike asks of whoever runs the broker of a node. */
export interface Victim {
  readonly node: number
  /** The broker's life ends by a crash, and begins again after `downMs`. `item` keys the draws of what is lost. */
  crash(how: 'process-kill' | 'power-loss', downMs: number, item: number): void
  /** A disk verdict is about to end the life, which begins again after `downMs`. */
  crashing(downMs: number): void
  /** The broker is stopped cleanly, and begins again. */
  restartCleanly(downMs: number): void
  /** A sync has failed: what was not durable before may be lost. */
  syncFailed(): void
  /** The next metadata that is applied cannot be. */
  failApply(to: 'controller' | 'image', of: string | undefined): void
  /** The disk is replaced by an empty one. */
  wipe(downMs: number): void
  /** A bit of the file at `path` has flipped. */
  rotted(path: string): void
  /** The disk is gone, and the node never starts again. */
  loseDisk(): void
}

export interface StrikesOptions {
  readonly machines: SimulatedMachines
  /** By the number of their node, in the order of the plan. */
  readonly victims: ReadonlyMap<number, Victim>
}

export class Strikes {
  readonly #options: StrikesOptions
  /** Until when the nodes refuse new connections. */
  readonly #refuseUntilUs = new Map<number, number>()

  constructor(options: StrikesOptions) {
    this.#options = options
  }

  /** Whether the node refuses new connections now. */
  refuses(node: number): boolean {
    return this.#options.machines.loop.nowUs < (this.#refuseUntilUs.get(node) ?? 0)
  }

  /** Nobody refuses connections any more. */
  forget(): void {
    this.#refuseUntilUs.clear()
  }

  victim(node: number): Victim {
    const victim = this.#options.victims.get(node)
    if (victim === undefined) throw new Error(`the plan has no node ${node}`)
    return victim
  }

  /** Strikes the node. `item` is the fault's id and keys the draws of what is lost. */
  strike(strike: Strike, on: number, item: number): void {
    const { machines } = this.#options
    const { loop, network } = machines
    const victim = this.victim(on)
    const node = machines.node(on)
    const untilUs = 'forMs' in strike ? loop.nowUs + strike.forMs * 1000 : loop.nowUs
    switch (strike.kind) {
      case 'process-kill':
      case 'power-loss':
        return victim.crash(strike.kind, strike.downMs, item)
      case 'power-outage':
        for (const each of strike.nodes) this.victim(each).crash('power-loss', strike.downMs, item)
        return
      case 'clean-restart':
        return victim.restartCleanly(strike.downMs)
      case 'pause':
      case 'stalled-append':
        return node.pause(untilUs)
      case 'reset-connections':
        network.resetConnections({ to: on })
        return
      case 'stall':
        network.stall(strike.direction === 'requests' ? { to: on } : { from: on }, untilUs)
        return
      case 'refuse-connections':
        this.#refuseUntilUs.set(on, untilUs)
        return
      case 'slow-disk':
        return node.disk.slow(strike.byMs * 1000, untilUs)
      case 'full-disk':
        return this.#fillDisk(on, strike.leftBytes, untilUs)
      case 'failed-apply':
        return victim.failApply(strike.to, strike.of)
      case 'clock-jump':
        return node.clock.jump(strike.byMs)
      case 'rot':
        return this.#rot(on, strike.path, strike.at)
      case 'wiped-disk':
        return victim.wipe(strike.downMs)
      case 'lost-disk':
        return victim.loseDisk()
      case 'disk-error':
      case 'torn-append':
      case 'slow-operation':
        // Without an operation to fail there is nothing to do.
        return
      default:
        return this.#cut(strike, on, untilUs)
    }
  }

  /** What keeps machines from hearing one another. */
  #cut(strike: Strike, on: number, untilUs: number): void {
    const { machines, victims } = this.#options
    const { network } = machines
    switch (strike.kind) {
      case 'partition': {
        const way = strike.direction === 'both' ? 'both' : strike.direction === 'requests' ? 'aToB' : 'bToA'
        for (const { id } of machines.nodes) {
          if (id !== on && id !== NO_NODE) network.partition(id, on, way, untilUs)
        }
        return
      }
      case 'deaf':
      case 'mute':
        for (const other of victims.keys()) {
          if (other !== on) network.partition(other, on, strike.kind === 'deaf' ? 'aToB' : 'bToA', untilUs)
        }
        return
      case 'network-split':
        for (const [a, b] of pairs(strike.a, strike.b)) network.partition(a, b, strike.direction, untilUs)
        return
      case 'held-messages':
        for (const [from, to] of pairs(strike.a, strike.b)) network.stall({ from, to }, untilUs)
        return
    }
  }

  #fillDisk(on: number, leftBytes: number, untilUs: number): void {
    const { loop } = this.#options.machines
    const { disk } = this.#options.machines.node(on)
    disk.capacityBytes = disk.usedBytes + leftBytes
    loop.scheduleAt(untilUs, EventKind.fault, nobody, () => {
      disk.capacityBytes = Number.MAX_SAFE_INTEGER
    })
  }

  #rot(on: number, path: string, at: number): void {
    const { disk } = this.#options.machines.node(on)
    const files = disk.files().filter((name) => name.includes(path) && disk.peek(name).length > 0)
    const file = files[at % Math.max(1, files.length)]
    if (file !== undefined && disk.rot(file, at % disk.peek(file).length, at % 8)) this.victim(on).rotted(file)
  }
}

function pairs(a: readonly number[], b: readonly number[]): [number, number][] {
  return a.flatMap((one) => b.filter((other) => other !== one).map((other): [number, number] => [one, other]))
}
