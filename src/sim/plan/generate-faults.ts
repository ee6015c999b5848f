/**
 * The faults of a plan. Logical triggers are preferred to times: a crash at the n-th sync finds what a crash at a random
 * time would need luck for. A crash is likelier than anything else, and likeliest where something is unsynced.
 *
 * Many faults are sequels, and strike soon after another: at the start that follows a crash or a stop, while logs are
 * loaded and recovered, at the first appends, flushes and answers of the new life. Recovery is code that runs seldom and
 * is trusted most (Yuan et al., "Simple Testing Can Prevent Most Critical Failures", OSDI 2014).
 */

import { type Api, apis } from '../../protocol/apis.ts'
import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import type { PlannedTopic } from '../../workloads/workload.ts'
import { oneOf, type PlanDraw } from './draw.ts'
import type { ClusterStrikeKind, Fault, PlanProfile, Strike, StrikeKind, Trigger } from './plan.ts'

export interface FaultScope {
  readonly profile: PlanProfile
  readonly topics: readonly PlannedTopic[]
  /** When the last operation begins. */
  readonly lastMs: number
  /** Whether the operations delete records. Default: no. */
  readonly deletes?: boolean
  /** Whether producers wait for a short time only, so that what is held up is given up. Default: no. */
  readonly isImpatient?: boolean
}

/** Kinds that strike one node. */
export type NodeStrikeKind = Exclude<StrikeKind, ClusterStrikeKind>

/** How far ahead a trigger lies: occurrences up to 2^scales, or milliseconds; and what it waits for. */
export interface Reach {
  readonly scales: number
  readonly ms: number
  readonly events: readonly string[]
  readonly isSequel: boolean
}

