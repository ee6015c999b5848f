/**
 * Reads a partition's directory off the simulated disk, on its own: not with the code of the broker's log, which is what
 * is being judged.
 */

import { BATCH_HEADER_BYTES, type BatchHeader, batchBytes, readBatchHeader } from '../../protocol/record-batch.ts'
import { checkBatchFrame } from '../../protocol/record-batch-validation.ts'
import { simCodecs } from '../devices/sim-codecs.ts'
import type { Judged } from './invariant.ts'

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

/** Names of partition directories that lie on the disk now, in order. */
export function partitionsOnDisk(judged: Pick<Judged, 'files'>): string[] {
  const names = new Set<string>()
  for (const path of judged.files()) {
    const [directory, name] = path.split('/')
    if (name?.endsWith('.log') && !directory!.endsWith('-stray')) names.add(directory!)
  }
  return [...names]
}

/** The segments of a partition, ascending. */
export function segmentsOnDisk(judged: Pick<Judged, 'files' | 'peek'>, partition: string): DiskSegment[] {
  const prefix = `${partition}/`
  return judged
    .files()
    .filter((path) => path.startsWith(prefix) && path.endsWith('.log'))
    .map((path) => readSegment(Number(path.slice(prefix.length, -4)), judged.peek(path)))
    .sort((a, b) => a.baseOffset - b.baseOffset)
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

/** The batches of a partition in `[from, to)`. */
export function readBatches(
  judged: Pick<Judged, 'files' | 'peek'>,
  partition: string,
  from: number,
  to: number,
): Uint8Array[] {
  return segmentsOnDisk(judged, partition)
    .flatMap(({ batches }) => batches)
    .filter(({ header }) => header.baseOffset >= from && header.lastOffset < to)
    .map(({ bytes }) => bytes)
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
