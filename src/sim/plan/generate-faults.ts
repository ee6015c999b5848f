/**
 * The faults of a plan. Logical triggers are preferred to times: a crash at the n-th sync finds what a crash at a random
 * time would need luck for. A crash is likelier than anything else, and likeliest where something is unsynced.
 */

import { type Api, apis } from '../../protocol/apis.ts'
import type { PlannedTopic } from '../../workloads/workload.ts'
import { oneOf, type PlanDraw } from './draw.ts'
import type { ClusterStrikeKind, Fault, PlanProfile, Strike, StrikeKind, Trigger } from './plan.ts'

export interface FaultScope {
  readonly profile: PlanProfile
  readonly topics: readonly PlannedTopic[]
  /** When the last operation begins. */
  readonly lastMs: number
}

/** Kinds that strike one node. */
export type NodeStrikeKind = Exclude<StrikeKind, ClusterStrikeKind>

/** How far ahead a trigger lies: occurrences up to 2^scales, or milliseconds. */
export interface Reach {
  readonly scales: number
  readonly ms: number
}

/** How far ahead a sequel lies. */
export const soon: Reach = { scales: 3, ms: 3000 }

/** Kinds with their weights: what takes the broker down is what durability is tested by. */
export const usual: readonly NodeStrikeKind[] = [
  ...weighted('power-loss', 6),
  ...weighted('process-kill', 3),
  ...weighted('clean-restart', 3),
  ...weighted('reset-connections', 3),
  ...weighted('pause', 1),
  ...weighted('stall', 1),
  ...weighted('partition', 1),
  ...weighted('refuse-connections', 1),
  ...weighted('slow-disk', 1),
  ...weighted('full-disk', 1),
  ...weighted('disk-error', 1),
  ...weighted('torn-append', 1),
  ...weighted('stalled-append', 1),
  ...weighted('clock-jump', 1),
]

const events = [
  'BatchAppended',
  'LogFlushed',
  'SegmentRolled',
  'HighWatermarkMoved',
  'MetadataCommitted',
  'TopicPublished',
  'RequestStarted',
  'RequestAnswered',
  'BrokerStarting',
  'BrokerReady',
  'BrokerStopping',
  'LogLoaded',
] as const

/** What workloads ask for, so that a trigger on it can go off. */
const requestedApis: readonly Api[] = [
  apis.produce,
  apis.fetch,
  apis.listOffsets,
  apis.metadata,
  apis.apiVersions,
  apis.createTopics,
  apis.initProducerId,
]

const diskOperations = [
  'append',
  'append',
  'sync',
  'sync',
  'rename',
  'syncDirectory',
  'create',
  'truncate',
  'remove',
  'read',
]

export function generateFaults(draw: PlanDraw, scope: FaultScope): readonly Fault[] {
  const kinds = usual.filter((_kind, index) => draw('fault.enabled', index, 2) === 0)
  const allowed =
    scope.profile === 'default' ? kinds : [...kinds, 'rot' as const, 'rot' as const, 'wiped-disk' as const]
  if (allowed.length === 0) return []
  const count = draw('fault.count', 0, 12)
  return Array.from({ length: count }, (_, index) => {
    const strike = generateStrike(draw, index, oneOf(draw, 'fault.kind', allowed, index))
    // Half of the faults wait for another, and strike soon after: what a second blow finds while the first is dealt with.
    const isSequel = index > 0 && draw('fault.sequel', index, 2) === 0
    const reach = isSequel ? soon : { scales: 6, ms: scope.lastMs + 2000 }
    const fault = { id: index + 1, trigger: generateTrigger(draw, index, strike, { ...scope, ...reach }), strike }
    return isSequel ? { ...fault, after: 1 + draw('fault.after', index, index) } : fault
  })
}

export function weighted<Kind extends StrikeKind>(kind: Kind, weight: number): readonly Kind[] {
  return Array.from({ length: weight }, () => kind)
}

export function generateTrigger(draw: PlanDraw, id: number, strike: Strike, scope: FaultScope & Reach): Trigger {
  const needsDisk = strike.kind === 'disk-error' || strike.kind === 'torn-append' || strike.kind === 'stalled-append'
  const kind = needsDisk ? 0 : draw('trigger.kind', id, 4)
  if (kind <= 1) {
    const operation =
      strike.kind === 'torn-append' || strike.kind === 'stalled-append'
        ? 'append'
        : oneOf(draw, 'trigger.operation', diskOperations, id)
    const trigger = {
      on: 'disk' as const,
      operation,
      nth: 1 + draw('trigger.nth', id, 1 << (1 + draw('trigger.scale', id, scope.scales))),
    }
    const path = oneOf(draw, 'trigger.path', [undefined, undefined, '__cluster_metadata', '.log', 'checkpoint'], id)
    return path === undefined ? trigger : { ...trigger, path }
  }
  if (kind === 2) {
    const type = oneOf(draw, 'trigger.event', events, id)
    const trigger = {
      on: 'event' as const,
      type,
      nth: 1 + draw('trigger.nth', id, 1 << (1 + draw('trigger.scale', id, scope.scales))),
    }
    if (type === 'RequestStarted' || type === 'RequestAnswered') {
      return { ...trigger, api: oneOf(draw, 'trigger.api', requestedApis, id).key }
    }
    const isOfPartition = type === 'BatchAppended' || type === 'LogFlushed' || type === 'SegmentRolled'
    if (!isOfPartition || scope.topics.length === 0 || draw('trigger.any', id, 2) === 0) return trigger
    const topic = oneOf(draw, 'trigger.topic', scope.topics, id)
    return { ...trigger, partition: `${topic.name}-${draw('trigger.partition', id, topic.partitions)}` }
  }
  return { on: 'time', atMs: draw('trigger.time', id, scope.ms) }
}

export function generateStrike(draw: PlanDraw, id: number, kind: NodeStrikeKind): Strike {
  const pick = <T>(purpose: string, values: readonly T[]): T => oneOf(draw, purpose, values, id)
  const downMs = pick('strike.down', [1, 50, 500, 3000])
  const forMs = pick('strike.for', [20, 300, 2000, 8000])
  switch (kind) {
    case 'process-kill':
    case 'power-loss':
      return { kind, downMs, when: pick('strike.when', ['before', 'during', 'after'] as const) }
    case 'clean-restart':
    case 'wiped-disk':
      return { kind, downMs }
    case 'stall':
      return { kind, direction: pick('strike.direction', ['requests', 'responses'] as const), forMs }
    case 'partition':
      return { kind, direction: pick('strike.direction', ['requests', 'responses', 'both'] as const), forMs }
    case 'pause':
    case 'refuse-connections':
    case 'stalled-append':
      return { kind, forMs }
    case 'slow-disk':
      return { kind, byMs: pick('strike.by', [5, 50, 400]), forMs }
    case 'full-disk':
      return { kind, leftBytes: pick('strike.left', [0, 100, 700, 3000]), forMs }
    case 'clock-jump':
      return { kind, byMs: pick('strike.jump', [-7_200_000, -1500, 900, 3_600_000]) }
    case 'rot':
      return {
        kind,
        path: pick('strike.path', ['.log', '.index', '.snapshot', 'meta.properties', 'quorum-state']),
        at: draw('strike.at', id, 4096),
      }
    case 'reset-connections':
    case 'disk-error':
    case 'torn-append':
      return { kind }
  }
}