/** Kinds with their weights: what takes the broker down is what durability is tested by. Each plan prefers one of them. */
export const usual: readonly NodeStrikeKind[] = [
  ...weighted('power-loss', 6),
  ...weighted('process-kill', 3),
  ...weighted('clean-restart', 3),
  ...weighted('reset-connections', 5),
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

/** What happens a hundred times in a run and more. */
const frequent: ReadonlySet<string> = new Set(['append', 'BatchAppended', 'RequestStarted', 'RequestAnswered'])

/** What is done to the very operation that triggers. */
const onOperations: ReadonlySet<StrikeKind> = new Set([
  ...(['disk-error', 'torn-append', 'stalled-append', 'slow-operation'] as const),
])

/** What ends a life. */
const endings: ReadonlySet<StrikeKind> = new Set(['power-loss', 'process-kill', 'clean-restart', 'power-outage'])

const anyEvents: readonly string[] = [
  'BatchAppended',
  'BatchAppended',
  'BatchAppended',
  'LogFlushed',
  'SegmentRolled',
  'HighWatermarkMoved',
  'MetadataCommitted',
  'TopicPublished',
  'RequestStarted',
  'RequestAnswered',
  'RequestAnswered',
  'BrokerStarting',
  'BrokerReady',
  'BrokerStopping',
  'LogLoaded',
]

/** What workloads ask for, so that a trigger on it can go off; answers that promise something twice. */
const requestedApis: readonly Api[] = [
  ...[apis.produce, apis.createTopics, apis.initProducerId, apis.fetch],
  ...[apis.produce, apis.createTopics, apis.initProducerId, apis.fetch],
  ...[apis.listOffsets, apis.metadata, apis.apiVersions],
]

/** As above, where operations delete records: such a plan has few deletions, and much is promised by each. */
const deletionApis: readonly Api[] = [...requestedApis, ...Array<Api>(4).fill(apis.deleteRecords)]
const deletionEvents: readonly string[] = [...Array<string>(4).fill('LogStartMoved'), 'RequestAnswered']

/** What a life goes through from its start to its first answers. */
const eventsOfStart: readonly string[] = [
  'BrokerStarting',
  'LogLoaded',
  'LogLoaded',
  'BrokerReady',
  'BatchAppended',
  'BatchAppended',
  'LogFlushed',
  'MetadataCommitted',
  'RequestAnswered',
]

/** Appends and syncs above all: what a power loss may take lies between the two. */
const diskOperations = [
  'append',
  'append',
  'append',
  'sync',
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
  const kinds = choosePreferred(draw, scope.isImpatient === true ? [...usual, ...weighted('stall', 4)] : usual)
  const allowed: readonly NodeStrikeKind[] =
    scope.profile === 'default' ? kinds : [...kinds, 'rot', 'rot', 'wiped-disk']
  if (allowed.length === 0) return []
  return Array.from({ length: draw('fault.count', 0, 16) }, (_, index) => {
    const strike = generateStrike(draw, index, drawKind(draw, index, allowed))
    const isFollowing = followsAnother(draw, index)
    const near = isFollowing ? soon(draw, index) : anywhere(5, scope.lastMs + 2000)
    const reach = scope.deletes === true ? { ...near, events: [...near.events, ...deletionEvents] } : near
    const fault = { id: index + 1, trigger: generateTrigger(draw, index, strike, { ...scope, ...reach }), strike }
    return isFollowing ? { ...fault, after: drawPredecessor(draw, index) } : fault
  })
}

/** Of the kinds, those that a plan has: half of all, and one of them more often than the others. */
export function choosePreferred<Kind extends StrikeKind>(draw: PlanDraw, kinds: readonly Kind[]): readonly Kind[] {
  return [
    ...kinds.filter((_kind, index) => draw('fault.enabled', index, 2) === 0),
    ...weighted(oneOf(draw, 'fault.favourite', kinds), draw('fault.fondness', 0, 12)),
  ]
}

/**
 * Whether a fault waits for another and strikes soon after, as half of them do: what a second blow finds while the first
 * is dealt with.
 */
export function followsAnother(draw: PlanDraw, id: number): boolean {
  return id > 0 && draw('fault.sequel', id, 2) === 0
}

/** The kind of a fault. Every other sequel ends a life, where the plan has what does. */
export function drawKind<Kind extends StrikeKind>(draw: PlanDraw, id: number, kinds: readonly Kind[]): Kind {
  const ending = kinds.filter((kind) => endings.has(kind))
  const isEnding = followsAnother(draw, id) && ending.length > 0 && draw('fault.ending', id, 2) === 0
  return oneOf(draw, 'fault.kind', isEnding ? ending : kinds, id)
}

/** The fault that a sequel waits for. Chains of blows, each on what the one before left, as often as several on the same. */
export function drawPredecessor(draw: PlanDraw, id: number): number {
  const isNext = draw('fault.next', id, 2) === 0
  return isNext ? id : 1 + draw('fault.after', id, id)
}

/** How far ahead a fault lies that waits for no other. */
export function anywhere(scales: number, ms: number): Reach {
  return { scales, ms, events: anyEvents, isSequel: false }
}

/** How far ahead a sequel lies: occurrences up to 2, 4, … 32, milliseconds up to 30, 60, … 3840. */
export function soon(draw: PlanDraw, id: number): Reach {
  const [scales, ms] = [1 + draw('fault.soon', id, 5), 30 << draw('fault.soon-ms', id, 8)]
  return { scales, ms, events: eventsOfStart, isSequel: true }
}

export function weighted<Kind extends StrikeKind>(kind: Kind, weight: number): readonly Kind[] {
  return Array.from({ length: weight }, () => kind)
}

export function generateTrigger(draw: PlanDraw, id: number, strike: Strike, scope: FaultScope & Reach): Trigger {
  const needsDisk = onOperations.has(strike.kind)
  const kind = needsDisk ? 0 : draw('trigger.kind', id, 4)
  if (kind <= 1) {
    const operation =
      strike.kind === 'torn-append' || strike.kind === 'stalled-append'
        ? 'append'
        : strike.kind === 'slow-operation'
          ? oneOf(draw, 'trigger.slow', ['sync', 'sync', 'sync', 'read'], id)
          : oneOf(draw, 'trigger.operation', diskOperations, id)
    const trigger = {
      on: 'disk' as const,
      operation,
      nth: generateNth(draw, id, operation, scope),
    }
    const path = oneOf(draw, 'trigger.path', [undefined, undefined, '__cluster_metadata', '.log', 'checkpoint'], id)
    return path === undefined ? trigger : { ...trigger, path }
  }
  if (kind === 2) {
    const type = oneOf(draw, 'trigger.event', scope.events, id)
    if (type === 'RequestStarted' || type === 'RequestAnswered') {
      const api = oneOf(draw, 'trigger.api', scope.deletes === true ? deletionApis : requestedApis, id)
      const nth = generateNth(draw, id, api === apis.deleteRecords ? api.name : type, scope)
      return { on: 'event', type, nth, api: api.key }
    }
    const trigger = {
      on: 'event' as const,
      type,
      nth: generateNth(draw, id, type, scope),
    }
    const isOfPartition = type === 'BatchAppended' || type === 'LogFlushed' || type === 'SegmentRolled'
    if (!isOfPartition || scope.topics.length === 0 || draw('trigger.any', id, 2) === 0) return trigger
    const topic = oneOf(draw, 'trigger.topic', scope.topics, id)
    return { ...trigger, partition: `${topic.name}-${draw('trigger.partition', id, topic.partitions)}` }
  }
  return { on: 'time', atMs: draw('trigger.time', id, scope.ms) }
}

/** Small numbers as likely as large ones, which reach further where there are many: faults spread over the whole run. */
function generateNth(draw: PlanDraw, id: number, of: string, { scales, isSequel }: Reach): number {
  const reach = scales + (!isSequel && frequent.has(of) ? 3 : 0)
  return 1 + draw('trigger.nth', id, 1 << (1 + draw('trigger.scale', id, reach)))
}

/** Records by what later decisions look at most: topics. Undefined: whichever comes first, which is about a broker mostly. */
const appliedRecords: readonly (MetadataRecord['type'] | undefined)[] = [
  ...(['TopicRecord', 'TopicRecord', 'RemoveTopicRecord', 'RemoveTopicRecord', 'PartitionRecord'] as const),
  ...(['PartitionChangeRecord', 'ConfigRecord', 'RegisterBrokerRecord', 'ProducerIdsRecord', undefined] as const),
]

/** A node cannot apply the next record, or the next of a kind, to its controller's state or to its image. */
export function failedApply(draw: PlanDraw, id: number): Strike {
  const to = oneOf(draw, 'strike.apply', ['controller', 'image'] as const, id)
  const of = oneOf(draw, 'strike.apply-of', appliedRecords, id)
  return { kind: 'failed-apply', to, ...(of === undefined ? {} : { of }) }
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
    case 'slow-operation':
      return { kind, byMs: pick('strike.slow', [300, 1500, 4000, 10_000]) }
    case 'clock-jump':
      return { kind, byMs: pick('strike.jump', [-7_200_000, -1500, 900, 3_600_000]) }
    case 'failed-apply':
      return failedApply(draw, id)
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
