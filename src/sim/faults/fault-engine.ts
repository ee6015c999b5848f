/**
 * Strikes as the plan says: at its time, or at the n-th occurrence of what it names.
 *
 * A fault on a disk operation is a verdict on that operation; every other strikes between two events. What the promise
 * does not cover is declined in the default profile; a declined fault is counted, traced and hashed like one that
 * struck. Nothing new strikes after `disarm`.
 */

import type { BrokerEvent } from '../../broker/observe/events.ts'
import { workloadNamed } from '../../workloads/table.ts'
import type { DiskOperation, DiskVerdict } from '../devices/sim-disk/disk-judge.ts'
import type { ConnectVerdict } from '../devices/sim-network/network-judge.ts'
import type { SimulatedMachines } from '../devices/simulated-machines.ts'
import { EventKind } from '../loop/event-kinds.ts'
import { nobody } from '../loop/event-queue.ts'
import type { Fault, NodeTarget, Plan, Strike, StrikeKind } from '../plan/plan.ts'
import { LossBudget } from './loss-budget.ts'
import { Strikes, type Victim } from './strikes.ts'
import { Triggers } from './triggers.ts'

export interface FaultEngineOptions {
  readonly plan: Plan
  readonly machines: SimulatedMachines
  /** By the number of their node, in the order of the plan. */
  readonly victims: ReadonlyMap<number, Victim>
  /** The node that leads the quorum, or did last. */
  readonly leader: () => number
  /** Told of every fault that strikes, or is declined, and of the node that it strikes. */
  readonly onStruck: (fault: Fault, isDeclined: boolean, node: number) => void
}

/** A fault whose trigger was met at a node, and that strikes after the present event. */
interface Due {
  readonly fault: Fault
  readonly metAt: number
}

const beyondThePromise: ReadonlySet<StrikeKind> = new Set(['rot', 'wiped-disk'])

export class FaultEngine {
  readonly #options: FaultEngineOptions
  readonly #triggers: Triggers
  readonly #strikes: Strikes
  readonly #budget: LossBudget
  /** Which node each fault struck, by its id. */
  readonly #struckNodes = new Map<number, number>()
  #due: Due[] = []
  #isArmed = false

  constructor(options: FaultEngineOptions) {
    const { plan } = options
    this.#options = options
    this.#triggers = new Triggers((target, node, fault) => (this.#nodeOf(target, fault) ?? node) === node)
    this.#strikes = new Strikes(options)
    this.#budget = new LossBudget(plan, workloadNamed(plan.workload)?.writesRecords ?? true)
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
    this.#strikes.forget()
  }

  /** A broker told of something. */
  onEvent(node: number, event: BrokerEvent): void {
    for (const fault of this.#triggers.onEvent(node, event)) this.#due.push({ fault, metAt: node })
  }

  /** A broker's disk asks. */
  onDisk(operation: DiskOperation): DiskVerdict | undefined {
    let given: DiskVerdict | undefined
    for (const fault of this.#triggers.onDisk(operation)) {
      // One verdict on an operation: what else it sets off strikes after the event.
      const isHere = this.#victimOf(fault, operation.node) === operation.node
      const verdict = given === undefined && isHere ? this.#verdict(fault.strike, operation) : undefined
      if (verdict === undefined) this.#due.push({ fault, metAt: operation.node })
      else {
        given = verdict
        this.#struck(fault, false, operation.node)
      }
    }
    return given
  }

  /** Somebody connects to a broker. */
  onConnect(node: number): ConnectVerdict | undefined {
    return this.#strikes.refuses(node) ? { kind: 'refuse' } : undefined
  }

  /** Between two events: strikes what the last one set off. */
  afterEvent(): void {
    while (this.#due.length > 0) {
      const { fault, metAt } = this.#due.shift()!
      this.#strike(fault, metAt)
    }
  }

  #arm(faults: readonly Fault[]): void {
    const { loop } = this.#options.machines
    this.#triggers.arm(faults)
    for (const fault of faults) {
      if (fault.trigger.on !== 'time') continue
      loop.scheduleAt(loop.nowUs + fault.trigger.atMs * 1000, EventKind.fault, nobody, () => {
        if (this.#isArmed) this.#strike(fault, this.#options.plan.nodes[0]!.id)
      })
    }
  }

  /** Takes note, and arms what waited for this fault. */
  #struck(fault: Fault, isDeclined: boolean, node: number): void {
    const { machines, plan, onStruck } = this.#options
    machines.hash.note(fault.id * 2 + (isDeclined ? 1 : 0))
    this.#struckNodes.set(fault.id, node)
    onStruck(fault, isDeclined, node)
    this.#arm(plan.faults.filter(({ after }) => after === fault.id))
  }

  /** The verdict on the operation that set the fault off; undefined where it strikes between events instead. */
  #verdict(strike: Strike, { kind, node }: DiskOperation): DiskVerdict | undefined {
    const victim = this.#strikes.victim(node)
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
      case 'slow-operation':
        return { kind: 'delay', us: strike.byMs * 1000 }
      default:
        return undefined
    }
  }

  #strike(fault: Fault, metAt: number): void {
    const node = this.#victimOf(fault, metAt)
    const isDeclined = this.#isDeclined(fault.strike, node)
    this.#struck(fault, isDeclined, node)
    if (!isDeclined) this.#strikes.strike(fault.strike, node, fault.id)
  }

  #isDeclined({ kind }: Strike, node: number): boolean {
    if (kind === 'lost-disk') return !this.#budget.takeDisk(node)
    return this.#options.plan.profile === 'default' && beyondThePromise.has(kind)
  }

  #victimOf(fault: Fault, metAt: number): number {
    return this.#nodeOf(fault.node, fault) ?? metAt
  }

  /** Undefined where none is named. */
  #nodeOf(target: NodeTarget | undefined, { after }: Fault): number | undefined {
    if (target === 'same') return after === undefined ? undefined : this.#struckNodes.get(after)
    return target === 'leader' ? this.#options.leader() : target
  }
}
