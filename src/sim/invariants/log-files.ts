/**
 * Reads a partition's directory off the simulated disk, on its own: not with the code of the broker's log, which is what
 * is being judged.
 */

import { BATCH_HEADER_BYTES, type BatchHeader, batchBytes, readBatchHeader } from '../../protocol/record-batch.ts'
import { checkBatchFrame } from '../../protocol/record-batch-validation.ts'
import { simCodecs } from '../devices/sim-codecs.ts'
import type { DiskView } from './disk-view.ts'

export interface DiskBatch {
  readonly header: BatchHeader
  /** Where it starts in its segment. */
  readonly position: number
  readonly bytes: Uint8Array
}

export interface DiskSegment {
  readonly baseOffset: number
  readonly batches: readonly DiskBatch[]
  /** Bytes behind the last whole batch. */
  readonly garbageBytes: number
}

/** Names of partition directories, in order. */
export function partitionsOn(disk: DiskView): string[] {
  return disk
    .directories()
    .filter((name) => !name.endsWith('-stray') && disk.filesIn(name).some((file) => file.endsWith('.log')))
}

/** The segments of a partition from a base offset on, ascending. */
export function segmentsOn(disk: DiskView, partition: string, from = 0): DiskSegment[] {
  return disk
    .numbered(partition, 'log', from)
    .map(({ offset, name }) => readSegment(offset, disk.read(partition, name)!))
}

function readSegment(baseOffset: number, bytes: Uint8Array): DiskSegment {
  const batches: DiskBatch[] = []
  let at = 0
  while (at + BATCH_HEADER_BYTES <= bytes.length) {
    if (checkBatchFrame(bytes, at, bytes.length, simCodecs.crc32c) !== undefined) break
    const end = at + batchBytes(bytes, at)
    batches.push({ header: readBatchHeader(bytes, at), position: at, bytes: bytes.subarray(at, end) })
    at = end
  }
  return { baseOffset, batches, garbageBytes: bytes.length - at }
}

/** The ends, exclusive, of the metadata snapshots there are under their whole names. */
export function snapshotEndsOn(disk: DiskView): number[] {
  return disk
    .filesIn('__cluster_metadata-0')
    .filter((name) => /^\d{20}-\d{10}\.checkpoint$/.test(name))
    .map((name) => Number(name.slice(0, name.indexOf('-'))))
}

/** The batches of a partition in `[from, to)`. */
export function readBatches(disk: DiskView, partition: string, from: number, to: number): Uint8Array[] {
  return segmentsOn(disk, partition)
    .flatMap(({ batches }) => batches)
    .filter(({ header }) => header.baseOffset >= from && header.lastOffset < to)
    .map(({ bytes }) => bytes)
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
