/**
 * A plan for a cluster: a swarm like that of `generate.ts`, over topologies, quorum timeouts and faults between nodes.
 *
 * Every choice is a draw of its own, keyed by what it is for. The generator knows nothing of mutants.
 */

import { brokerSettings } from '../../broker/config/broker-settings.ts'
import { workloads } from '../../workloads/table.ts'
import { topicAdministration } from '../../workloads/topic-administration.ts'
import type { Choose, Workload } from '../../workloads/workload.ts'
import { KeyedDraws } from '../draws/keyed-draws.ts'
import { oneOf, type PlanDraw } from './draw.ts'
import { drawLateness, type GenerateOptions, generateDisk, generateNetwork, generateSettings } from './generate.ts'
import { generateClusterFaults } from './generate-cluster-faults.ts'
import { type LeftBroken, PLAN_VERSION, type Plan, type PlannedNode } from './plan.ts'
import { fetchTimeoutMs } from './topology.ts'
import { drawNodes, type Topology } from './topology-draw.ts'

/** How long faults have where nobody acts. */
const QUIET_MS = 15_000

/** The plan of a seed, a safe integer ≥ 0, for a topology of which some may be fixed. */
export function generateClusterPlan(seed: number, topology: Topology, options: GenerateOptions = {}): Plan {
  const draws = new KeyedDraws(seed)
  const draw: PlanDraw = (purpose, ordinal, below) => draws.of(`plan.${purpose}`, 0, 0).below(below, ordinal)
  const choose: Choose = (purpose, ordinal, below) => draws.of(`workload.${purpose}`, 0, 0).below(below, ordinal)
  const nodes = drawNodes(draw, topology)
  const hasBrokers = nodes.some(({ roles }) => roles.includes('broker'))
  const workload = hasBrokers ? chooseWorkload(draw) : topicAdministration
  const drawn = workload.generate(choose, 20 + draw('size', 0, 40))
  // Controllers alone have nobody to place a topic on.
  const { topics, operations } = hasBrokers ? drawn : { topics: [], operations: [] }
  const profile = options.profile ?? 'default'
  const quorumSettings = generateQuorumSettings(draw)
  const lastMs = hasBrokers ? Math.max(0, ...operations.map(({ atMs }) => atMs)) : QUIET_MS
  return {
    version: PLAN_VERSION,
    profile,
    seed,
    mutant: options.mutant ?? null,
    nodes,
    settings: { ...generateSettings(draw, workload), ...quorumSettings },
    network: generateNetwork(draw),
    disk: generateDisk(draw),
    clock: drawLateness(draw),
    workload: workload.name,
    topics,
    operations,
    faults: generateClusterFaults(draw, {
      ...{ profile, topics, lastMs, nodes: nodes.map(({ id }) => id) },
      fetchTimeoutMs: fetchTimeoutMs(quorumSettings),
    }),
    leftBroken: drawLeftBroken(draw, nodes),
  }
}

/** Half of the plans are about the cluster's own state. */
function chooseWorkload(draw: PlanDraw): Workload {
  if (draw('workload.administers', 0, 2) === 0) return topicAdministration
  return oneOf(draw, 'workload', workloads)
}

function generateQuorumSettings(draw: PlanDraw): Record<string, string> {
  const settings: Record<string, string> = {}
  const maybe = (name: string, values: readonly number[]): void => {
    // Half of the settings keep their defaults; what is not served is not set.
    if (!(name in brokerSettings) || draw(`set.${name}`, 0, 2) === 0) return
    settings[name] = String(oneOf(draw, `value.${name}`, values))
  }
  maybe('controller.quorum.election.timeout.ms', [500, 2000])
  // A leader without news holds a fetch for half a second.
  maybe('controller.quorum.fetch.timeout.ms', [1200, 4000])
  maybe('controller.quorum.election.backoff.max.ms', [100, 300])
  maybe('controller.quorum.request.timeout.ms', [1000, 1500])
  maybe('broker.session.timeout.ms', [2000, 4000])
  maybe('broker.heartbeat.interval.ms', [200, 500])
  // Half a second, the default, in few plans: it costs more events than it finds.
  settings['metadata.max.idle.interval.ms'] = String(oneOf(draw, 'value.idle', [0, 0, 2000, 5000, 500]))
  maybe('metadata.log.segment.bytes', [600, 4096])
  maybe('metadata.log.max.record.bytes.between.snapshots', [300, 2000])
  maybe('metadata.log.max.snapshot.interval.ms', [500, 5000])
  maybe('metadata.max.retention.bytes', [1000, 10_000])
  // Topics of a few partitions are transactions then.
  maybe('internal.metadata.batch.records', [1, 3, 500])
  return settings
}

/** In half of the plans with several controllers, up to a minority of all nodes stays broken when the rest is healed. */
function drawLeftBroken(draw: PlanDraw, nodes: readonly PlannedNode[]): readonly LeftBroken[] {
  if (nodes.length < 3 || draw('left', 0, 2) === 0) return []
  const count = 1 + draw('left.count', 0, (nodes.length - 1) >> 1)
  const left = new Map<number, LeftBroken>()
  for (let ordinal = 0; ordinal < count; ordinal++) {
    const node = oneOf(draw, 'left.node', nodes, ordinal).id
    left.set(node, { node, how: oneOf(draw, 'left.how', ['down', 'deaf', 'mute', 'cut-off'] as const, ordinal) })
  }
  return [...left.values()]
}
