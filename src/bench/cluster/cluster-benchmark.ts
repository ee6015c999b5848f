/**
 * A benchmark of brokers as plain values: what was asked for, where it was run, every run's figure. It is what the JSON
 * file holds and what the page is drawn from. Rates are per second; bytes are those of batches as they travel.
 */

import type { Percentile } from '../figures/histogram.ts'
import type { Difference, Interval, Summary } from '../figures/statistics.ts'
import type { BatchShape, LoadCodec } from '../load/load-jobs.ts'
import type { SweepPoint } from './sweep-points.ts'

/** What is swept over and how long; every default is in `settings.ts`, how lists combine in `sweep-points.ts`. */
export interface BenchSettings {
  /** Bytes of batches before they are compressed; 0 stands for a batch of one record. */
  readonly batchBytes: readonly number[]
  /** Batch sizes at which readers at the tail are measured; with those of `batchBytes` they make no other point. */
  readonly tailBatchBytes: readonly number[]
  readonly acks: readonly ('1' | 'all')[]
  readonly codecs: readonly LoadCodec[]
  /** Bytes of a record's value. */
  readonly recordBytes: readonly number[]
  readonly partitions: readonly number[]
  /** Connections that produce. */
  readonly producers: readonly number[]
  /** Requests in flight on each of them. */
  readonly inFlight: number
  readonly repeats: number
  /** Whether everything is done once before it counts: the first runs of a process compile. */
  readonly rehearses: boolean
  readonly warmUpMs: number
  readonly measureMs: number
  /** A run ends sooner once so many bytes are sent. */
  readonly bytesMax: number
  /** Loads that are offered, in percent of the highest rate any target took; none leaves latency out. */
  readonly loadPercents: readonly number[]
  readonly loadMs: number
  /** Whether the minimal path runs beside. */
  readonly floor: boolean
}

/** The machine, as far as it bears on the figures. */
export interface MachineCard {
  readonly machine: string
  readonly memoryBytes: number
  readonly node: string
  /** Of one minute, before the first run and after the last. */
  readonly loadBefore: number
  readonly loadAfter: number
  readonly disk: DiskProbe
}

/** What a sync costs after an append of 4 KiB. Microseconds of this much say that the disk has a cache that answers. */
export interface DiskProbe {
  readonly syncs: number
  readonly medianUs: number
  readonly p95Us: number
}

/** One point of the sweep at one target. */
export interface ThroughputResult extends SweepPoint {
  readonly target: string
  readonly recordsPerBatch: number
  /** Bytes of batches before they were compressed, by bytes as they travel: 1 where they were not. */
  readonly compressionRatio: number
  readonly produceRecords: Summary
  readonly produceBytes: Summary
  /** Catch-up read; undefined at the minimal path, which cannot be read. */
  readonly consumeRecords: Summary | undefined
  readonly consumeBytes: Summary | undefined
  /** The target's processor time while producing, by bytes of records; undefined where it cannot be seen. */
  readonly cpuSecondsPerGigabyte: Summary | undefined
  readonly cpuMicrosecondsPerBatch: Summary | undefined
  readonly consumeCpuSecondsPerGigabyte: Summary | undefined
  /** The most that was resident after a run. */
  readonly residentBytes: number | undefined
}

/** Reading at the tail, while a closed loop produces as fast as it can; all repeats. */
export interface TailResult extends SweepPoint {
  readonly target: string
  /** What arrived at the readers. */
  readonly records: Summary
  readonly bytes: Summary
}

/** Latency at one offered load, all repeats together. */
export interface LatencyResult {
  readonly target: string
  readonly shape: BatchShape
  readonly acks: '1' | 'all'
  readonly percent: number
  readonly offeredPerSecond: number
  readonly answeredPerSecond: Summary
  /** False where answers did not keep up with the load: latencies then grow with the length of the run. */
  readonly keptUp: boolean
  readonly publish: LatencyFigures
  readonly endToEnd: LatencyFigures
  /** How late the generator itself was. */
  readonly delay: LatencyFigures
}

/** A distribution; percentiles that the samples cannot carry are left out. */
export interface LatencyFigures {
  readonly samples: number
  readonly meanUs: number
  readonly maxUs: number
  readonly percentiles: readonly Percentile[]
}

/** The first target's rate by the second's, run by run. */
export interface RatioResult extends SweepPoint {
  readonly what: 'produce' | 'consume'
  readonly ratio: Interval
  readonly difference: Difference
}

/** See the head of this file. */
export interface ClusterBenchmark {
  readonly version: 1
  readonly command: string
  /** Wall time in ms since the epoch. */
  readonly startedMs: number
  readonly tookMs: number
  readonly wasInterrupted: boolean
  readonly machine: MachineCard
  readonly settings: BenchSettings
  /** The first is what the finding is about. */
  readonly targets: readonly string[]
  readonly throughput: readonly ThroughputResult[]
  readonly tail: readonly TailResult[]
  readonly latency: readonly LatencyResult[]
  readonly ratios: readonly RatioResult[]
  /** Runs that have no figure, and why. */
  readonly failures: readonly string[]
}
