/**
 * Throughput over the sweep: produce as fast as answers come, then read everything back. Every repeat goes through all
 * points and all targets in turn, the targets in changing order, so that what the machine does meanwhile strikes all alike.
 */

import { summaryOf } from '../figures/statistics.ts'
import { recordsPerBatch } from '../load/batch-pool.ts'
import type { BatchShape, ProduceOutcome, ReadOutcome } from '../load/load-jobs.ts'
import type { Target } from '../targets/target.ts'
import { type BenchSession, mustAgree, type Run } from './bench-session.ts'
import type { BenchSettings, ThroughputResult } from './cluster-benchmark.ts'

/** One point of the sweep. */
export interface SweepPoint {
  readonly shape: BatchShape
  readonly acks: '1' | 'all'
}

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

/** Measures every point; `floor` is measured beside the session's targets, without reading. */
export async function sweepThroughput(
  session: BenchSession,
  floor: Target | undefined,
): Promise<{ readonly results: readonly ThroughputResult[]; readonly rates: readonly RunRates[] }> {
  const points = sweepPoints(session.settings)
  const all = floor === undefined ? session.targets : [...session.targets, floor]
  const { repeats, rehearses } = session.settings
  const first = rehearses ? -1 : 0
  session.expect(points.length * all.length * (repeats - first))
  const runs: PointRun[] = []
  for (let repeat = first; repeat < repeats; repeat++) {
    for (const [index, point] of points.entries()) {
      for (const target of rotated(all, repeat - first + index)) {
        if (session.watcher.isInterrupted()) break
        const run = await measurePoint(session, target, point, target !== floor)
        if (run !== undefined && repeat >= 0) runs.push({ ...run, repeat })
      }
    }
  }
  const results = all.flatMap((target) => points.flatMap((point) => resultOf(runs, target, point)))
  return { results, rates: runs.map(ratesOf) }
}

/** Every combination that is asked for. Points whose batches would be the same are left out. */
export function sweepPoints({ batchBytes, acks, codecs, recordBytes }: BenchSettings): readonly SweepPoint[] {
  const points = codecs.flatMap((codec) =>
    acks.flatMap((ack) => batchBytes.map((bytes) => ({ shape: { codec, recordBytes, batchBytes: bytes }, acks: ack }))),
  )
  return points.filter((point, index) => {
    const same = (other: SweepPoint): boolean =>
      other.acks === point.acks &&
      other.shape.codec === point.shape.codec &&
      recordsPerBatch(other.shape) === recordsPerBatch(point.shape)
    return points.findIndex(same) === index
  })
}

/** A point in words. */
function pointLabel({ shape, acks }: SweepPoint): string {
  const size = shape.batchBytes === 0 ? 'one record' : `${shape.batchBytes / 1_024} KiB`
  return `${size}, acks=${acks}, ${shape.codec === 'none' ? 'uncompressed' : shape.codec}`
}

async function measurePoint(
  session: BenchSession,
  target: Target,
  point: SweepPoint,
  reads: boolean,
): Promise<Omit<PointRun, 'repeat'> | undefined> {
  const label = pointLabel(point)
  session.step(`${target.name}: ${label}`)
  const { inFlight, warmUpMs, measureMs, bytesMax } = session.settings
  return await session.withTopic(target, label, async (topic) => {
    const place = session.place(target, topic, point.acks)
    const produced = await session.run<ProduceOutcome>(target, {
      ...{ kind: 'produce', ...place, shape: point.shape, inFlight, warmUpMs, measureMs, bytesMax },
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
      produceRecords: summaryOf(
        runs.map(({ produced: { outcome } }) => perSecond(outcome.measured.records, outcome.measured.us)),
      ),
      produceBytes: summaryOf(
        runs.map(({ produced: { outcome } }) => perSecond(outcome.measured.bytes, outcome.measured.us)),
      ),
      consumeRecords: summaryOrNone(reads.map(({ outcome }) => perSecond(outcome.tally.records, outcome.us))),
      consumeBytes: summaryOrNone(reads.map(({ outcome }) => perSecond(outcome.tally.bytes, outcome.us))),
      cpuSecondsPerGigabyte: summaryOrNone(
        cpu.map(({ cpuMs, outcome }) => (cpuMs * GIGABYTE) / 1_000 / outcome.tally.bytes),
      ),
      cpuMicrosecondsPerBatch: summaryOrNone(cpu.map(({ cpuMs, outcome }) => (cpuMs * 1_000) / outcome.tally.batches)),
      consumeCpuSecondsPerGigabyte: summaryOrNone(
        readCpu.map(({ cpuMs, outcome }) => (cpuMs * GIGABYTE) / 1_000 / outcome.tally.bytes),
      ),
      residentBytes: resident.length === 0 ? undefined : Math.max(...resident),
    },
  ]
}

function summaryOrNone(values: readonly number[]): ReturnType<typeof summaryOf> | undefined {
  return values.length === 0 ? undefined : summaryOf(values)
}

function perSecond(count: number, us: number): number {
  return (count * US_PER_S) / Math.max(1, us)
}
