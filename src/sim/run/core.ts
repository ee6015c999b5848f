/**
 * Healing: a core that can make progress is freed of everything that is in its way; the rest stays broken for good.
 *
 * The core is every node but those whose disks are lost and those that the plan leaves broken. What the plan would leave
 * broken although no core could do without it (a majority of the controllers, brokers that hold the only replica of a
 * partition, the last broker) is healed all the same: declined, traced and hashed.
 */

import { workloadNamed } from '../../workloads/table.ts'
import { NEVER } from '../loop/event-loop.ts'
import type { LeftBroken, Plan } from '../plan/plan.ts'
import { fetchTimeoutMs, majorityOf } from '../plan/topology.ts'
import { actorsOf, FIRST_CLIENT_NODE } from './clients.ts'
import type { Run } from './run.ts'
import type { Server } from './server.ts'

/** Ends the safety phase; gives back the core, in the plan's order. Nothing new strikes afterwards. */
export function healCore(run: Run): readonly Server[] {
  const { faults, machines, timeline, plan } = run
  timeline?.add('fault', `${run.cluster === undefined ? 'everything' : 'the core'} is healed; nothing new strikes`)
  faults.disarm()
  for (const { process } of run.servers) process.forgetFailure()
  machines.network.heal({})
  let core = run.servers.filter(({ process }) => !process.isGone)
  for (const left of plan.leftBroken ?? []) {
    const rest = core.filter(({ id }) => id !== left.node)
    const isDeclined = rest.length === core.length || !canProgress(run, rest)
    run.leftBroken(left, isDeclined)
    if (isDeclined) continue
    core = rest
    leave(run, left)
  }
  for (const { node } of core) {
    node.disk.mend()
    node.disk.capacityBytes = Number.MAX_SAFE_INTEGER
    machines.loop.resumeNode(node.id)
  }
  return core
}

function canProgress({ plan, servers }: Run, core: readonly Server[]): boolean {
  const inRole = (of: readonly Server[], role: 'controller' | 'broker') =>
    of.filter(({ planned }) => planned.roles.includes(role)).length
  const brokers = inRole(servers, 'broker')
  const writesRecords = workloadNamed(plan.workload)?.writesRecords ?? true
  const brokersNeeded = writesRecords ? brokers : Math.min(brokers, 1)
  return inRole(core, 'controller') >= majorityOf(plan) && inRole(core, 'broker') >= brokersNeeded
}

/** Clients do not reach it either: what a node outside of the core says is stale for good. */
function leave(run: Run, { node, how }: LeftBroken): void {
  const { network, loop } = run.machines
  const server = run.servers.find(({ id }) => id === node)!
  if (how === 'down') return server.process.keepDown()
  loop.resumeNode(node)
  for (const { id } of run.servers) {
    if (id === node) continue
    if (how !== 'mute') network.partition(id, node, 'aToB', NEVER)
    if (how !== 'deaf') network.partition(node, id, 'aToB', NEVER)
  }
  const clients = actorsOf(run.plan.operations).length + 2
  for (let client = FIRST_CLIENT_NODE; client < FIRST_CLIENT_NODE + clients; client++) {
    network.partition(client, node, 'both', NEVER)
  }
}

/**
 * How long what struck before the healing may still have effects, in microseconds: a leader that could not be heard is
 * given up when a fetch timeout is over, though it is heard again by then.
 */
export function aftermathUs({ settings }: Plan): number {
  return 2 * fetchTimeoutMs(settings) * 1000
}
