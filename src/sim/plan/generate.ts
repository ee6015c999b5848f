/**
 * A plan for a seed: a swarm. Each seed switches kinds of faults, settings and device behaviours on and off, so that
 * combinations come about which no uniform mixture would show.
 *
 * Every choice is a draw of its own, keyed by what it is for. The generator knows nothing of mutants.
 */

import { workloads } from '../../workloads/table.ts'
import type { Choose, Workload } from '../../workloads/workload.ts'
import { KeyedDraws } from '../draws/keyed-draws.ts'
import { oneOf, type PlanDraw } from './draw.ts'
import { answerChains } from './generate-answer-chains.ts'
import { generateFaults } from './generate-faults.ts'
import { PLAN_VERSION, type Plan, type PlannedProducers, type PlanProfile } from './plan.ts'

export interface GenerateOptions {
  /** Default: null, the correct book. */
  readonly mutant?: string | null
  readonly profile?: PlanProfile
}

/** The plan of a seed, a safe integer ≥ 0. */
export function generatePlan(seed: number, options: GenerateOptions = {}): Plan {
  const draws = new KeyedDraws(seed)
  const draw: PlanDraw = (purpose, ordinal, below) => draws.of(`plan.${purpose}`, 0, 0).below(below, ordinal)
  const choose: Choose = (purpose, ordinal, below) => draws.of(`workload.${purpose}`, 0, 0).below(below, ordinal)
  const workload = chooseWorkload(draw)
  const producers = generateProducers(draw)
  const { topics, operations } = workload.generate(choose, 20 + draw('size', 0, 40))
  const profile = options.profile ?? 'default'
  const lastMs = Math.max(0, ...operations.map(({ atMs }) => atMs))
  return {
    version: PLAN_VERSION,
    profile,
    seed,
    mutant: options.mutant ?? null,
    nodes: [{ id: 1, roles: ['controller', 'broker'] }],
    settings: generateSettings(draw, workload),
    network: { ...generateNetwork(draw), ...generateLosses(draw, producers) },
    disk: generateDisk(draw),
    clock: {
      skewMs: oneOf(draw, 'skew', [0, 0, -3000, 250, 60_000]),
      driftPpm: oneOf(draw, 'drift', [0, 0, 50, -200]),
      ...drawLateness(draw),
    },
    workload: workload.name,
    ...(producers === undefined ? {} : { producers }),
    topics,
    operations,
    faults: [
      ...generateFaults(draw, {
        ...{ profile, topics, lastMs, deletes: !workload.keepsEverything },
        isImpatient: producers?.deliveryTimeoutMs !== undefined,
      }),
      ...answerChains(draw, { topics, lastMs }),
    ],
  }
}

/** In one plan of four retention deletes. */
function chooseWorkload(draw: PlanDraw): Workload {
  const isExpiring = draw('workload.expires', 0, 4) === 0
  const candidates = workloads.filter(
    ({ keepsEverything, writesRecords }) => writesRecords && keepsEverything !== isExpiring,
  )
  return oneOf(draw, 'workload', candidates)
}

/**
 * In one plan of six the sequence numbers of producers begin so high that they wrap soon. In one of three producers give up
 * before what they sent can be known to be lost, and go on under a new epoch (KIP-360), while requests of the old one are
 * still on their way.
 */
function generateProducers(draw: PlanDraw): PlannedProducers | undefined {
  const producers: { firstSequence?: number; deliveryTimeoutMs?: number } = {}
  if (draw('sequence', 0, 6) === 0) {
    producers.firstSequence = 2 ** 31 - 1 - draw('sequence.left', 0, 1 << (1 + draw('sequence.scale', 0, 8)))
  }
  if (draw('impatience', 0, 3) === 0) {
    producers.deliveryTimeoutMs = oneOf(draw, 'delivery-timeout', [150, 250, 400, 1000])
  }
  return Object.keys(producers).length === 0 ? undefined : producers
}

/** Whether the network loses bytes, which are sent again: where producers are impatient more often than elsewhere. */
function generateLosses(draw: PlanDraw, producers: PlannedProducers | undefined): Plan['network'] {
  const isLossy = producers?.deliveryTimeoutMs === undefined ? draw('lossy', 0, 8) === 0 : draw('lossy', 0, 4) > 0
  return isLossy ? { resentPerMillion: oneOf(draw, 'losses', [40_000, 120_000, 300_000]) } : {}
}

