/** Figures of a benchmark as people read them: three digits that count, and units. */

import type { BenchSettings } from '../bench/cluster/cluster-benchmark.ts'
import { type SweepPoint, variationOf } from '../bench/cluster/sweep-points.ts'
import { grouped } from './figures.ts'

const MEBIBYTE = 1_024 * 1_024

/** Bytes per second: `731 MiB/s`. */
export function mebibytes(bytesPerSecond: number): string {
  return `${digits(bytesPerSecond / MEBIBYTE)} MiB/s`
}

/** A count per second: `84 200`. */
export function rate(perSecond: number): string {
  const magnitude = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, perSecond))) - 2)
  return grouped(Math.round(perSecond / magnitude) * magnitude)
}

/** Microseconds as milliseconds: `0.41 ms`. */
export function milliseconds(us: number): string {
  return `${digits(us / 1_000)} ms`
}

/** A ratio: `1.48`. */
export function ratioText(ratio: number): string {
  return ratio.toFixed(2)
}

/** Three digits that count. */
export function digits(value: number): string {
  if (value >= 100) return grouped(value)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** The size of a batch: `one record`, `16 KiB`. */
export function sizeName(batchBytes: number): string {
  if (batchBytes === 0) return 'one record'
  if (batchBytes % MEBIBYTE === 0) return `${batchBytes / MEBIBYTE} MiB`
  return batchBytes % 1_024 === 0 ? `${batchBytes / 1_024} KiB` : `${grouped(batchBytes)} B`
}

/** A point of the sweep: `batches of 16 KiB, acks=all, lz4`, and what else is varied there. */
export function pointName(settings: BenchSettings, point: SweepPoint): string {
  const { shape, acks } = point
  const size = shape.batchBytes === 0 ? 'one record a batch' : `batches of ${sizeName(shape.batchBytes)}`
  const variation = variationOf(settings, point)
  const others = [...(shape.codec === 'none' ? [] : [shape.codec]), ...(variation === undefined ? [] : [variation])]
  return [`${size}, acks=${acks}`, ...others].join(', ')
}
