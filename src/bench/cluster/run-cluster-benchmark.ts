/**
 * A whole benchmark: starts what is to be measured, sweeps, compares, and takes everything away again, also when it is
 * interrupted or fails. Start here. Not here: the page and the file (`src/reporters`), the options (`src/cli`).
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRealWorld } from '../../real/world.ts'
import type { Address } from '../../world/network.ts'
import { LoadGenerator } from '../load/load-generator.ts'
import { startMinimalPath, startSamsa } from '../targets/child-target.ts'
import { runningBroker } from '../targets/running-broker.ts'
import type { Target } from '../targets/target.ts'
import { BenchSession, type BenchWatcher } from './bench-session.ts'
import type { BenchSettings, ClusterBenchmark } from './cluster-benchmark.ts'
import { compareTargets } from './compare-targets.ts'
import { probeDisk } from './disk-probe.ts'
import { sweepLatency } from './latency-sweep.ts'
import { loadAverage, machineCard } from './machine-card.ts'
import { sweepTail } from './tail-sweep.ts'
import { sweepThroughput } from './throughput-sweep.ts'

/** What a benchmark is of. */
export interface ClusterBenchmarkOptions {
  readonly settings: BenchSettings
  /** A broker that runs already, in place of one of samsa started here. */
  readonly bootstrap?: Address | undefined
  /** Another one, measured in turns with the first. */
  readonly against?: Address | undefined
  /** What the other one is called; its address where that is left out. */
  readonly againstName?: string | undefined
  /** Told in the report. */
  readonly command: string
  readonly watcher: BenchWatcher
}

/** Runs it. Rejects where a target cannot be started. */
export async function runClusterBenchmark(options: ClusterBenchmarkOptions): Promise<ClusterBenchmark> {
  const directory = mkdtempSync(join(tmpdir(), 'samsa-bench-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  process.on('exit', remove)
  const open: { close(): void | Promise<void> }[] = []
  try {
    return await measure(options, directory, open)
  } finally {
    for (const each of open.reverse()) await each.close()
    process.off('exit', remove)
    remove()
  }
}

async function measure(
  options: ClusterBenchmarkOptions,
  directory: string,
  open: { close(): void | Promise<void> }[],
): Promise<ClusterBenchmark> {
  const { settings, bootstrap, against, againstName, command, watcher } = options
  const startedMs = Date.now()
  const before = loadAverage()
  const disk = probeDisk(directory)
  const opened = <T extends { close(): void | Promise<void> }>(thing: T): T => {
    open.push(thing)
    return thing
  }
  const world = opened(createRealWorld({ directory: 'memory', onHalt: () => undefined }))
  const first =
    bootstrap === undefined ? await startSamsa(join(directory, 'samsa')) : await runningBroker(world, bootstrap)
  const targets: Target[] = [opened(first)]
  if (against !== undefined) targets.push(await runningBroker(world, against, againstName))
  const floor = settings.floor ? opened(await startMinimalPath(join(directory, 'minimal-path'))) : undefined
  const generator = opened(new LoadGenerator())
  const session = opened(new BenchSession(world, settings, targets, generator, watcher))
  const { results, rates } = await sweepThroughput(session, floor)
  const tail = await sweepTail(session)
  const latency = await sweepLatency(session)
  const [one, other] = targets
  return {
    ...{ version: 1, command, startedMs, tookMs: Date.now() - startedMs, wasInterrupted: watcher.isInterrupted() },
    machine: machineCard(before, disk),
    settings,
    targets: targets.map(({ name }) => name),
    ...{ throughput: results, tail, latency, failures: session.failures },
    ratios: one !== undefined && other !== undefined ? compareTargets(rates, one.name, other.name) : [],
  }
}
