/**
 * Latency at offered load: one record to a batch, acks=all, at shares of the highest rate that any target took in a closed
 * loop, so that all targets get the same load and the knee of each can be seen.
 */

import { Histogram, type HistogramData } from '../figures/histogram.ts'
import { medianOf, summaryOf } from '../figures/statistics.ts'
import type { OfferedLoadOutcome, ProduceOutcome } from '../load/load-jobs.ts'
import type { Target } from '../targets/target.ts'
import { type BenchSession, mustAgree } from './bench-session.ts'
import type { LatencyFigures, LatencyResult } from './cluster-benchmark.ts'
import { basePoint, type SweepPoint } from './sweep-points.ts'

/** Answers keep up where the last one comes so soon after the last batch was due, in half of the repeats or more. */
const DRAIN_US_MAX = 100_000

interface LoadRun {
  readonly target: Target
  readonly percent: number
  readonly offered: number
  readonly outcome: OfferedLoadOutcome
}

/** Measures every load that the settings name. */
export async function sweepLatency(session: BenchSession): Promise<readonly LatencyResult[]> {
  const { loadPercents, repeats } = session.settings
  if (loadPercents.length === 0) return []
  const base = basePoint(session.settings)
  const point: SweepPoint = { ...base, acks: 'all', shape: { ...base.shape, batchBytes: 0 } }
  session.expect(session.targets.length * (1 + loadPercents.length * repeats))
  const highest = await highestRate(session, point)
  const runs: LoadRun[] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [index, percent] of loadPercents.entries()) {
      const targets = (repeat + index) % 2 === 0 ? session.targets : [...session.targets].reverse()
      for (const target of targets) {
        if (session.watcher.isInterrupted() || highest === 0) break
        const offered = Math.max(1, Math.floor((highest * percent) / 100))
        const outcome = await offer(session, target, point, percent, offered)
        if (outcome !== undefined) runs.push({ target, percent, offered, outcome })
      }
    }
  }
  return session.targets.flatMap((target) => loadPercents.flatMap((percent) => resultOf(runs, target, percent, point)))
}

/** Batches per second in a closed loop, of the target that took most. */
async function highestRate(session: BenchSession, point: SweepPoint): Promise<number> {
  const { inFlight, warmUpMs, measureMs, bytesMax } = session.settings
  let highest = 0
  for (const target of session.targets) {
    if (session.watcher.isInterrupted()) break
    session.step(`${target.name}: the highest rate`)
    const run = await session.withTopic(target, point, 'highest rate', (place) => {
      const { shape, producers } = point
      const rest = { shape, producers, tails: false, inFlight, warmUpMs, measureMs, bytesMax }
      return session.run<ProduceOutcome>(target, { kind: 'produce', ...place, ...rest })
    })
    const measured = run?.outcome.measured
    if (measured !== undefined && measured.us > 0) {
      highest = Math.max(highest, (measured.batches * 1_000_000) / measured.us)
    }
  }
  return highest
}

async function offer(
  session: BenchSession,
  target: Target,
  point: SweepPoint,
  percent: number,
  batchesPerSecond: number,
): Promise<OfferedLoadOutcome | undefined> {
  const label = `offered load ${percent} %`
  session.step(`${target.name}: ${label}`)
  const { warmUpMs, loadMs } = session.settings
  return await session.withTopic(target, point, label, async (place) => {
    const rest = { shape: point.shape, batchesPerSecond, warmUpMs, measureMs: loadMs }
    const { outcome } = await session.run<OfferedLoadOutcome>(target, { kind: 'offered load', ...place, ...rest })
    mustAgree(outcome.tally, outcome.read)
    return outcome
  })
}

function resultOf(
  all: readonly LoadRun[],
  target: Target,
  percent: number,
  { shape, acks }: SweepPoint,
): readonly LatencyResult[] {
  const runs = all.filter((run) => run.target === target && run.percent === percent)
  if (runs.length === 0) return []
  const { offered } = runs[0]!
  const answered = summaryOf(runs.map(({ outcome }) => outcome.answeredPerSecond))
  const drainUs = medianOf(runs.map(({ outcome }) => outcome.drainUs))
  const unsent = runs.reduce((sum, { outcome }) => sum + outcome.unsent, 0)
  return [
    {
      ...{ target: target.name, shape, acks, percent, offeredPerSecond: offered, answeredPerSecond: answered },
      keptUp: unsent === 0 && drainUs <= DRAIN_US_MAX,
      publish: figuresOf(runs.map(({ outcome }) => outcome.publish)),
      endToEnd: figuresOf(runs.map(({ outcome }) => outcome.endToEnd)),
      delay: figuresOf(runs.map(({ outcome }) => outcome.delay)),
    },
  ]
}

function figuresOf(parts: readonly HistogramData[]): LatencyFigures {
  const histogram = new Histogram()
  for (const part of parts) histogram.add(part)
  const { count: samples, meanUs, maxUs } = histogram
  return { samples, meanUs, maxUs, percentiles: histogram.percentiles() }
}
