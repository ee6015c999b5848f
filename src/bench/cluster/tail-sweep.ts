/**
 * Reading at the tail: a closed loop produces as fast as answers come, and a reader of each partition follows. What arrives
 * at the readers counts; it is compared with what was acknowledged. At the base point, over some batch sizes.
 */

import { summaryOf } from '../figures/statistics.ts'
import type { MeasuredPart, ProduceOutcome } from '../load/load-jobs.ts'
import type { Target } from '../targets/target.ts'
import { type BenchSession, mustAgree } from './bench-session.ts'
import type { TailResult } from './cluster-benchmark.ts'
import { basePoint, pointLabel, type SweepPoint } from './sweep-points.ts'

interface TailRun {
  readonly target: Target
  readonly point: SweepPoint
  readonly measured: MeasuredPart
}

/** Measures every batch size that the settings name, repeats interleaved. */
export async function sweepTail(session: BenchSession): Promise<readonly TailResult[]> {
  const { settings, targets } = session
  const base = basePoint(settings)
  const points = settings.tailBatchBytes.map((batchBytes) => ({ ...base, shape: { ...base.shape, batchBytes } }))
  session.expect(points.length * targets.length * settings.repeats)
  const runs: TailRun[] = []
  for (let repeat = 0; repeat < settings.repeats; repeat++) {
    for (const [index, point] of points.entries()) {
      for (const target of (repeat + index) % 2 === 0 ? targets : [...targets].reverse()) {
        if (session.watcher.isInterrupted()) break
        const measured = await followTail(session, target, point)
        if (measured !== undefined) runs.push({ target, point, measured })
      }
    }
  }
  return targets.flatMap((target) => points.flatMap((point) => resultOf(runs, target, point)))
}

async function followTail(session: BenchSession, target: Target, point: SweepPoint): Promise<MeasuredPart | undefined> {
  const label = `at the tail, ${pointLabel(session.settings, point)}`
  session.step(`${target.name}: ${label}`)
  const { inFlight, warmUpMs, measureMs, bytesMax } = session.settings
  const { shape, producers } = point
  return await session.withTopic(target, point, label, async (place) => {
    const rest = { shape, producers, tails: true, inFlight, warmUpMs, measureMs, bytesMax }
    const { outcome } = await session.run<ProduceOutcome>(target, { kind: 'produce', ...place, ...rest })
    if (outcome.tail === undefined || outcome.tail.measured.us === 0) {
      throw new Error('nothing was read in the measured time')
    }
    mustAgree(outcome.tally, outcome.tail.tally)
    return outcome.tail.measured
  })
}

const US_PER_S = 1_000_000

function resultOf(all: readonly TailRun[], target: Target, point: SweepPoint): readonly TailResult[] {
  const runs = all.filter((run) => run.target === target && run.point === point)
  if (runs.length === 0) return []
  return [
    {
      ...{ target: target.name, ...point },
      records: summaryOf(runs.map(({ measured: { records, us } }) => (records * US_PER_S) / us)),
      bytes: summaryOf(runs.map(({ measured: { bytes, us } }) => (bytes * US_PER_S) / us)),
    },
  ]
}
