/**
 * One node of the cluster in a run: its machine, the process on it, what really happened there (ghost state), and the
 * invariants that concern it alone.
 */

import { DirectoryError } from '../../broker/log/meta-properties.ts'
import type { BrokerEvent } from '../../broker/observe/events.ts'
import type { Rules } from '../../broker/rules.ts'
import type { SimNode } from '../devices/sim-node.ts'
import type { SimulatedMachines } from '../devices/simulated-machines.ts'
import { DiskView } from '../invariants/disk-view.ts'
import { Ghost } from '../invariants/ghost.ts'
import type { TimestampTypes } from '../invariants/timestamp-types.ts'
import { InvariantWatch } from '../invariants/watch.ts'
import type { Plan, PlannedNode } from '../plan/plan.ts'
import { isFlushedBeforeAnswer, type LogConfigs } from '../plan/topic-durability.ts'
import { hostNameOf, isCluster } from '../plan/topology.ts'
import { BrokerProcess } from './broker-process.ts'
import type { SeenRequest, SeenResponse } from './wire-tap.ts'

/** What this promise is called: whatever lies in its directory, a broker wrote it, and goes on with it. */
export const STARTS = 'the broker starts on what it left'

export interface ServerOptions {
  readonly machines: SimulatedMachines
  readonly plan: Plan
  readonly planned: PlannedNode
  readonly rules: Rules
  readonly configOf: LogConfigs
  readonly timestampTypes: TimestampTypes
  /** A promise is broken; the name is the invariant's. */
  readonly broken: (
    name: string,
    message: string,
    where?: { readonly partition?: string; readonly offset?: number },
  ) => void
  /** Told instead of what damage excuses, of the invariant of that name. */
  readonly excused: (name: string) => void
  /** The broker found its disk damaged, and said so. */
  readonly onRefused: (message: string) => void
  readonly onLogLine: (message: string) => void
  /** A life of its process has ended, one way or another. */
  readonly onLifeEnded: () => void
}

export class Server {
  readonly planned: PlannedNode
  /** What people call it: `broker` where it is the only one. */
  readonly name: string
  readonly node: SimNode
  readonly process: BrokerProcess
  readonly ghost: Ghost
  readonly watch: InvariantWatch
  readonly #options: ServerOptions
  #hasRefused = false

  constructor(options: ServerOptions) {
    const { machines, plan, planned, rules, configOf, broken, excused, onLogLine, onLifeEnded } = options
    this.#options = options
    const { loop } = machines
    const { id } = planned
    this.planned = planned
    this.name = hostNameOf(plan, id)
    this.node = machines.addNode({
      ...{ id, hostName: this.name, clock: { ...plan.clock, ...planned.clock } },
      disk: { ...plan.disk, ...planned.disk },
    })
    const { node } = this
    const isReplicated = isCluster(plan)
    this.ghost = new Ghost((partition) => isFlushedBeforeAnswer(configOf(partition), partition), { isReplicated })
    this.process = new BrokerProcess({
      ...{ machines, node, plan, planned, rules },
      onReady: () => this.#ready(),
      onEnded: (how) => {
        this.ghost.lifeEnded(how, loop.nowUs)
        onLifeEnded()
      },
      onBroken: (message, error) => this.#broken(message, error),
      onWiped: () => this.watch.onDiskWiped(),
      onRotted: (path) => this.ghost.damage.rotted(path),
      onLogLine,
    })
    this.watch = new InvariantWatch({
      ghost: this.ghost,
      isServing: () => this.process.isReady && node.life !== undefined,
      wallMs: () => node.clock.wallMs(node.life === undefined ? loop.nowUs : loop.nowOf(node.life)),
      wallAtEventMs: () => node.clock.wallMs(loop.nowUs),
      retentionOf: configOf,
      timestampTypeOf: (partition) => options.timestampTypes.of(partition),
      disk: () => this.disk(),
      broken: (name) => (message, where) => broken(name, message, where),
      excused,
    })
  }

  get id(): number {
    return this.planned.id
  }

  /** Its broker found its disk damaged, and does not start on it any more. */
  get hasRefused(): boolean {
    return this.#hasRefused
  }

  /** What lies on its disk now. */
  disk(): DiskView {
    return new DiskView(this.node.disk)
  }

  onEvent(event: BrokerEvent): void {
    this.watch.onEvent(event)
  }

  onRequest(request: SeenRequest): void {
    this.watch.onRequest(request)
  }

  onResponse(response: SeenResponse): void {
    this.watch.onResponse(response)
  }

  /** The process ended itself; where that is for what it found in its directory, it would do so in every life. */
  onHalted(reason: Error): void {
    this.process.halted()
    if (reason instanceof DirectoryError)
      this.#broken(`the broker ends itself: ${reason.name}: ${reason.message}`, reason)
  }

  #ready(): void {
    this.watch.onReady()
    this.ghost.ready()
  }

  #broken(message: string, error: unknown): void {
    const { broken, onRefused } = this.#options
    if (!this.ghost.damage.hasStruck || !(error instanceof DirectoryError)) {
      return broken(STARTS, message)
    }
    this.#hasRefused = true
    onRefused(message)
    this.process.keepDown()
  }
}
