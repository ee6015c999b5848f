/**
 * One simulated run: the machines, the servers, the clients, the faults and the judges, wired together.
 *
 * What happens when is in `director.ts`; here is who hears of what. The order after each event is fixed: faults that the
 * event set off strike, then invariants look.
 */

import type { BrokerEvent } from '../../broker/observe/events.ts'
import type { Rules } from '../../broker/rules.ts'
import { apis } from '../../protocol/apis.ts'
import type { MetadataResponse } from '../../protocol/messages/03-metadata.ts'
import type { CreateTopicsRequest, CreateTopicsResponse } from '../../protocol/messages/19-create-topics.ts'
import type { Excuses } from '../../workloads/judge-history.ts'
import { AssertionFailed } from '../../world/assert.ts'
import type { TraceEvent } from '../../world/trace.ts'
import { createSimulatedMachines, type SimulatedMachines } from '../devices/simulated-machines.ts'
import { FaultEngine } from '../faults/fault-engine.ts'
import { ClusterWatch } from '../invariants/cluster/cluster-watch.ts'
import type { Ghost } from '../invariants/ghost.ts'
import { LOSS_IS_NOTICED } from '../invariants/loss-is-noticed.ts'
import { PROTOCOL } from '../invariants/s24-protocol.ts'
import { TimestampTypes } from '../invariants/timestamp-types.ts'
import type { Fault, LeftBroken, Plan } from '../plan/plan.ts'
import { type LogConfigs, logConfigsOf } from '../plan/topic-durability.ts'
import { isCluster, nodesIn } from '../plan/topology.ts'
import { Clients } from './clients.ts'
import { CopiesOnWire } from './copies-on-wire.ts'
import { Server } from './server.ts'
import { Timeline } from './timeline.ts'
import type { Violation, ViolationKind } from './verdict.ts'
import { type SeenRequest, type SeenResponse, WireTap } from './wire-tap.ts'

/** More events than any plan needs; a run that takes more is stuck. */
const EVENTS_MAX = 5_000_000

export class Run {
  readonly plan: Plan
  readonly machines: SimulatedMachines
  /** In the plan's order. */
  readonly servers: readonly Server[]
  readonly clients: Clients
  readonly faults: FaultEngine
  /** Judges what concerns several nodes; undefined where there is only one. */
  readonly cluster: ClusterWatch | undefined
  readonly struck = new Map<string, number>()
  readonly coverage = new Map<string, number>()
  readonly violations: Violation[] = []
  readonly timeline: Timeline | undefined
  readonly #byNode: ReadonlyMap<number, Server>
  readonly #configOf: LogConfigs
  readonly #timestampTypes: TimestampTypes
  readonly #copies: CopiesOnWire

  constructor(plan: Plan, rules: Rules, record: boolean) {
    this.plan = plan
    this.#copies = new CopiesOnWire((node) => nodesIn(plan, 'controller').includes(node))
    this.#configOf = logConfigsOf(plan)
    this.#timestampTypes = new TimestampTypes(this.#configOf, isCluster(plan))
    this.machines = createSimulatedMachines({
      ...{ seed: plan.seed, network: plan.network, eventsMax: EVENTS_MAX },
      onNodeError: (node, error) => this.#nodeFailed(node, error),
      onHalt: (node, reason) => this.#halted(node, reason),
      onTrace: (node, _life, event) => this.#traced(node, event),
    })
    const { loop, network } = this.machines
    this.timeline = record ? new Timeline(() => ({ atUs: loop.nowUs, event: loop.events })) : undefined
    this.servers = plan.nodes.map((planned) => this.#newServer(planned, rules))
    this.#byNode = new Map(this.servers.map((server): [number, Server] => [server.id, server]))
    this.cluster = isCluster(plan) ? this.#newClusterWatch() : undefined
    this.clients = new Clients(this.machines, plan)
    this.faults = new FaultEngine({
      ...{ plan, machines: this.machines },
      victims: new Map(this.servers.map((server) => [server.id, server.process])),
      leader: () => this.cluster?.leader ?? plan.nodes[0]!.id,
      onStruck: (fault, isDeclined, node) => this.#struck(fault, isDeclined, node),
    })
    const tap = this.#newTap()
    for (const { node } of this.servers) node.disk.judge = (operation) => this.faults.onDisk(operation)
    network.judge = {
      onConnect: ({ to }) => (this.#byNode.has(to) ? this.faults.onConnect(to) : undefined),
      onSend: (flow, parts) => {
        tap.onSend(flow, parts)
        return undefined
      },
    }
    loop.afterEvent = () => this.#afterEvent()
  }

  /** Something beyond the promise has struck a node. */
  get isDamaged(): boolean {
    return this.servers.some(({ ghost }) => ghost.damage.hasStruck)
  }

  /** Every broker found its disk damaged and said so: beyond the promise that is an end as good as any. */
  get hasRefused(): boolean {
    return this.servers.every((server) => server.hasRefused)
  }

  /** Notes that a node is to stay broken after all is healed, or that no core could do without it. */
  leftBroken({ node, how }: LeftBroken, isDeclined: boolean): void {
    this.machines.hash.note(node * 2 + (isDeclined ? 1 : 0))
    count(this.struck, `${isDeclined ? 'declined ' : ''}left ${how}`)
    const who = this.#byNode.get(node)?.name ?? `node ${node}`
    this.timeline?.add('fault', `${isDeclined ? 'declined: ' : ''}${who} stays ${how} for good`)
  }

  /** What the judges of the history are told from outside: losses of user partitions over all nodes, and what was sent. */
  excuses(): Required<Excuses> {
    const ghosts = this.servers.map(({ ghost }) => ghost)
    return {
      lost: ghosts.flatMap((ghost) => ghost.excuses()),
      restored: ghosts.flatMap(({ restored }) => restored),
      copies: this.#copies.copies,
    }
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

  #newServer(planned: Plan['nodes'][number], rules: Rules): Server {
    const { plan, machines } = this
    const { id } = planned
    const who = isCluster(plan) ? `node ${id}: ` : ''
    const server: Server = new Server({
      ...{ machines, plan, planned, rules, configOf: this.#configOf, timestampTypes: this.#timestampTypes },
      broken: (name, message, where) => this.#broken(name, `${who}${message}`, where),
      excused: (name) => this.#excused(name),
      onRefused: (message) => this.timeline?.add(server.name, message),
      onLogLine: (message) => this.timeline?.add(server.name, `says: ${message}`),
      onLifeEnded: () => this.#copies.onLifeEnded(id, machines.loop.nowUs),
    })
    return server
  }

  #newClusterWatch(): ClusterWatch {
    return new ClusterWatch({
      voters: nodesIn(this.plan, 'controller'),
      nowUs: () => this.machines.loop.nowUs,
      ghostOf: (node) => this.#byNode.get(node)!.ghost,
      disk: (node) => this.#byNode.get(node)!.disk(),
      broken: (name) => (message, where) => this.#broken(name, message, where),
    })
  }

  /** Everything hangs on what the quorum agreed on: where a node may have forgotten its part, little can be told. */
  #broken(name: string, message: string, where?: { readonly partition?: string; readonly offset?: number }): void {
    const isHarmed = this.cluster !== undefined && this.servers.some(({ ghost }) => ghost.damage.harmsQuorum)
    if (isHarmed && name !== LOSS_IS_NOTICED) this.#excused(name)
    else this.violated('safety', name, message, where)
  }

  #excused(name: string): void {
    count(this.coverage, `excused ${name}`)
  }

