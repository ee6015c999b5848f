/**
 * Brings one segment back from its files: trusted as it lies, or recovered batch by batch.
 *
 * Trusted: the indexes are read and checked for sense, only the batches from the last index entry on are looked at, and
 * indexed where an entry is missing.
 * Recovered: every batch is checked (`isBatchWhole`), offsets must follow one another, the segment is cut at the first
 * batch that fails, and the indexes are derived anew: whatever their files hold that does not follow from the batches is replaced.
 */

import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  batchMagic,
  MAGIC,
  readBatchHeader,
} from '../../protocol/record-batch.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'
import { asDiskError, readFile } from './files.ts'
import { type IndexColumns, parseOffsetIndex, parseTimeIndex } from './offset-index.ts'
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
  const { offsets, times } = await indexesToCheck(world, segment)
  segment.deriveAnew(offsets, times)
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
  segment.derived()
  return cutSurplus(segment, end)
}

/** As `parsedIndexes`; where one cannot be read, that is no worse for a recovery than if it made no sense. */
async function indexesToCheck(world: World, segment: Segment): ReturnType<typeof parsedIndexes> {
  try {
    return await parsedIndexes(world, segment)
  } catch (error) {
    asDiskError(error)
    return { offsets: undefined, times: undefined }
  }
}

/** What became of a segment that was trusted. */
export interface TrustedSegment {
  /** Bytes that had to be cut off all the same. */
  readonly surplus: number
  /** Whether its indexes had to be completed or written anew, which is not durable yet. */
  readonly isReindexed: boolean
}

/** Loads a segment that a clean stop or a flush vouches for. */
export async function trustSegment(load: SegmentLoad): Promise<TrustedSegment> {
  const { segment } = load
  const indexBytes = segment.offsets.bytes + segment.times.bytes
  const isTrue = await readIndexes(load)
  if (!isTrue) segment.deriveAnew(undefined, undefined)
  const surplus = await walkTail(load, segment.offsets.lastValue ?? 0)
  return { surplus, isReindexed: !isTrue || segment.offsets.bytes + segment.times.bytes !== indexBytes }
}

/** Accounts for the batches from `from` on, the batch of the last index entry. */
async function walkTail(load: SegmentLoad, from: number): Promise<number> {
  const { segment } = load
  let expected = segment.baseOffset
  const end = await walk(load, from, (bytes, at, _end, position) => {
    const header = readBatchHeader(bytes, at)
    if (header.lastOffset < header.baseOffset || header.baseOffset < expected) return false
    expected = header.lastOffset + 1
    segment.account(header, position)
    load.onBatch(header)
    return true
  })
  return cutSurplus(segment, end)
}

/** Cuts off what no batch covers; how many bytes that was. */
function cutSurplus(segment: Segment, end: number): number {
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

/** False where an index cannot be right: by itself, or because its last entry does not lead to the batch it names. */
async function readIndexes(load: SegmentLoad): Promise<boolean> {
  const { world, segment } = load
  const { offsets, times } = await parsedIndexes(world, segment)
  if (offsets === undefined || times === undefined) return false
  const first = await readHeader(load, 0)
  const [lastOffset, lastPosition] = [offsets.keys.at(-1), offsets.values.at(-1)]
  if (lastPosition !== undefined && (await readHeader(load, lastPosition))?.lastOffset !== lastOffset) return false
  segment.offsets.restore(offsets.keys, offsets.values)
  segment.times.restore(times.keys, times.values)
  segment.trustIndexes(first)
  return true
}

/** What the files of the indexes read as; undefined where it cannot be right. @throws {DiskError} on a read error. */
async function parsedIndexes(
  world: World,
  { offsets, times, baseOffset, bytes }: Segment,
): Promise<{ readonly offsets: IndexColumns | undefined; readonly times: IndexColumns | undefined }> {
  return {
    offsets: parseOffsetIndex(await readFile(world, offsets.file), baseOffset, bytes),
    times: parseTimeIndex(await readFile(world, times.file), baseOffset, Number.MAX_SAFE_INTEGER),
  }
}

/** The header of the batch at `position`; undefined where none can be. */
async function readHeader({ world, segment }: SegmentLoad, position: number): Promise<BatchHeader | undefined> {
  const bytes = new Uint8Array(BATCH_HEADER_BYTES)
  const count = await promised<number>(world.promises, (done) => segment.file.read(position, bytes, done))
  if (count < BATCH_HEADER_BYTES || batchMagic(bytes, 0) !== MAGIC) return undefined
  const header = readBatchHeader(bytes, 0)
  return header.sizeBytes >= BATCH_HEADER_BYTES && position + header.sizeBytes <= segment.bytes ? header : undefined
}
