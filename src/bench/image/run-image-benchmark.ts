/**
 * A whole benchmark of images: every setup and size in turn, so many times over, and what comes of it. Start here. Not
 * here: the page and the file (`src/reporters`), the options (`src/cli`).
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRealWorld } from '../../real/world.ts'
import type { World } from '../../world/world.ts'
import type { BenchWatcher } from '../cluster/bench-session.ts'
import { probeDisk } from '../cluster/disk-probe.ts'
import { loadAverage, machineCard } from '../cluster/machine-card.ts'
import { summaryOf } from '../figures/statistics.ts'
import {
  type Growth,
  type ImageBenchmark,
  type ImageResult,
  type ImageSettings,
  type ImageSetup,
  type ImageStep,
  imageSteps,
  type StepFigures,
} from './image-benchmark.ts'
import { type ImageRun, runImage } from './image-run.ts'
import { imageSetups } from './image-settings.ts'

/** What a benchmark is of. */
export interface ImageBenchmarkOptions {
  readonly settings: ImageSettings
  /** Told in the report. */
  readonly command: string
  readonly watcher: BenchWatcher
}

/** The runs of one size in one setup. */
interface Point {
  readonly setup: ImageSetup
  readonly partitions: number
  readonly runs: ImageRun[]
}

/** Runs it. A run that fails has no figure, and is told of. */
export async function runImageBenchmark(options: ImageBenchmarkOptions): Promise<ImageBenchmark> {
  const folder = mkdtempSync(join(tmpdir(), 'samsa-bench-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  process.on('exit', remove)
  const world = createRealWorld({ directory: 'memory', onHalt: () => undefined })
  try {
    return await measure(options, world, folder)
  } finally {
    world.close()
    process.off('exit', remove)
    remove()
  }
}

async function measure(
  { settings, command, watcher }: ImageBenchmarkOptions,
  world: World,
  folder: string,
): Promise<ImageBenchmark> {
  const startedMs = Date.now()
  const before = loadAverage()
  const disk = probeDisk(folder)
  const points = imageSetups.flatMap((setup) =>
    settings.sizes.map((partitions): Point => ({ setup, partitions, runs: [] })),
  )
  const failures: string[] = []
  let done = 0
  for (let repeat = 0; repeat < settings.repeats; repeat++) {
    for (const { setup, partitions, runs } of points) {
      if (watcher.isInterrupted()) break
      watcher.progress(done, points.length * settings.repeats, `${partitions} partitions, ${setup.name}`)
      try {
        runs.push(await runImage(world, setup, partitions, join(folder, `run-${done}`)))
      } catch (error) {
        failures.push(`${partitions} partitions, ${setup.name}: ${error instanceof Error ? error.message : `${error}`}`)
      }
      done++
    }
  }
  return {
    ...{ version: 1, command, startedMs, tookMs: Date.now() - startedMs, wasInterrupted: watcher.isInterrupted() },
    ...{ machine: machineCard(before, disk), settings, setups: imageSetups, failures },
    results: points.filter(({ runs }) => runs.length > 0).map(resultOf),
    growth: imageSetups.flatMap((setup) => growthOf(points.filter((point) => point.setup === setup))),
  }
}

function resultOf({ setup, partitions, runs }: Point): ImageResult {
  const each = (of: (run: ImageRun) => number) => summaryOf(runs.map((run) => of(run) / partitions))
  return {
    ...{ setup: setup.name, partitions },
    steps: {
      create: figuresOf(runs, 'create'),
      snapshot: figuresOf(runs, 'snapshot'),
      load: figuresOf(runs, 'load'),
      delete: figuresOf(runs, 'delete'),
    },
    memory:
      setup.roles === 'controller'
        ? { image: each(({ imageBytes }) => imageBytes), node: each(({ nodeBytes }) => nodeBytes) }
        : undefined,
    snapshotBytesEach: each(({ snapshotBytes }) => snapshotBytes),
  }
}

function figuresOf(runs: readonly ImageRun[], step: ImageStep): StepFigures {
  const cpu = runs.flatMap(({ steps }) => steps[step].longestCpuMs ?? [])
  return {
    ms: summaryOf(runs.map(({ steps }) => steps[step].ms)),
    longestMs: summaryOf(runs.map(({ steps }) => steps[step].longestMs)),
    longestCpuMs: cpu.length === 0 ? undefined : summaryOf(cpu),
  }
}

/** From the smallest size to the largest, between runs of the same round. */
function growthOf(points: readonly Point[]): readonly Growth[] {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined || first === last) return []
  const rounds = Math.min(first.runs.length, last.runs.length)
  if (rounds === 0) return []
  const ofAll = (what: Growth['what'], of: (run: ImageRun) => number): Growth => {
    const exponents = Array.from({ length: rounds }, (_, round) =>
      growthExponent([first.partitions, of(first.runs[round]!)], [last.partitions, of(last.runs[round]!)]),
    )
    return { setup: first.setup.name, what, exponent: summaryOf(exponents) }
  }
  return [
    ...imageSteps.map((step) => ofAll(step, ({ steps }) => steps[step].ms)),
    ...(first.setup.roles === 'controller' ? [ofAll('memory', ({ imageBytes }) => imageBytes)] : []),
  ]
}

/** The power of n with which a cost grows between two sizes; each is a size and a cost, both above 0. */
export function growthExponent(
  [smaller, low]: readonly [number, number],
  [larger, high]: readonly [number, number],
): number {
  return Math.log(high / low) / Math.log(larger / smaller)
}
