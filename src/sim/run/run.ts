/**
 * One simulated run: the machines, the broker, the clients, the faults and the judges, wired together.
 *
 * What happens when is in `director.ts`; here is who hears of what. The order after each event is fixed: faults that the
 * event set off strike, then invariants look.
 */

import { DirectoryError } from '../../broker/log/meta-properties.ts'
import type { BrokerEvent } from '../../broker/observe/events.ts'
import type { Rules } from '../../broker/rules.ts'
import { apis } from '../../protocol/apis.ts'
import type { MetadataResponse } from '../../protocol/messages/03-metadata.ts'
import type { CreateTopicsRequest, CreateTopicsResponse } from '../../protocol/messages/19-create-topics.ts'
import { AssertionFailed } from '../../world/assert.ts'
import type { TraceEvent } from '../../world/trace.ts'
import { createSimulatedMachines, type SimulatedMachines } from '../devices/simulated-machines.ts'
import { FaultEngine } from '../faults/fault-engine.ts'
import { DiskView } from '../invariants/disk-view.ts'
import { Ghost } from '../invariants/ghost.ts'
import { PROTOCOL } from '../invariants/s24-protocol.ts'
import { InvariantWatch, type WatchBase } from '../invariants/watch.ts'
import type { Fault, Plan } from '../plan/plan.ts'
import { isFlushedBeforeAnswer, type LogConfigs, logConfigsOf } from '../plan/topic-durability.ts'
import { BrokerProcess } from './broker-process.ts'
import { Clients } from './clients.ts'
import { Timeline } from './timeline.ts'
import type { Violation, ViolationKind } from './verdict.ts'
import { WireTap } from './wire-tap.ts'

/** The broker's machine. */
export const BROKER_NODE = 1
const BROKER_HOST = 'broker'
/** More events than any plan needs; a run that takes more is stuck. */
const EVENTS_MAX = 5_000_000

export class Run {
  readonly plan: Plan
  readonly machines: SimulatedMachines
  readonly broker: BrokerProcess
  readonly clients: Clients
  readonly faults: FaultEngine
  readonly ghost: Ghost
  readonly struck = new Map<string, number>()
  readonly coverage = new Map<string, number>()
  readonly violations: Violation[] = []
  readonly timeline: Timeline | undefined
  readonly watch: InvariantWatch
  /** The broker found its disk damaged and said so: beyond the promise that is an end as good as any. */
  hasRefused = false
  readonly #configOf: LogConfigs