/** Settings of the brokers. */
export function generateSettings(draw: PlanDraw, { keepsEverything }: Workload): Record<string, string> {
  const settings: Record<string, string> = {}
  // Half of the settings keep their defaults.
  const maybe = (name: string, values: readonly (number | string)[], oneIn = 2): void => {
    if (draw(`set.${name}`, 0, oneIn) !== oneIn - 1) return
    settings[name] = String(oneOf(draw, `value.${name}`, values))
  }
  maybe('log.segment.bytes', [600, 1500, 4096, 16_384])
  maybe('log.index.interval.bytes', [0, 100, 700])
  // Kafka leaves flushing to the system. Where everything is flushed at once a power loss has little to take.
  maybe('log.flush.interval.messages', [1, 3, 20], 4)
  maybe('log.flush.interval.ms', [5, 100, 1000], 4)
  maybe('log.flush.offset.checkpoint.interval.ms', [200, 1000, 5000])
  maybe('replica.high.watermark.checkpoint.interval.ms', [100, 1000])
  maybe('num.partitions', [1, 2, 3])
  maybe('max.incremental.fetch.session.cache.slots', [0, 1, 3])
  maybe('log.index.size.max.bytes', [16, 96])
  // Limits that cost clients no more than another try. With fewer connections than clients need, some would wait for ever.
  maybe('connections.max.idle.ms', [1000, 3000], 4)
  maybe('fetch.max.bytes', [1024, 8192], 4)
  // Retention strikes while there is traffic, or it strikes nobody.
  if (!keepsEverything) {
    settings['log.retention.check.interval.ms'] = String(oneOf(draw, 'value.retention-check', [50, 200, 1000]))
  }
  // Clocks of machines differ by more than the default takes for a timestamp of the future.
  settings['log.message.timestamp.after.max.ms'] = '9000000000'
  return settings
}

/** In half of the plans timers fire late, as those of busy processes do: what was put off meets what arrives meanwhile. */
export function drawLateness(draw: PlanDraw): Plan['clock'] {
  const timersLateUs = oneOf(draw, 'timers-late', [0, 0, 1000, 10_000])
  return timersLateUs === 0 ? {} : { timersLateUs }
}

export function generateNetwork(draw: PlanDraw): Plan['network'] {
  return {
    latencyMeanUs: oneOf(draw, 'latency', [300, 500, 2000, 15_000]),
    splitPerMillion: oneOf(draw, 'split', [0, 50_000, 400_000]),
    segmentBytesMax: oneOf(draw, 'segment', [65_536, 65_536, 1460, 100]),
    receiveWindowBytes: oneOf(draw, 'window', [262_144, 262_144, 4096]),
    sendBufferBytes: oneOf(draw, 'send-buffer', [65_536, 65_536, 2048]),
  }
}

/** What becomes of unsynced pages; the rest is lost. A page is written sector by sector, so tearing is no rarity. */
const fatesOfPages = [
  { pageKeptPerMillion: 400_000, pageTornPerMillion: 200_000 },
  { pageKeptPerMillion: 600_000, pageTornPerMillion: 400_000 },
  { pageKeptPerMillion: 800_000, pageTornPerMillion: 100_000 },
  { pageKeptPerMillion: 200_000, pageTornPerMillion: 600_000 },
  { pageKeptPerMillion: 0, pageTornPerMillion: 1_000_000 },
] as const

export function generateDisk(draw: PlanDraw): Plan['disk'] {
  return {
    syncMeanUs: oneOf(draw, 'sync', [700, 1500, 8000, 40_000]),
    ...oneOf(draw, 'pages', fatesOfPages),
    tornInOrderPerMillion: oneOf(draw, 'torn-in-order', [0, 500_000, 1_000_000]),
    sizeKeptPerMillion: oneOf(draw, 'size-kept', [0, 500_000, 1_000_000]),
    // A kernel that goes on showing pages it failed to write fools every recovery (docs/decisions/0004-failed-sync.md).
    droppedRevertsPerMillion: 1_000_000,
    entryKeptPerMillion: oneOf(draw, 'entry-kept', [500_000, 0, 900_000, 1_000_000]),
  }
}
