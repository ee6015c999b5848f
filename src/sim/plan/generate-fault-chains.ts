/**
 * Chains of blows in the plan of a cluster, each on what the one before has left. A single fault finds what a node does
 * when it is struck; most of what goes wrong between nodes needs two: somebody is cut off, and then slow to take in what
 * has happened meanwhile; somebody begins anew, and what it asks for first is done and not answered; somebody could not
 * follow, and then those who could are gone.
 *
 * Every chain names what it waits for by kinds of things that any broker does, elections, requests, writes; none of them
 * knows what a particular bug needs. Sources: Raft, figure 8; KIP-631; Alquraan et al., "An Analysis of
 * Network-Partitioning Failures in Cloud Systems", OSDI 2018 (clients reach both sides; leaders overlap).
 */

import { type Api, apis } from '../../protocol/apis.ts'
import { oneOf, type PlanDraw } from './draw.ts'
import { failedApply } from './generate-faults.ts'
import type { Fault, Strike, Trigger } from './plan.ts'

export interface ChainScope {
  readonly nodes: readonly number[]
  /** When the last operation begins. */
  readonly lastMs: number
  /** How long a follower goes without an answer of its leader, in milliseconds. */
  readonly fetchTimeoutMs: number
}

type LogicalTrigger = Exclude<Trigger, { on: 'time' }>

/** Ids of the first fault of each kind of chain, above those of all other faults. */
const FIRST_FALLEN = 17
const FIRST_OVERTAKEN = 33
const FIRST_UNANSWERED = 49
const FIRST_LEFT_BEHIND = 65

/** For plans with several nodes. Each kind of chain is in one plan of three. */
export function faultChains(draw: PlanDraw, scope: ChainScope): readonly Fault[] {
  return [
    ...(draw('fallen', 0, 3) === 0 ? fallenLeaders(draw, scope) : []),
    ...(draw('overtaken', 0, 3) === 0 ? overtakenLeaders(draw, scope) : []),
    ...(draw('unanswered', 0, 3) === 0 ? unansweredRequests(draw, scope) : []),
    ...(draw('left-behind', 0, 3) === 0 ? nodesLeftBehind(draw, scope) : []),
  ]
}

/** What a leader does first: it takes its part, opens its epoch in its log, and makes that durable. */
const firstsOfLeader: readonly LogicalTrigger[] = [
  { on: 'event', type: 'QuorumRoleChanged', nth: 1, node: 'leader' },
  { on: 'event', type: 'BatchAppended', nth: 1, partition: '__cluster_metadata-0', node: 'leader' },
  { on: 'disk', operation: 'sync', nth: 1, path: '__cluster_metadata', node: 'leader' },
  { on: 'event', type: 'MetadataCommitted', nth: 1, node: 'leader' },
]

/**
 * Leaders that fall one after the other, each before or behind the first record of its epoch: what one has left to a
 * minority meets what the next has left to another (Raft, figure 8). They come back soon, or stay cut off for a while.
 */
function fallenLeaders(draw: PlanDraw, { nodes, lastMs }: ChainScope): readonly Fault[] {
  return Array.from({ length: 2 + draw('fallen.count', 0, 4) }, (_, index) => {
    const id = FIRST_FALLEN + index
    const usualTrigger = oneOf(draw, 'fallen.trigger', firstsOfLeader, index)
    const isFirst = index === 0
    const trigger: Trigger = isFirst ? { on: 'time', atMs: draw('fallen.time', 0, lastMs) } : usualTrigger
    return {
      ...{ id, trigger, strike: drawFall(draw, index, nodes) },
      ...(isFirst ? { node: 'leader' as const } : { after: id - 1 }),
    }
  })
}

