/**
 * The broker's process on its machine, and whoever restarts it: an init system that starts it again after every end.
 *
 * States: down → starting → ready → (stopping) → down. A crash or a halt takes it down from anywhere. A start that fails
 * by an operating failure of the disk is tried again; any other failure to start is a broken promise.
 */

import { Broker, type BrokerLoad } from '../../broker/broker.ts'
import { MetadataError } from '../../broker/metadata/metadata-error.ts'
import { correctRules, type Rules } from '../../broker/rules.ts'
import { DiskError } from '../../world/disk.ts'
import type { SimNode, SimWorld } from '../devices/sim-node.ts'
import type { SimulatedMachines } from '../devices/simulated-machines.ts'
import type { Victim } from '../faults/strikes.ts'
import type { LastEnd } from '../invariants/ghost.ts'
import { EventKind } from '../loop/event-kinds.ts'
import { nobody } from '../loop/event-queue.ts'
import type { Plan, PlannedNode } from '../plan/plan.ts'
import { BROKER_PORT, CONTROLLER_PORT, isCluster, settingsOf } from '../plan/topology.ts'

/** How long an init system waits before it starts again what ended by itself. */
const RESTART_MS = 500
/** What the directories of a cluster's nodes are formatted for. */
const CLUSTER_ID = 'c2ltdWxhdGVkLWNsdXN0ZQ'

export interface BrokerProcessOptions {
  readonly machines: SimulatedMachines
  readonly node: SimNode
  readonly plan: Plan
  /** The node's part in the plan. */
  readonly planned: PlannedNode
  readonly rules?: Rules
  readonly onReady: () => void
  readonly onEnded: (how: Exclude<LastEnd, 'none'>) => void
  /** The broker could not start, or stop, for a reason that is no failure of its disk. */
  readonly onBroken: (message: string, error: unknown) => void
  readonly onWiped: () => void
  readonly onRotted: (path: string) => void
  readonly onLogLine: (message: string) => void
}

type State = 'down' | 'starting' | 'ready' | 'stopping'

export class BrokerProcess implements Victim {
  readonly node: number
  readonly #options: BrokerProcessOptions
  #state: State = 'down'
  #broker: Broker | undefined
  #world: SimWorld | undefined
  #downMs = RESTART_MS
  #hasSyncFailed = false
  #startIsDue = false
  #isGone = false
  /** Told to stop while it was starting: it stops once it is ready. */
  #stopIsDue = false
  #waiting: (() => void)[] = []
  /** What the next metadata is applied to in vain. */
  #failsToApply: { readonly to: 'controller' | 'image'; readonly of: string | undefined } | undefined

  constructor(options: BrokerProcessOptions) {
    this.#options = options
    this.node = options.node.id
  }

  get isReady(): boolean {
    return this.#state === 'ready'
  }

  get load(): BrokerLoad | undefined {
    return this.#broker?.load
  }

  /** The world of the present life. */
  get world(): SimWorld | undefined {
    return this.#world
  }

