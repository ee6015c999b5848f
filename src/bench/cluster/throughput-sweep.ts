/**
 * Throughput over the sweep: produce as fast as answers come, then read everything back. Every repeat goes through all
 * points and all targets in turn, the targets in changing order, so that what the machine does meanwhile strikes all alike.
 */

import { summaryOf } from '../figures/statistics.ts'
import { recordsPerBatch } from '../load/batch-pool.ts'
import type { ProduceOutcome, ReadOutcome } from '../load/load-jobs.ts'
import type { Target } from '../targets/target.ts'
import { type BenchSession, mustAgree, type Run } from './bench-session.ts'
import type { ThroughputResult } from './cluster-benchmark.ts'
import { pointLabel, type SweepPoint, sweepPoints, variationOf } from './sweep-points.ts'

interface PointRun {
  readonly repeat: number
  readonly target: Target
  readonly point: SweepPoint
  readonly produced: Run<ProduceOutcome>
  readonly read: Run<ReadOutcome> | undefined
}

/** The rates of one run, for comparing targets run by run. */
export interface RunRates {
  readonly repeat: number
  readonly target: string
  readonly point: SweepPoint
  readonly produce: number
  readonly consume: number | undefined
}

/**
 * Measures every point; `floor` is measured beside the session's targets, without reading, where nothing is compressed and
 * nothing but batch size and acknowledgement varied: what it leaves out is not the same elsewhere.
 */
export async function sweepThroughput(
  session: BenchSession,
  floor: Target | undefined,
): Promise<{ readonly results: readonly ThroughputResult[]; readonly rates: readonly RunRates[] }> {
  const points = sweepPoints(session.settings)
  const all = floor === undefined ? session.targets : [...session.targets, floor]
  const hasFloor = (point: SweepPoint): boolean =>
    point.shape.codec === 'none' && variationOf(session.settings, point) === undefined
  const targetsAt = points.map((point) => (hasFloor(point) ? all : session.targets))
  const { repeats, rehearses } = session.settings
  const first = rehearses ? -1 : 0
  session.expect(targetsAt.reduce((sum, targets) => sum + targets.length, 0) * (repeats - first))
  const runs: PointRun[] = []
  for (let repeat = first; repeat < repeats; repeat++) {
    for (const [index, point] of points.entries()) {
      for (const target of rotated(targetsAt[index]!, repeat - first + index)) {
        if (session.watcher.isInterrupted()) break
        const run = await measurePoint(session, target, point, target !== floor)
        if (run !== undefined && repeat >= 0) runs.push({ ...run, repeat })
      }
    }
  }
  const results = all.flatMap((target) => points.flatMap((point) => resultOf(runs, target, point)))
  return { results, rates: runs.map(ratesOf) }
}

async function measurePoint(
  session: BenchSession,
  target: Target,
  point: SweepPoint,
  reads: boolean,
): Promise<Omit<PointRun, 'repeat'> | undefined> {
  const label = pointLabel(session.settings, point)
  session.step(`${target.name}: ${label}`)
  const { inFlight, warmUpMs, measureMs, bytesMax } = session.settings
  const { shape, producers } = point
  return await session.withTopic(target, point, label, async (place) => {
    const produced = await session.run<ProduceOutcome>(target, {
      ...{ kind: 'produce', ...place, shape, producers, tails: false, inFlight, warmUpMs, measureMs, bytesMax },
    })
    if (produced.outcome.measured.us === 0) throw new Error('nothing was acknowledged in the measured time')
    if (!reads) return { target, point, produced, read: undefined }
    const { tally } = produced.outcome
    const read = await session.run<ReadOutcome>(target, { kind: 'read', ...place, endOffsets: tally.endOffsets })
    mustAgree(tally, read.outcome.tally)
    return { target, point, produced, read }
  })
}

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const cut = by % items.length
  return [...items.slice(cut), ...items.slice(0, cut)]
}

const US_PER_S = 1_000_000
const GIGABYTE = 1_000_000_000

function ratesOf({ repeat, target, point, produced, read }: PointRun): RunRates {
  const { measured } = produced.outcome
  const consume = read && perSecond(read.outcome.tally.records, read.outcome.us)
  return { repeat, target: target.name, point, produce: perSecond(measured.records, measured.us), consume }
}

function resultOf(all: readonly PointRun[], target: Target, point: SweepPoint): readonly ThroughputResult[] {
  const runs = all.filter((run) => run.target === target && run.point === point)
  if (runs.length === 0) return []
  const reads = runs.flatMap(({ read }) => (read === undefined ? [] : [read]))
  const cpu = runs.flatMap(({ produced }) =>
    produced.cpuMs === undefined ? [] : [{ ...produced, cpuMs: produced.cpuMs }],
  )
  const readCpu = reads.flatMap((read) => (read.cpuMs === undefined ? [] : [{ ...read, cpuMs: read.cpuMs }]))
  const resident = [...runs.map(({ produced }) => produced), ...reads].flatMap(
    ({ residentBytes }) => residentBytes ?? [],
  )
  return [
    {
      ...{ target: target.name, ...point, recordsPerBatch: recordsPerBatch(point.shape) },
      compressionRatio: runs[0]!.produced.outcome.compressionRatio,
      produceRecords: summaryOf(
        runs.map(({ produced: { outcome } }) => perSecond(outcome.measured.records, outcome.measured.us)),
      ),
      produceBytes: summaryOf(
        runs.map(({ produced: { outcome } }) => perSecond(outcome.measured.bytes, outcome.measured.us)),
      ),
      consumeRecords: summaryOrNone(reads.map(({ outcome }) => perSecond(outcome.tally.records, outcome.us))),
      consumeBytes: summaryOrNone(reads.map(({ outcome }) => perSecond(outcome.tally.bytes, outcome.us))),
      cpuSecondsPerGigabyte: summaryOrNone(
        cpu.map(({ cpuMs, outcome }) => perGigabyte(cpuMs, outcome.tally.records * point.shape.recordBytes)),
      ),
      cpuMicrosecondsPerBatch: summaryOrNone(cpu.map(({ cpuMs, outcome }) => (cpuMs * 1_000) / outcome.tally.batches)),
      consumeCpuSecondsPerGigabyte: summaryOrNone(
        readCpu.map(({ cpuMs, outcome }) => perGigabyte(cpuMs, outcome.tally.records * point.shape.recordBytes)),
      ),
      residentBytes: resident.length === 0 ? undefined : Math.max(...resident),
    },
  ]
}

function summaryOrNone(values: readonly number[]): ReturnType<typeof summaryOf> | undefined {
  return values.length === 0 ? undefined : summaryOf(values)
}

/** Seconds. */
function perGigabyte(cpuMs: number, bytes: number): number {
  return (cpuMs * GIGABYTE) / 1_000 / bytes
}

function perSecond(count: number, us: number): number {
  return (count * US_PER_S) / Math.max(1, us)
}