  constructor(plan: Plan, rules: Rules, record: boolean) {
    this.plan = plan
    this.#configOf = logConfigsOf(plan)
    this.machines = createSimulatedMachines({
      ...{ seed: plan.seed, network: plan.network, eventsMax: EVENTS_MAX },
      onNodeError: (node, error) => this.#nodeFailed(node, error),
      onHalt: (node, reason) => this.#halted(node, reason),
      onTrace: (node, _life, event) => node === BROKER_NODE && this.#traced(event),
    })
    const { loop, network } = this.machines
    const node = this.machines.addNode({ id: BROKER_NODE, hostName: BROKER_HOST, clock: plan.clock, disk: plan.disk })
    this.timeline = record ? new Timeline(() => ({ atUs: loop.nowUs, event: loop.events })) : undefined
    this.ghost = new Ghost((partition) => isFlushedBeforeAnswer(this.#configOf(partition), partition))
    this.watch = new InvariantWatch(this.#judged())
    this.broker = new BrokerProcess({
      ...{ machines: this.machines, node, plan, rules },
      onReady: () => this.#ready(),
      onEnded: (how) => this.ghost.lifeEnded(how, loop.nowUs),
      onBroken: (message, error) => this.#broken(message, error),
      onWiped: () => this.watch.onDiskWiped(),
      onRotted: (path) => this.ghost.damage.rotted(path),
      onLogLine: (message) => this.timeline?.add('broker', `says: ${message}`),
    })
    this.clients = new Clients(this.machines, plan, BROKER_HOST)
    this.faults = new FaultEngine({
      ...{ plan, machines: this.machines, victim: this.broker },
      onStruck: (fault, isDeclined) => this.#struck(fault, isDeclined),
    })
    const tap = this.#newTap()
    node.disk.judge = (operation) => this.faults.onDisk(operation)
    network.judge = {
      onConnect: ({ to }) => (to === BROKER_NODE ? this.faults.onConnect() : undefined),
      onSend: (flow, parts) => {
        tap.onSend(flow, parts)
        return undefined
      },
    }
    loop.afterEvent = () => this.#afterEvent()
  }

  /** Notes a broken promise. The first one is the verdict; what follows from it is not told. */
  violated(
    kind: ViolationKind,
    invariant: string,
    message: string,
    where: { readonly partition?: string; readonly offset?: number } = {},
  ): void {
    const { loop } = this.machines
    this.violations.push({ kind, invariant, message, atUs: loop.nowUs, event: loop.events, ...where })
    this.timeline?.add('verdict', `${invariant}: ${message}`)
  }

  #judged(): WatchBase {
    const { node, loop } = { node: this.machines.node(BROKER_NODE), loop: this.machines.loop }
    return {
      ghost: this.ghost,
      isServing: () => this.broker.isReady && node.life !== undefined,
      wallMs: () => node.clock.wallMs(loop.nowUs),
      retentionOf: (partition) => this.#configOf(partition),
      disk: () => new DiskView(node.disk),
      broken: (name) => (message, where) => this.violated('safety', name, message, where),
      excused: (name) => count(this.coverage, `excused ${name}`),
    }
  }

  #newTap(): WireTap {
    return new WireTap(
      {
        onRequest: (request) => {
          if (request.api === apis.createTopics) this.#configOf.learn((request.body as CreateTopicsRequest).topics)
          this.watch.onRequest(request)
        },
        onResponse: (response) => {
          if (response.request.api === apis.createTopics) this.#learn((response.body as CreateTopicsResponse).topics)
          if (response.request.api === apis.metadata) this.#learn((response.body as MetadataResponse).topics)
          this.timeline?.onResponse(
            this.clients.nameOf(response.request.client) ?? 'a client',
            response,
            this.ghost.topicNames,
          )
          this.watch.onResponse(response)
        },
        onBreach: (message) => this.violated('safety', PROTOCOL.name, message),
      },
      () => this.machines.loop.nowUs,
    )
  }

  #learn(
    topics: readonly { readonly name: string | null; readonly topicId: Parameters<Ghost['topicNames']['get']>[0] }[],
  ): void {
    for (const { name, topicId } of topics) if (name !== null) this.ghost.topicNames.set(topicId, name)
  }

  #traced(event: TraceEvent): void {
    const told = event as BrokerEvent
    count(this.coverage, told.type)
    this.timeline?.onBroker(told)
    this.watch.onEvent(told)
    this.faults.onEvent(told)
  }

  #ready(): void {
    this.watch.onReady()
    this.ghost.ready()
  }

  #struck(fault: Fault, isDeclined: boolean): void {
    count(this.struck, isDeclined ? `declined ${fault.strike.kind}` : fault.strike.kind)
    this.timeline?.onFault(fault, isDeclined)
  }

  #afterEvent(): void {
    this.broker.afterEvent()
    this.faults.afterEvent()
    this.watch.afterEvent()
  }

  #halted(node: number, reason: Error): void {
    if (node === BROKER_NODE) this.broker.halted()
    else this.violated('simulator', 'clients do not halt', reason.message)
  }

  #broken(message: string, error: unknown): void {
    if (this.ghost.damage.hasStruck && error instanceof DirectoryError) {
      this.hasRefused = true
      this.timeline?.add('broker', message)
    } else this.violated('safety', 'the broker starts on what it left', message)
  }

  #nodeFailed(node: number, error: unknown): void {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    if (node !== BROKER_NODE) this.violated('simulator', 'clients do not throw', message)
    else if (error instanceof AssertionFailed) this.violated('safety', 'assertions of the broker hold', message)
    else this.violated('safety', 'the broker does not throw', message)
    // For people who look for the place; it never enters a hash or a verdict.
    if (error instanceof Error && error.stack !== undefined) this.timeline?.add('verdict', error.stack)
  }
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1)
}
