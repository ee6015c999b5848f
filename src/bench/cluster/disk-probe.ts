/** What a sync costs on the disk that a benchmark writes to. */

import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Histogram } from '../figures/histogram.ts'
import type { DiskProbe } from './cluster-benchmark.ts'

const BYTES = 4_096
const US_PER_MS = 1_000
const MEDIAN = 5_000
const P95 = 9_500

/** Appends and syncs so many times in `directory`, for a second at most, and takes the file away again. */
export function probeDisk(directory: string, syncsMax = 50): DiskProbe {
  const path = join(directory, 'sync-probe')
  const file = openSync(path, 'w')
  const histogram = new Histogram()
  const untilMs = performance.now() + 1_000
  const bytes = new Uint8Array(BYTES).fill(0x5a)
  for (let syncs = 0; syncs < syncsMax && (syncs === 0 || performance.now() < untilMs); syncs++) {
    writeSync(file, bytes)
    const beforeMs = performance.now()
    fdatasyncSync(file)
    histogram.record(Math.round((performance.now() - beforeMs) * US_PER_MS))
  }
  closeSync(file)
  rmSync(path)
  return { syncs: histogram.count, medianUs: histogram.valueAt(MEDIAN), p95Us: histogram.valueAt(P95) }
}
