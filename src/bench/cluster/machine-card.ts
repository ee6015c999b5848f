/** The machine that figures were measured on, as far as it bears on them. */

import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import type { DiskProbe, MachineCard } from './cluster-benchmark.ts'

/** Of one minute, now. */
export function loadAverage(): number {
  return loadavg()[0] ?? 0
}

/** The card, once the last run is over; `loadBefore` is from before the first. */
export function machineCard(loadBefore: number, disk: DiskProbe): MachineCard {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return {
    machine: `${model}, ${availableParallelism()} cores, ${platform()} ${release()}`,
    ...{ memoryBytes: totalmem(), node: process.version, disk },
    ...{ loadBefore, loadAfter: loadAverage() },
  }
}
