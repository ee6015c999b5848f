/**
 * The points of the throughput sweep. Not every combination: that would take hours and say little. Batch sizes are crossed
 * with who acknowledges, and with the codecs; record sizes, partitions and producers are varied one at a time around a
 * base point, which has the first of each list.
 */

import { recordsPerBatch } from '../load/batch-pool.ts'
import type { BatchShape } from '../load/load-jobs.ts'
import type { BenchSettings } from './cluster-benchmark.ts'

/** One point of a sweep. */
export interface SweepPoint {
  readonly shape: BatchShape
  readonly acks: '1' | 'all'
  readonly partitions: number
  /** Connections that produce. */
  readonly producers: number
}

/** Where record sizes, partitions and producers are varied, among the batch sizes that are asked for. */
const BASE_BATCH_BYTES = 16_384

/** Every point that is asked for. Points whose batches would be the same are left out. */
export function sweepPoints(settings: BenchSettings): readonly SweepPoint[] {
  const { batchBytes, acks, codecs, recordBytes, partitions, producers } = settings
  const base = basePoint(settings)
  const ofShape = (shape: Partial<BatchShape>, others: Partial<SweepPoint> = {}): SweepPoint => {
    return { ...base, ...others, shape: { ...base.shape, ...shape } }
  }
  const points = [
    ...acks.flatMap((ack) => batchBytes.map((bytes) => ofShape({ batchBytes: bytes }, { acks: ack }))),
    ...codecs.slice(1).flatMap((codec) => batchBytes.map((bytes) => ofShape({ codec, batchBytes: bytes }))),
    ...recordBytes.slice(1).map((bytes) => ofShape({ recordBytes: bytes })),
    ...partitions.slice(1).map((count) => ofShape({}, { partitions: count })),
    ...producers.slice(1).map((count) => ofShape({}, { producers: count })),
  ]
  const keys = points.map((point) =>
    JSON.stringify({ ...point, batch: recordsPerBatch(point.shape), shape: keyOf(point) }),
  )
  return points.filter((_, index) => keys.indexOf(keys[index]!) === index)
}

/** The point around which everything is varied: uncompressed where that is the first codec, acknowledged by the last. */
export function basePoint({ batchBytes, acks, codecs, recordBytes, partitions, producers }: BenchSettings): SweepPoint {
  const base = batchBytes.includes(BASE_BATCH_BYTES) ? BASE_BATCH_BYTES : batchBytes.at(-1)!
  return {
    shape: { codec: codecs[0]!, recordBytes: recordBytes[0]!, batchBytes: base },
    acks: acks.at(-1)!,
    partitions: partitions[0]!,
    producers: producers[0]!,
  }
}

/** What is varied at a point beside batch size, codec and acknowledgement, in words; undefined where nothing is. */
export function variationOf(settings: BenchSettings, { shape, partitions, producers }: SweepPoint): string | undefined {
  const base = basePoint(settings)
  if (shape.recordBytes !== base.shape.recordBytes) return `records of ${shape.recordBytes} B`
  if (partitions !== base.partitions) return `partitions: ${partitions}`
  return producers === base.producers ? undefined : `producers: ${producers}`
}

/** The point in words, for whoever waits and for failures. */
export function pointLabel(settings: BenchSettings, point: SweepPoint): string {
  const { shape, acks } = point
  const size = shape.batchBytes === 0 ? 'one record' : `${shape.batchBytes / 1_024} KiB`
  const variation = variationOf(settings, point)
  const codec = shape.codec === 'none' ? 'uncompressed' : shape.codec
  return `${size}, acks=${acks}, ${codec}${variation === undefined ? '' : `, ${variation}`}`
}

/** What of a shape makes a difference beside the number of records. */
function keyOf({ shape: { codec, recordBytes } }: SweepPoint): string {
  return `${codec} ${recordBytes}`
}
