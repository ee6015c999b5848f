/**
 * `samsa bench`: measures a broker, says what came out, and writes a page and JSON. Ctrl-C ends it after the run that is
 * under way, with a report of what there is; a second one at once. Either way nothing that was started stays behind.
 */

import { join } from 'node:path'
import type { BenchSettings, ClusterBenchmark } from '../bench/cluster/cluster-benchmark.ts'
import { runClusterBenchmark } from '../bench/cluster/run-cluster-benchmark.ts'
import { quickSettings, usualSettings } from '../bench/cluster/settings.ts'
import { benchFindings } from '../reporters/bench-findings.ts'
import { startBenchProgress } from '../reporters/bench-progress.ts'
import { benchTableLines } from '../reporters/bench-table.ts'
import { writeBenchReport, writeJson } from '../reporters/write-report.ts'
import type { Address } from '../world/network.ts'
import { messageOf, operatingFailure } from './command-error.ts'
import { ExitCode } from './exit-codes.ts'
import { Interruption } from './interruption.ts'
import { checkWritable } from './option-values.ts'

export interface BenchOptions {
  readonly bootstrap?: Address
  readonly against?: Address
  readonly batchBytes?: readonly number[]
  readonly acks?: '1' | 'all'
  readonly recordBytes?: number
  readonly partitions?: number
  readonly inFlight?: number
  readonly repeats?: number
  readonly seconds?: number
  readonly loads?: readonly number[]
  /** False leaves latency out. */
  readonly latency: boolean
  readonly floor: boolean
  readonly quick?: boolean
  readonly json?: string
  readonly report?: string
}

/** Runs the command, typed as `command`; gives back its exit code. */
export async function bench(options: BenchOptions, command: string): Promise<ExitCode> {
  if (options.json !== undefined) checkWritable(options.json)
  const result = await measure(options, command)
  const folder = options.report ?? join('reports', 'benchmarks', nameOf(result))
  const page = await writeBenchReport(folder, result)
  if (options.json !== undefined) writeJson(options.json, result)
  const lines = [...benchFindings(result), '', ...benchTableLines(result), '', `The report: ${page}`]
  process.stdout.write(`${lines.join('\n')}\n`)
  for (const failure of result.failures) process.stderr.write(`no figure: ${failure}\n`)
  if (result.wasInterrupted) return ExitCode.interrupted
  return result.failures.length > 0 ? ExitCode.failed : ExitCode.ok
}

async function measure(options: BenchOptions, command: string): Promise<ClusterBenchmark> {
  const interruption = new Interruption()
  // Without this, a signal would end the process and leave what it started running.
  const end = (): void => process.exit(ExitCode.interrupted)
  process.on('SIGTERM', end)
  const progress = startBenchProgress({ stream: process.stderr, nowMs: () => performance.now() })
  const watcher = { progress: progress.update, isInterrupted: () => interruption.wasAsked }
  const { bootstrap, against } = options
  try {
    return await runClusterBenchmark({ settings: settingsOf(options), bootstrap, against, command, watcher })
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
  const { batchBytes, acks, recordBytes, partitions, inFlight, repeats, seconds, loads, latency, floor } = options
  return {
    ...base,
    batchBytes: batchBytes ?? base.batchBytes,
    acks: acks === undefined ? base.acks : [acks],
    recordBytes: recordBytes ?? base.recordBytes,
    partitions: partitions ?? base.partitions,
    inFlight: inFlight ?? base.inFlight,
    repeats: repeats ?? base.repeats,
    measureMs: seconds === undefined ? base.measureMs : seconds * 1_000,
    loadPercents: latency ? (loads ?? base.loadPercents) : [],
    floor,
  }
}

/** By when it was begun. */
function nameOf({ startedMs }: ClusterBenchmark): string {
  return new Date(startedMs).toISOString().slice(0, 19).replace(/:/g, '-')
}
