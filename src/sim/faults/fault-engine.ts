/**
 * Strikes as the plan says: at its time, or at the n-th occurrence of what it names.
 *
 * A fault on a disk operation is a verdict on that operation; every other strikes between two events. What the promise
 * does not cover is declined in the default profile; a declined fault is counted, traced and hashed like one that
 * struck. Nothing new strikes after `disarm`.
 */

import type { BrokerEvent } from '../../broker/observe/events.ts'
import type { DiskOperation, DiskVerdict } from '../devices/sim-disk/disk-judge.ts'
import type { ConnectVerdict } from '../devices/sim-network/network-judge.ts'
import type { SimulatedMachines } from '../devices/simulated-machines.ts'
import { EventKind } from '../loop/event-kinds.ts'
import { NO_NODE, nobody } from '../loop/event-queue.ts'
import type { Fault, Plan, Strike, StrikeKind } from '../plan/plan.ts'
import { Triggers } from './triggers.ts'

/** What the engine asks of whoever runs the broker. */
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
  /** The disk is replaced by an empty one. */
  wipe(downMs: number): void
  /** A bit of the file at `path` has flipped. */
  rotted(path: string): void
}

export interface FaultEngineOptions {
  readonly plan: Plan
  readonly machines: SimulatedMachines
  readonly victim: Victim
  /** Told of every fault that strikes, or is declined. */
  readonly onStruck: (fault: Fault, isDeclined: boolean) => void
}

const beyondThePromise: ReadonlySet<StrikeKind> = new Set(['rot', 'wiped-disk'])

export class FaultEngine {
  readonly #options: FaultEngineOptions
  readonly #triggers = new Triggers()
  #due: Fault[] = []
  #isArmed = false
  #refuseUntilUs = 0

  constructor(options: FaultEngineOptions) {
    this.#options = options
  }

  /** From now on faults strike; times count from here. */
  arm(): void {
    const { faults } = this.#options.plan
    const ids = new Set(faults.map(({ id }) => id))
    this.#isArmed = true
    this.#arm(faults.filter(({ after }) => after === undefined || !ids.has(after)))
  }

  disarm(): void {
    this.#isArmed = false
    this.#triggers.disarm()
    this.#due = []
    this.#refuseUntilUs = 0
  }

  /** The broker told of something. */
  onEvent(event: BrokerEvent): void {
    this.#due.push(...this.#triggers.onEvent(event))
  }

  /** The broker's disk asks. */
  onDisk(operation: DiskOperation): DiskVerdict | undefined {
    let given: DiskVerdict | undefined
    for (const fault of this.#triggers.onDisk(operation)) {
      // One verdict on an operation: what else it sets off strikes after the event.
      const verdict = given === undefined ? this.#verdict(fault.strike, operation) : undefined
      if (verdict === undefined) this.#due.push(fault)
      else {
        given = verdict
        this.#struck(fault, false)
      }
    }
    return given
  }

  /** Somebody connects to the broker. */
  onConnect(): ConnectVerdict | undefined {
    return this.#options.machines.loop.nowUs < this.#refuseUntilUs ? { kind: 'refuse' } : undefined
  }

  /** Between two events: strikes what the last one set off. */
  afterEvent(): void {
    while (this.#due.length > 0) this.#strike(this.#due.shift()!)
  }

  #arm(faults: readonly Fault[]): void {
    const { loop } = this.#options.machines
    this.#triggers.arm(faults)
    for (const fault of faults) {
      if (fault.trigger.on !== 'time') continue
      loop.scheduleAt(loop.nowUs + fault.trigger.atMs * 1000, EventKind.fault, nobody, () => {
        if (this.#isArmed) this.#strike(fault)
      })
    }
  }

  /** Takes note, and arms what waited for this fault. */
  #struck(fault: Fault, isDeclined: boolean): void {
    const { machines, plan, onStruck } = this.#options
    machines.hash.note(fault.id * 2 + (isDeclined ? 1 : 0))
    onStruck(fault, isDeclined)
    this.#arm(plan.faults.filter(({ after }) => after === fault.id))
  }

  /** The verdict on the operation that set the fault off; undefined where it strikes between events instead. */
  #verdict(strike: Strike, { kind }: DiskOperation): DiskVerdict | undefined {
    const { victim } = this.#options
    switch (strike.kind) {
      case 'process-kill':
      case 'power-loss':
        victim.crashing(strike.downMs)
        return {
          kind: 'crash',
          when: strike.when ?? 'after',
          how: strike.kind === 'process-kill' ? 'kill' : 'powerLoss',
        }
      case 'disk-error':
        if (kind === 'sync' || kind === 'syncDirectory') victim.syncFailed()
        return { kind: 'error' }
      case 'torn-append':
        return kind === 'append' ? { kind: 'torn' } : { kind: 'error' }
      case 'stalled-append':
        return { kind: 'stall', us: strike.forMs * 1000 }
      default:
        return undefined
    }
  }

  #strike(fault: Fault): void {
    const { plan } = this.#options
    const isDeclined = plan.profile === 'default' && beyondThePromise.has(fault.strike.kind)
    this.#struck(fault, isDeclined)
    if (!isDeclined) this.#act(fault)
  }

  #act({ id, strike }: Fault): void {
    const { machines, victim } = this.#options
    const { loop, network } = machines
    const node = machines.node(victim.node)
    const untilUs = 'forMs' in strike ? loop.nowUs + strike.forMs * 1000 : loop.nowUs
    switch (strike.kind) {
      case 'process-kill':
      case 'power-loss':
        return victim.crash(strike.kind, strike.downMs, id)
      case 'clean-restart':
        return victim.restartCleanly(strike.downMs)
      case 'pause':
      case 'stalled-append':
        return node.pause(untilUs)
      case 'reset-connections':
        network.resetConnections({ to: victim.node })
        return
      case 'stall':
        network.stall(strike.direction === 'requests' ? { to: victim.node } : { from: victim.node }, untilUs)
        return
      case 'partition':
        return this.#partition(strike.direction, untilUs)
      case 'refuse-connections':
        this.#refuseUntilUs = untilUs
        return
      case 'slow-disk':
        return node.disk.slow(strike.byMs * 1000, untilUs)
      case 'full-disk':
        node.disk.capacityBytes = node.disk.usedBytes + strike.leftBytes
        loop.scheduleAt(untilUs, EventKind.fault, nobody, () => {
          node.disk.capacityBytes = Number.MAX_SAFE_INTEGER
        })
        return
      case 'clock-jump':
        return node.clock.jump(strike.byMs)
      case 'rot':
        return this.#rot(strike.path, strike.at)
      case 'wiped-disk':
        return victim.wipe(strike.downMs)
      case 'disk-error':
      case 'torn-append':
        // Without an operation to fail there is nothing to do.
        return
    }
  }

  #partition(direction: 'requests' | 'responses' | 'both', untilUs: number): void {
    const { machines, victim } = this.#options
    const way = direction === 'both' ? 'both' : direction === 'requests' ? 'aToB' : 'bToA'
    for (const { id } of machines.nodes) {
      if (id !== victim.node && id !== NO_NODE) machines.network.partition(id, victim.node, way, untilUs)
    }
  }

  #rot(path: string, at: number): void {
    const { machines, victim } = this.#options
    const { disk } = machines.node(victim.node)
    const files = disk.files().filter((name) => name.includes(path) && disk.peek(name).length > 0)
    const file = files[at % Math.max(1, files.length)]
    if (file !== undefined && disk.rot(file, at % disk.peek(file).length, at % 8)) victim.rotted(file)
  }
}
