/**
 * The faults of a cluster's plan: those that strike one node, each with a node to strike, and those between nodes. What
 * the quorum does and writes is preferred as a trigger: an election, a vote on its way to the disk, a commit.
 */

import { type Api, apis } from '../../protocol/apis.ts'
import { oneOf, type PlanDraw } from './draw.ts'
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

/** What a leader does first: it takes its part, opens its epoch in its log, and makes that durable. */
const firstsOfLeader: readonly Exclude<Trigger, { on: 'time' }>[] = [
  { on: 'event', type: 'QuorumRoleChanged', nth: 1, node: 'leader' },
  { on: 'event', type: 'BatchAppended', nth: 1, partition: '__cluster_metadata-0', node: 'leader' },
  { on: 'disk', operation: 'sync', nth: 1, path: '__cluster_metadata', node: 'leader' },
  { on: 'event', type: 'MetadataCommitted', nth: 1, node: 'leader' },
]

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
  const kinds = choosePreferred(draw, [...usual, ...weighted('failed-apply', 3), ...(isPair ? between : [])])
  const fallen = isPair && draw('fallen', 0, 3) === 0 ? fallenLeaders(draw, scope) : []
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
  return [...faults, ...fallen]
}

/**
 * Leaders that fall one after the other, each before or behind the first record of its epoch: what one has left to a
 * minority meets what the next has left to another (Raft, figure 8). They come back soon, or stay cut off for a while.
 */
function fallenLeaders(draw: PlanDraw, { nodes, lastMs }: ClusterScope): readonly Fault[] {
  const first = FIRST_FALLEN
  return Array.from({ length: 2 + draw('fallen.count', 0, 4) }, (_, index) => {
    const id = first + index
    const usualTrigger = oneOf(draw, 'fallen.trigger', firstsOfLeader, index)
    const isFirst = index === 0
    const trigger: Trigger = isFirst ? { on: 'time', atMs: draw('fallen.time', 0, lastMs) } : usualTrigger
    return {
      ...{ id, trigger, strike: drawFall(draw, index, nodes) },
      ...(isFirst ? { node: 'leader' as const } : { after: id - 1 }),
    }
  })
}

/** Ids of leaders that fall begin here, above those of all other faults. */
const FIRST_FALLEN = 17

function drawFall(draw: PlanDraw, index: number, nodes: readonly number[]): Strike {
  const kind = oneOf(
    draw,
    'fallen.kind',
    ['power-loss', 'process-kill', 'mute', 'deaf', 'pause', 'network-split'] as const,
    index,
  )
  const [downMs, forMs] = [
    oneOf(draw, 'fallen.down', [1, 50, 500, 3000], index),
    oneOf(draw, 'fallen.for', [300, 1500, 4000, 10_000], index),
  ]
  switch (kind) {
    case 'power-loss':
    case 'process-kill':
      return { kind, downMs, when: oneOf(draw, 'fallen.when', ['before', 'during', 'after'] as const, index) }
    case 'network-split': {
      const [a, b] = sidesOf(draw, 100 + index, nodes)
      return { kind, a, b, direction: 'both', forMs }
    }
    case 'mute':
    case 'deaf':
    case 'pause':
      return { kind, forMs }
  }
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

/** Two sides, each with at least one node: one node alone, halves, or any two. */
function sidesOf(draw: PlanDraw, id: number, nodes: readonly number[]): [readonly number[], readonly number[]] {
  const alone = oneOf(draw, 'strike.alone', nodes, id)
  if (draw('strike.sides', id, 2) === 0) return [nodes.filter((node) => node !== alone), [alone]]
  const others = nodes.filter((node) => node !== alone && draw('strike.side', id * 16 + node, 2) === 0)
  const a = [alone, ...others]
  const b = nodes.filter((node) => !a.includes(node))
  return b.length > 0 ? [a, b] : [nodes.filter((node) => node !== alone), [alone]]
}
