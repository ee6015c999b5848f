/** What follows from the nodes of a plan: their names, who votes, what each is told at its start. */

import type { Address } from '../../world/network.ts'
import type { NodeRole, Plan, PlannedNode } from './plan.ts'

/** Where brokers listen for clients and other brokers. */
export const BROKER_PORT = 9092
/** Where controllers listen for the quorum and for brokers. */
export const CONTROLLER_PORT = 9093

/** Nodes are numbered from 1 to this; machines of clients from there on. */
export const NODE_ID_MAX = 9

/** Kafka's default of `controller.quorum.fetch.timeout.ms`. */
const FETCH_TIMEOUT_MS = 2000

/** How long a follower goes without an answer of its leader, by the settings of a plan, in milliseconds. */
export function fetchTimeoutMs(settings: Plan['settings']): number {
  return Number(settings['controller.quorum.fetch.timeout.ms'] ?? FETCH_TIMEOUT_MS)
}

/** Whether there is more than one node: then nodes have names of their own, and talk to each other. */
export function isCluster({ nodes }: Plan): boolean {
  return nodes.length > 1
}

/** Numbers of the nodes in a role, in the plan's order. */
export function nodesIn({ nodes }: Plan, role: NodeRole): readonly number[] {
  return nodes.filter(({ roles }) => roles.includes(role)).map(({ id }) => id)
}

/** The name of a node's machine. */
export function hostNameOf(plan: Plan, node: number): string {
  return isCluster(plan) ? `node-${node}` : 'broker'
}

/** Where clients begin to look for the cluster. */
export function bootstrapOf(plan: Plan): readonly Address[] {
  return nodesIn(plan, 'broker').map((id) => ({ host: hostNameOf(plan, id), port: BROKER_PORT }))
}

/** How many of the voters are a majority. */
export function majorityOf(plan: Plan): number {
  return (nodesIn(plan, 'controller').length >> 1) + 1
}

/** What a node is told at its start, by Kafka's names. A single node is told nothing of quorums: it is one. */
export function settingsOf(plan: Plan, { id, roles, rack }: PlannedNode): Readonly<Record<string, string>> {
  if (!isCluster(plan)) return plan.settings
  const voters = nodesIn(plan, 'controller').map((voter) => `${voter}@${hostNameOf(plan, voter)}:${CONTROLLER_PORT}`)
  return {
    ...plan.settings,
    'node.id': String(id),
    'process.roles': roles.join(','),
    'controller.quorum.voters': voters.join(','),
    ...(rack === undefined ? {} : { 'broker.rack': rack }),
  }
}
