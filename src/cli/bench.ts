/**
 * `samsa bench`: measures a broker, or with `--image` one metadata image of many partitions, says what came out, and
 * writes a page and JSON. Ctrl-C ends it after the run that is
 * under way, with a report of what there is; a second one at once. Either way nothing that was started stays behind.
 */

import { join } from 'node:path'
import type { BenchWatcher } from '../bench/cluster/bench-session.ts'
import type { BenchSettings, ClusterBenchmark } from '../bench/cluster/cluster-benchmark.ts'
import { runClusterBenchmark } from '../bench/cluster/run-cluster-benchmark.ts'
import { quickSettings, usualSettings } from '../bench/cluster/settings.ts'
import type { ImageBenchmark } from '../bench/image/image-benchmark.ts'
import { quickImageSettings, usualImageSettings } from '../bench/image/image-settings.ts'
import { runImageBenchmark } from '../bench/image/run-image-benchmark.ts'
import type { LoadCodec } from '../bench/load/load-jobs.ts'
import { benchFindings } from '../reporters/bench-findings.ts'
import { startBenchProgress } from '../reporters/bench-progress.ts'
import { benchTableLines } from '../reporters/bench-table.ts'
import { imageFindings } from '../reporters/image-findings.ts'
import { imageTableLines } from '../reporters/image-table.ts'
import { writeBenchPicture, writeBenchReport, writeImageReport, writeJson } from '../reporters/write-report.ts'
import type { Address } from '../world/network.ts'
import { messageOf, operatingFailure } from './command-error.ts'
import { ExitCode } from './exit-codes.ts'
import { Interruption } from './interruption.ts'
import { checkWritable } from './option-values.ts'

export interface BenchOptions {
  readonly bootstrap?: Address
  readonly against?: Address
  readonly againstName?: string
  readonly batchBytes?: readonly number[]
  readonly tailBatchBytes?: readonly number[]
  readonly acks?: '1' | 'all'
  readonly codecs?: readonly LoadCodec[]
  readonly recordBytes?: readonly number[]
  readonly partitions?: readonly number[]
  readonly producers?: readonly number[]
  readonly inFlight?: number
  readonly repeats?: number
  readonly seconds?: number
  readonly loads?: readonly number[]
  /** False leaves latency out. */
  readonly latency: boolean
  readonly floor: boolean
  /** Measures one metadata image instead: true for the usual sizes. */
  readonly image?: readonly number[] | true
  readonly quick?: boolean
  readonly json?: string
  readonly report?: string
  readonly svg?: string
}

/** Runs the command, typed as `command`; gives back its exit code. */
export async function bench(options: BenchOptions, command: string): Promise<ExitCode> {
  if (options.json !== undefined) checkWritable(options.json)
  if (options.svg !== undefined) checkWritable(options.svg)
  return options.image === undefined ? benchBroker(options, command) : benchImage(options, options.image, command)
}

async function benchBroker(options: BenchOptions, command: string): Promise<ExitCode> {
  const { bootstrap, against, againstName, svg } = options
  const result = await watched((watcher) =>
    runClusterBenchmark({ settings: settingsOf(options), bootstrap, against, againstName, command, watcher }),
  )
  const page = await writeBenchReport(folderOf(options, result), result)
  if (svg !== undefined) await writeBenchPicture(svg, result)
  return ended(options, result, page, [...benchFindings(result), '', ...benchTableLines(result)])
}

async function benchImage(
  { repeats, quick, ...options }: BenchOptions,
  sizes: readonly number[] | true,
  command: string,
): Promise<ExitCode> {
  const base = quick === true ? quickImageSettings : usualImageSettings
  const ascending = sizes === true ? base.sizes : [...sizes].sort((a, b) => a - b)
  const settings = { sizes: ascending, repeats: repeats ?? base.repeats }
  const result = await watched((watcher) => runImageBenchmark({ settings, command, watcher }))
  const page = await writeImageReport(folderOf(options, result), result)
  return ended(options, result, page, [...imageFindings(result), '', ...imageTableLines(result)])
}

/** Says what came out. */
function ended(
  { json }: Pick<BenchOptions, 'json'>,
  result: ClusterBenchmark | ImageBenchmark,
  page: string,
  lines: readonly string[],
): ExitCode {
  if (json !== undefined) writeJson(json, result)
  process.stdout.write(`${[...lines, '', `The report: ${page}`].join('\n')}\n`)
  for (const failure of result.failures) process.stderr.write(`no figure: ${failure}\n`)
  if (result.wasInterrupted) return ExitCode.interrupted
  return result.failures.length > 0 ? ExitCode.failed : ExitCode.ok
}

/** Measures while somebody may watch, and interrupt. */
async function watched<T>(measure: (watcher: BenchWatcher) => Promise<T>): Promise<T> {
  const interruption = new Interruption()
  // Without this, a signal would end the process and leave what it started running.
  const end = (): void => process.exit(ExitCode.interrupted)
  process.on('SIGTERM', end)
  const progress = startBenchProgress({ stream: process.stderr, nowMs: () => performance.now() })
  try {
    return await measure({ progress: progress.update, isInterrupted: () => interruption.wasAsked })
  } catch (error) {
    throw operatingFailure(`the benchmark could not be run: ${messageOf(error)}`, error)
  } finally {
    progress.stop()
    process.off('SIGTERM', end)
    interruption.dispose()
  }
}

function settingsOf(options: BenchOptions): BenchSettings {
  const base = options.quick === true ? quickSettings : usualSettings
  const { batchBytes, tailBatchBytes, acks, codecs, inFlight, repeats, seconds, loads, latency, floor } = options
  const { recordBytes, partitions, producers } = options
  return {
    ...base,
    batchBytes: batchBytes ?? base.batchBytes,
    tailBatchBytes: tailBatchBytes ?? base.tailBatchBytes,
    acks: acks === undefined ? base.acks : [acks],
    codecs: codecs ?? base.codecs,
    recordBytes: recordBytes ?? base.recordBytes,
    partitions: partitions ?? base.partitions,
    // A connection for each partition, unless something else is asked for.
    producers: producers ?? (partitions === undefined ? base.producers : [partitions[0]!, ...base.producers.slice(1)]),
    inFlight: inFlight ?? base.inFlight,
    repeats: repeats ?? base.repeats,
    measureMs: seconds === undefined ? base.measureMs : Math.round(seconds * 1_000),
    loadMs: seconds === undefined ? base.loadMs : Math.round(seconds * 2_000),
    loadPercents: latency ? (loads ?? base.loadPercents) : [],
    floor,
  }
}

/** Where the report goes: by when it was begun, if nothing else is asked for. */
function folderOf({ report }: Pick<BenchOptions, 'report'>, { startedMs }: { readonly startedMs: number }): string {
  const name = new Date(startedMs).toISOString().slice(0, 19).replace(/:/g, '-')
  return report ?? join('reports', 'benchmarks', name)
}