  #newTap(): WireTap {
    return new WireTap(
      {
        onRequest: (request) => this.#asked(request),
        onResponse: (response) => this.#answered(response),
        onBreach: (message) => this.violated('safety', PROTOCOL.name, message),
      },
      () => this.machines.loop.nowUs,
    )
  }

  #asked(request: SeenRequest): void {
    this.#copies.onRequest(request)
    this.#timestampTypes.onRequest(request)
    if (request.api === apis.createTopics) this.#configOf.learn((request.body as CreateTopicsRequest).topics)
    // What nodes ask one another is judged by what comes of it.
    if (!this.#byNode.has(request.client)) this.#byNode.get(request.server)?.onRequest(request)
  }

  #answered(response: SeenResponse): void {
    const { request, body } = response
    this.#copies.onResponse(request, this.machines.loop.nowUs)
    this.#timestampTypes.onResponse(response)
    if (request.api === apis.createTopics) this.#learn((body as CreateTopicsResponse).topics)
    if (request.api === apis.metadata) this.#learn((body as MetadataResponse).topics)
    this.cluster?.onResponse(response)
    const server = this.#byNode.get(request.server)
    if (server === undefined || this.#byNode.has(request.client)) return
    const client = this.clients.nameOf(request.client) ?? 'a client'
    this.timeline?.onResponse(server.name, client, response, server.ghost.topicNames)
    server.onResponse(response)
  }

  #learn(
    topics: readonly { readonly name: string | null; readonly topicId: Parameters<Ghost['topicNames']['get']>[0] }[],
  ): void {
    for (const { name, topicId } of topics) {
      if (name !== null) for (const { ghost } of this.servers) ghost.topicNames.set(topicId, name)
    }
  }

  #traced(node: number, event: TraceEvent): void {
    const server = this.#byNode.get(node)
    if (server === undefined) return
    const told = event as BrokerEvent
    count(this.coverage, told.type)
    this.timeline?.onBroker(server.name, told)
    server.onEvent(told)
    this.cluster?.onEvent(node, told)
    this.faults.onEvent(node, told)
  }

  #struck(fault: Fault, isDeclined: boolean, node: number): void {
    count(this.struck, isDeclined ? `declined ${fault.strike.kind}` : fault.strike.kind)
    this.timeline?.onFault(fault, isDeclined, this.#byNode.get(node)?.name ?? `node ${node}`)
  }

  #afterEvent(): void {
    for (const { process } of this.servers) process.afterEvent()
    this.faults.afterEvent()
    for (const { watch } of this.servers) watch.afterEvent()
    this.cluster?.afterEvent()
  }

  #halted(node: number, reason: Error): void {
    const server = this.#byNode.get(node)
    if (server !== undefined) server.onHalted(reason)
    else this.violated('simulator', 'clients do not halt', reason.message)
  }

  #nodeFailed(node: number, error: unknown): void {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const who = isCluster(this.plan) ? `node ${node}: ` : ''
    if (!this.#byNode.has(node)) this.violated('simulator', 'clients do not throw', message)
    else if (error instanceof AssertionFailed) this.violated('safety', 'assertions of the broker hold', who + message)
    else this.violated('safety', 'the broker does not throw', who + message)
    // For people who look for the place; it never enters a hash or a verdict.
    if (error instanceof Error && error.stack !== undefined) this.timeline?.add('verdict', error.stack)
  }
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1)
}