  /** Whether it will never start again. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Resolves when the broker is ready. */
  whenReady(): Promise<void> {
    return this.isReady ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Begins a life. */
  start(): void {
    const { node, rules, onReady, onLogLine, machines } = this.#options
    if (this.#state !== 'down' || this.#isGone) return
    const world = node.startLife()
    this.#world = world
    this.#state = 'starting'
    this.#hasSyncFailed = false
    this.#stopIsDue = false
    machines.loop.mark()
    const options = {
      ...this.#place(),
      rules: rules ?? correctRules,
      onLogLine: (_level: unknown, message: string) => onLogLine(message),
      beforeApply: (to: 'controller' | 'image', type: string) => this.#beforeApply(to, type),
    }
    Broker.start(world, options).then(
      (broker) => {
        if (!world.alive) return
        this.#broker = broker
        this.#state = 'ready'
        onReady()
        if (this.#stopIsDue) void this.stop()
        else for (const resume of this.#waiting.splice(0)) resume()
      },
      (error: unknown) => world.alive && this.#failed(error),
    )
  }

  /** Stops cleanly and stays down. */
  async stop(): Promise<void> {
    const broker = this.#broker
    const world = this.#world
    if (broker === undefined || this.#state !== 'ready') return
    this.#state = 'stopping'
    try {
      await broker.stop()
    } catch (error) {
      if (world?.alive) this.#failed(error)
      return
    }
    this.#options.node.kill()
    this.#down('clean')
  }

  crash(how: 'process-kill' | 'power-loss', downMs: number, item: number): void {
    const { node } = this.#options
    if (how === 'process-kill' && this.#state === 'down') return
    if (how === 'process-kill') node.kill()
    else node.powerLoss(item)
    this.#downMs = downMs
    this.#down(how)
  }

  crashing(downMs: number): void {
    this.#downMs = downMs
  }

  restartCleanly(downMs: number): void {
    const { loop } = this.#options.machines
    this.#downMs = downMs
    // An event of its own: what it settles must be drained before anything else happens.
    loop.scheduleAt(loop.nowUs, EventKind.harness, nobody, () => {
      loop.mark()
      if (this.#state === 'starting') this.#stopIsDue = true
      else void this.stop()
    })
  }

  syncFailed(): void {
    this.#hasSyncFailed = true
  }

  wipe(downMs: number): void {
    this.crash('power-loss', downMs, 0)
    this.#options.node.disk.wipe()
    this.#options.onWiped()
  }

  rotted(path: string): void {
    this.#options.onRotted(path)
  }

  loseDisk(): void {
    this.keepDown()
    this.#options.node.powerLoss(0)
    this.#options.node.disk.wipe()
  }

  /** Ends the present life, if any; there is no other. */
  keepDown(): void {
    this.#isGone = true
    this.crash('process-kill', 0, 0)
  }

  failApply(to: 'controller' | 'image', of: string | undefined): void {
    if (this.#state !== 'down') this.#failsToApply = { to, of }
  }

  /** A failure to apply that is still to come does not come. */
  forgetFailure(): void {
    this.#failsToApply = undefined
  }

  /** The process ended itself (`world.halt`). */
  halted(): void {
    this.#downMs = RESTART_MS
    this.#down('process-kill')
  }

  /** Between two events: a disk verdict may have ended the life inside the last one. */
  afterEvent(): void {
    const { node } = this.#options
    if (this.#state === 'down' || node.life !== undefined) return
    this.#down(node.lastEnd === 'powerLoss' ? 'power-loss' : 'process-kill')
  }

  /** Where it listens, and what it is told. */
  #place() {
    const { node, plan, planned } = this.#options
    const host = node.hostName
    const place = { listen: { host, port: BROKER_PORT }, settings: settingsOf(plan, planned) }
    if (!isCluster(plan)) return place
    return { ...place, controllerListen: { host, port: CONTROLLER_PORT }, clusterId: CLUSTER_ID }
  }

  #failed(error: unknown): void {
    const { onBroken, node } = this.#options
    if (!(error instanceof DiskError)) {
      onBroken(`the broker ${this.#state === 'stopping' ? 'cannot stop' : 'cannot start'}: ${messageOf(error)}`, error)
      return
    }
    node.kill()
    this.#downMs = RESTART_MS
    this.#down('process-kill')
  }

  /** A record that says nothing cannot fail. */
  #beforeApply(to: 'controller' | 'image', recordType: string): void {
    if (this.#failsToApply?.to !== to || recordType === 'NoOpRecord') return
    if (recordType !== (this.#failsToApply.of ?? recordType)) return
    this.#failsToApply = undefined
    throw new MetadataError('the plan has it fail')
  }

  #down(how: Exclude<LastEnd, 'none'>): void {
    const { machines, onEnded } = this.#options
    const { loop } = machines
    this.#failsToApply = undefined
    this.#state = 'down'
    this.#broker = undefined
    this.#world = undefined
    onEnded(how === 'process-kill' && this.#hasSyncFailed ? 'failed-sync' : how)
    if (this.#startIsDue || this.#isGone) return
    this.#startIsDue = true
    loop.scheduleAt(loop.nowUs + this.#downMs * 1000, EventKind.harness, nobody, () => {
      this.#startIsDue = false
      this.start()
    })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
