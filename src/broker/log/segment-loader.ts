/**
 * Brings one segment back from its files: trusted as it lies, or recovered batch by batch.
 *
 * Trusted: the indexes are read and checked for sense, only the batches behind the last index entry are looked at.
 * Recovered: every batch is checked (`isBatchWhole`), offsets must follow one another, the segment is cut at the first
 * batch that fails, and the indexes are written anew. An index that makes no sense is rebuilt, never trusted.
 */

import { type BatchHeader, readBatchHeader } from '../../protocol/record-batch.ts'
import type { DiskFile } from '../../world/disk.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'
import { parseOffsetIndex, parseTimeIndex } from './offset-index.ts'
import type { LogRules } from './rules.ts'
import { scanBatches } from './scan.ts'
import type { Segment } from './segment.ts'

export interface SegmentLoad {
  readonly world: World
  readonly rules: LogRules
  readonly segment: Segment
  /** Told of every batch that is looked at, in order. */
  readonly onBatch: (header: BatchHeader) => void
}

/** Recovers a segment; the bytes that were cut off. */
export async function recoverSegment(load: SegmentLoad): Promise<number> {
  const { segment, world, rules } = load
  segment.forgetDerived()
  let epoch = -1
  const end = await walk(load, 0, (bytes, at, batchEnd, position) => {
    const header = readBatchHeader(bytes, at)
    const isNext =
      header.baseOffset === segment.endOffset && header.lastOffset >= header.baseOffset && header.leaderEpoch >= epoch
    epoch = header.leaderEpoch
    if (!isNext || !rules.isBatchWhole(bytes, at, batchEnd, world.codecs)) return false
    segment.account(header, position)
    load.onBatch(header)
    return true
  })
  const surplus = segment.bytes - end
  segment.cut(end)
  return surplus
}

/** Loads a segment that a clean stop or a flush vouches for; the bytes that had to be cut off all the same. */
export async function trustSegment(load: SegmentLoad): Promise<number> {
  const { segment } = load
  if (!(await readIndexes(load))) {
    segment.forgetDerived()
    return walkTail(load, 0, (header, position) => segment.account(header, position))
  }
  return walkTail(load, segment.offsets.lastValue ?? 0, (header) => segment.accountIndexed(header))
}

async function walkTail(
  load: SegmentLoad,
  from: number,
  account: (header: BatchHeader, position: number) => void,
): Promise<number> {
  const { segment } = load
  let expected = from === 0 ? segment.baseOffset : -1
  const end = await walk(load, from, (bytes, at, _end, position) => {
    const header = readBatchHeader(bytes, at)
    if (header.lastOffset < header.baseOffset || (expected >= 0 && header.baseOffset < expected)) return false
    expected = header.lastOffset + 1
    account(header, position)
    load.onBatch(header)
    return true
  })
  const surplus = segment.bytes - end
  segment.cut(end)
  return surplus
}

function walk(
  { world, segment }: SegmentLoad,
  from: number,
  visit: (bytes: Uint8Array, at: number, end: number, position: number) => boolean,
): Promise<number> {
  return promised(world.promises, (done) =>
    scanBatches({ file: segment.file, from, until: segment.bytes, visit }, done),
  )
}

/** False where an index cannot be right. */
async function readIndexes({ world, segment }: SegmentLoad): Promise<boolean> {
  const offsets = parseOffsetIndex(await readFile(world, segment.offsets.file), segment.baseOffset, segment.bytes)
  const times = parseTimeIndex(await readFile(world, segment.times.file), segment.baseOffset, Number.MAX_SAFE_INTEGER)
  if (offsets === undefined || times === undefined) return false
  segment.offsets.restore(offsets.keys, offsets.values)
  segment.times.restore(times.keys, times.values)
  segment.trustTimes()
  return true
}

async function readFile(world: World, file: DiskFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size)
  const count = await promised<number>(world.promises, (done) => file.read(0, bytes, done))
  return bytes.subarray(0, count)
}
