/**
 * A benchmark from a program: the same as the command line's, as plain values. It starts a broker of samsa unless it is
 * told of one, measures for minutes, and leaves nothing running. Not here: the page (`writeBenchReport` of the package).
 */

import type { Address } from '../../world/network.ts'
import type { BenchSettings, ClusterBenchmark } from './cluster-benchmark.ts'
import { runClusterBenchmark } from './run-cluster-benchmark.ts'
import { usualSettings } from './settings.ts'

/** What is measured, and how. */
export interface BenchmarkOptions {
  /** A broker that runs already, of any make. Default: one of samsa is started for the measurement. */
  readonly bootstrap?: Address
  /** Another one, measured in turns with the first. */
  readonly against?: Address
  /** What the other one is called. Default: its address. */
  readonly againstName?: string
  /** What differs from the usual settings. */
  readonly settings?: Partial<BenchSettings>
  /** Told before each run: so many of so many are done, and what comes next. */
  readonly onProgress?: (done: number, total: number, label: string) => void
  /** An `AbortSignal`: ends it after the run that is under way, with what there is. */
  readonly signal?: { readonly aborted: boolean }
}

/** See the head of this file. Rejects where a target cannot be started or reached. */
export function benchmark(options: BenchmarkOptions = {}): Promise<ClusterBenchmark> {
  const { bootstrap, against, againstName, settings, onProgress = () => undefined, signal } = options
  return runClusterBenchmark({
    settings: { ...usualSettings, ...settings },
    ...{ bootstrap, against, againstName, command: 'benchmark()' },
    watcher: { progress: onProgress, isInterrupted: () => signal?.aborted === true },
  })
}
