/** What a benchmark does where nothing else is asked for, and the short form for tests. */

import type { BenchSettings } from './cluster-benchmark.ts'

const KIB = 1_024

/** About ten minutes a target. */
export const usualSettings: BenchSettings = {
  batchBytes: [0, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, KIB * KIB],
  tailBatchBytes: [0, 16 * KIB, 256 * KIB],
  acks: ['1', 'all'],
  codecs: ['none', 'lz4', 'zstd', 'snappy', 'gzip'],
  recordBytes: [1_000, 100, 10_000],
  partitions: [4, 1, 16],
  producers: [4, 1, 16],
  inFlight: 5,
  repeats: 5,
  rehearses: true,
  warmUpMs: 300,
  measureMs: 1_000,
  bytesMax: 512 * KIB * KIB,
  loadPercents: [10, 25, 50, 70, 80, 90, 100],
  loadMs: 2_000,
  floor: true,
}

/** A few seconds: shows that everything works; its figures say little. */
export const quickSettings: BenchSettings = {
  ...usualSettings,
  batchBytes: [0, 16 * KIB],
  tailBatchBytes: [16 * KIB],
  acks: ['all'],
  codecs: ['none', 'lz4'],
  recordBytes: [1_000],
  partitions: [4],
  producers: [4],
  repeats: 2,
  rehearses: false,
  warmUpMs: 50,
  measureMs: 100,
  bytesMax: 32 * KIB * KIB,
  loadPercents: [50],
  loadMs: 250,
}
