/**
 * The faults of a cluster's plan: those that strike one node, each with a node to strike, and those between nodes. What
 * the quorum does and writes is preferred as a trigger: an election, a vote on its way to the disk, a commit. Chains of
 * blows that belong together are in `generate-fault-chains.ts`.
 */

import { type Api, apis } from '../../protocol/apis.ts'
import { oneOf, type PlanDraw } from './draw.ts'
import { answerChains } from './generate-answer-chains.ts'
import { faultChains, sidesOf } from './generate-fault-chains.ts'
import {
  anywhere,
  choosePreferred,
  drawKind,
  drawPredecessor,
  type FaultScope,
  followsAnother,
  generateStrike,
  generateTrigger,
  type NodeStrikeKind,
  type Reach,
  soon,
  usual,
  weighted,
} from './generate-faults.ts'
import type { ClusterStrikeKind, Fault, NodeTarget, Strike, Trigger } from './plan.ts'

interface ClusterScope extends FaultScope {
  readonly nodes: readonly number[]
  readonly fetchTimeoutMs: number
}

const between: readonly ClusterStrikeKind[] = [
  ...weighted('network-split', 4),
  ...weighted('deaf', 2),
  ...weighted('mute', 2),
  ...weighted('held-messages', 3),
  ...weighted('power-outage', 3),
  ...weighted('lost-disk', 1),
]

const quorumEvents = [
  'QuorumRoleChanged',
  'QuorumRoleChanged',
  'VotePersisted',
  'VoteAnswered',
  'ControllerElected',
  'ControllerResigned',
  'MetadataCommitted',
  'LogTruncated',
  'SnapshotWritten',
  'SnapshotLoaded',
  'BrokerRegistered',
  'BrokerFencingChanged',
] as const

/** What nodes ask of one another and promise by an answer, which may be lost behind the deed. */
const apisOfNodes: readonly Api[] = [
  apis.vote,
  apis.beginQuorumEpoch,
  apis.fetchSnapshot,
  apis.brokerRegistration,
  apis.brokerRegistration,
  apis.brokerHeartbeat,
  apis.allocateProducerIds,
]

const quorumPaths = ['quorum-state', '__cluster_metadata', '.checkpoint'] as const

export function generateClusterFaults(draw: PlanDraw, scope: ClusterScope): readonly Fault[] {
  const isPair = scope.nodes.length > 1
  const ofNodes = [...usual, ...weighted('failed-apply', 3), ...weighted('slow-operation', 3)]
  const kinds = choosePreferred(draw, [...ofNodes, ...(isPair ? between : [])])
  const count = kinds.length === 0 ? 0 : draw('fault.count', 0, 16)
  const faults = Array.from({ length: count }, (_, index) => {
    const kind = drawKind(draw, index, kinds)
    const strike = isBetween(kind) ? strikeBetween(draw, index, kind, scope.nodes) : generateStrike(draw, index, kind)
    const isFollowing = followsAnother(draw, index)
    const reach = isFollowing ? soon(draw, index) : anywhere(6, scope.lastMs + 2000)
    const trigger = drawTrigger(draw, index, strike, { ...scope, ...reach })
    const fault = { id: index + 1, trigger, strike }
    const node = drawTarget(draw, 'fault.node', index, scope.nodes)
    return {
      ...(isFollowing ? { ...fault, after: drawPredecessor(draw, index) } : fault),
      ...(node === undefined ? {} : { node }),
    }
  })
  return [...faults, ...(isPair ? faultChains(draw, scope) : []), ...answerChains(draw, scope)]
}

function isBetween(kind: NodeStrikeKind | ClusterStrikeKind): kind is ClusterStrikeKind {
  return between.some((one) => one === kind)
}

/** A node by its number, the leader, or whoever the trigger meets. */
function drawTarget(draw: PlanDraw, purpose: string, id: number, nodes: readonly number[]): NodeTarget | undefined {
  const way = draw(`${purpose}.way`, id, 3)
  if (way === 0) return undefined
  return way === 1 ? 'leader' : oneOf(draw, purpose, nodes, id)
}

function drawTrigger(draw: PlanDraw, id: number, strike: Strike, scope: ClusterScope & Reach): Trigger {
  const usualTrigger = generateTrigger(draw, id, strike, scope)
  if (usualTrigger.on === 'time') return usualTrigger
  const node = drawTarget(draw, 'trigger.node', id, scope.nodes)
  const trigger = ofQuorum(draw, id, usualTrigger)
  return node === undefined ? trigger : { ...trigger, node }
}

/** Half of the triggers look at the quorum. */
function ofQuorum(
  draw: PlanDraw,
  id: number,
  trigger: Exclude<Trigger, { on: 'time' }>,
): Exclude<Trigger, { on: 'time' }> {
  if (draw('trigger.quorum', id, 2) === 0) return trigger
  if (trigger.on === 'disk') return { ...trigger, path: oneOf(draw, 'trigger.quorum-path', quorumPaths, id) }
  if (draw('trigger.request', id, 4) === 0) {
    const type = oneOf(draw, 'trigger.request-event', ['RequestStarted', 'RequestAnswered'] as const, id)
    const nth = 1 + draw('trigger.request-nth', id, 6)
    return { on: 'event', type, nth, api: oneOf(draw, 'trigger.request-api', apisOfNodes, id).key }
  }
  return { on: 'event', type: oneOf(draw, 'trigger.quorum-event', quorumEvents, id), nth: trigger.nth }
}

function strikeBetween(draw: PlanDraw, id: number, kind: ClusterStrikeKind, nodes: readonly number[]): Strike {
  const pick = <T>(purpose: string, values: readonly T[]): T => oneOf(draw, purpose, values, id)
  const forMs = pick('strike.dwell', [300, 1500, 4000, 10_000])
  switch (kind) {
    case 'network-split': {
      const [a, b] = sidesOf(draw, id, nodes)
      return { kind, a, b, direction: pick('strike.split', ['both', 'aToB'] as const), forMs }
    }
    case 'held-messages': {
      const [a, b] = sidesOf(draw, id, nodes)
      return { kind, a, b, forMs }
    }
    case 'deaf':
    case 'mute':
      return { kind, forMs }
    case 'power-outage': {
      const [most, least] = sidesOf(draw, id, nodes)
      const struck = [nodes, most, least][draw('strike.outage', id, 3)]!
      return { kind, nodes: struck, downMs: pick('strike.down', [1, 50, 500, 3000]) }
    }
    case 'lost-disk':
      return { kind }
  }
}