function drawFall(draw: PlanDraw, index: number, nodes: readonly number[]): Strike {
  const kinds = ['power-loss', 'process-kill', 'mute', 'deaf', 'pause', 'network-split'] as const
  const kind = oneOf(draw, 'fallen.kind', kinds, index)
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

/**
 * Leaders that others overtake: cut off from the other nodes, or standing still, for about as long as an election takes,
 * while clients reach them; and the first things that such a node writes or reads afterwards take long.
 */
function overtakenLeaders(draw: PlanDraw, { nodes, lastMs, fetchTimeoutMs }: ChainScope): readonly Fault[] {
  return Array.from({ length: 1 + draw('overtaken.count', 0, 3) }, (_, round): readonly Fault[] => {
    const id = FIRST_OVERTAKEN + 2 * round
    const atMs = draw('overtaken.time', round, round === 0 ? lastMs : 5000)
    const operation = oneOf(draw, 'overtaken.operation', ['sync', 'sync', 'sync', 'read'] as const, round)
    const path = oneOf(draw, 'overtaken.path', ['quorum-state', '__cluster_metadata', undefined], round)
    const nth = 1 + draw('overtaken.nth', round, 3)
    const byMs = oneOf(draw, 'overtaken.by', [300, 1500, 4000, 10_000], round)
    return [
      {
        ...{
          id,
          trigger: { on: 'time', atMs },
          node: 'leader',
          strike: drawSeparation(draw, round, { nodes, fetchTimeoutMs }),
        },
        ...(round === 0 ? {} : { after: id - 1 }),
      },
      {
        ...{ id: id + 1, after: id, strike: { kind: 'slow-operation', byMs } },
        trigger: { on: 'disk', operation, nth, node: 'same', ...(path === undefined ? {} : { path }) },
      },
    ]
  }).flat()
}

/** Somebody is apart from the others for a while, and no life ends. */
function drawSeparation(
  draw: PlanDraw,
  round: number,
  { nodes, fetchTimeoutMs }: Pick<ChainScope, 'nodes' | 'fetchTimeoutMs'>,
): Strike {
  const kinds = ['mute', 'deaf', 'pause', 'pause', 'network-split', 'held-messages'] as const
  const kind = oneOf(draw, 'overtaken.kind', kinds, round)
  // The others notice after a fetch timeout, and have a leader some hundreds of milliseconds later, or a second.
  const forMs = fetchTimeoutMs + oneOf(draw, 'overtaken.for', [200, 500, 1000, 1500, 3000, 8000], round)
  switch (kind) {
    case 'network-split':
    case 'held-messages': {
      const [a, b] = sidesOf(draw, 200 + round, nodes)
      return kind === 'held-messages' ? { kind, a, b, forMs } : { kind, a, b, direction: 'both', forMs }
    }
    case 'mute':
    case 'deaf':
    case 'pause':
      return { kind, forMs }
  }
}

/** What nodes ask of the active controller, for themselves or for clients, and of each other. */
const asked: readonly Api[] = [
  ...[apis.brokerRegistration, apis.brokerRegistration, apis.brokerHeartbeat, apis.controllerRegistration],
  ...[apis.envelope, apis.envelope, apis.allocateProducerIds, apis.vote, apis.fetchSnapshot],
]

/** A node begins anew; and of what is asked in a cluster soon after, something is done and not answered, or not even done. */
function unansweredRequests(draw: PlanDraw, { nodes, lastMs }: ChainScope): readonly Fault[] {
  return Array.from({ length: 1 + draw('unanswered.count', 0, 3) }, (_, round): readonly Fault[] => {
    const id = FIRST_UNANSWERED + 2 * round
    const atMs = draw('unanswered.time', round, round === 0 ? lastMs : 5000)
    const downMs = oneOf(draw, 'unanswered.down', [1, 50, 500, 3000], round)
    const kind = oneOf(draw, 'unanswered.anew', ['process-kill', 'power-loss', 'clean-restart'] as const, round)
    const type = oneOf(
      draw,
      'unanswered.event',
      ['RequestStarted', 'RequestStarted', 'RequestAnswered'] as const,
      round,
    )
    const api = oneOf(draw, 'unanswered.api', asked, round).key
    const nth = 1 + draw('unanswered.nth', round, 3)
    return [
      {
        ...{ id, trigger: { on: 'time', atMs }, node: oneOf(draw, 'unanswered.node', nodes, round) },
        ...{ strike: { kind, downMs }, ...(round === 0 ? {} : { after: id - 1 }) },
      },
      {
        ...{ id: id + 1, after: id, trigger: { on: 'event', type, nth, api } },
        strike: drawLostAnswer(draw, round),
      },
    ]
  }).flat()
}

/** What becomes of an answer that does not come. */
function drawLostAnswer(draw: PlanDraw, round: number): Strike {
  const kinds = ['reset-connections', 'reset-connections', 'partition', 'mute', 'process-kill', 'power-loss'] as const
  const kind = oneOf(draw, 'unanswered.kind', kinds, round)
  switch (kind) {
    case 'reset-connections':
      return { kind }
    case 'partition':
      return { kind, direction: 'responses', forMs: oneOf(draw, 'unanswered.for', [300, 1500, 4000], round) }
    case 'mute':
      return { kind, forMs: oneOf(draw, 'unanswered.for', [300, 1500, 4000], round) }
    case 'process-kill':
    case 'power-loss':
      return { kind, downMs: oneOf(draw, 'unanswered.again', [1, 500, 3000], round) }
  }
}

/** A node cannot apply what the others apply, and soon after that the leader falls. */
function nodesLeftBehind(draw: PlanDraw, { nodes, lastMs }: ChainScope): readonly Fault[] {
  return Array.from({ length: 1 + draw('left-behind.count', 0, 2) }, (_, round): readonly Fault[] => {
    const id = FIRST_LEFT_BEHIND + 2 * round
    const atMs = draw('left-behind.time', round, lastMs)
    const nth = 1 + draw('left-behind.nth', round, 1 << (1 + draw('left-behind.scale', round, 4)))
    return [
      {
        ...{ id, trigger: { on: 'time', atMs }, node: oneOf(draw, 'left-behind.node', nodes, round) },
        strike: failedApply(draw, 100 + round),
      },
      {
        ...{ id: id + 1, after: id, node: 'leader', trigger: { on: 'event', type: 'MetadataCommitted', nth } },
        strike: drawFall(draw, 50 + round, nodes),
      },
    ]
  }).flat()
}

/** Two sides, each with at least one node: one node alone, halves, or any two. */
export function sidesOf(draw: PlanDraw, id: number, nodes: readonly number[]): [readonly number[], readonly number[]] {
  const alone = oneOf(draw, 'strike.alone', nodes, id)
  if (draw('strike.sides', id, 2) === 0) return [nodes.filter((node) => node !== alone), [alone]]
  const others = nodes.filter((node) => node !== alone && draw('strike.side', id * 16 + node, 2) === 0)
  const a = [alone, ...others]
  const b = nodes.filter((node) => !a.includes(node))
  return b.length > 0 ? [a, b] : [nodes.filter((node) => node !== alone), [alone]]
}
