/**
 * Reading a log: whole batches from an offset on, and offsets by time.
 *
 * A read is one positional read from the place the index knows, cut at batch boundaries; a second one only where the
 * first batch alone is larger than the limit and must be returned all the same (KIP-74).
 */

import {
  BATCH_HEADER_BYTES,
  batchBaseOffset,
  batchBytes,
  batchLastOffset,
  batchMaxTimestamp,
} from '../../protocol/record-batch.ts'
import { type Decompressor, decompressBatch } from '../../protocol/record-batch-compression.ts'
import { RecordCursor } from '../../protocol/records.ts'
import type { BufferPool } from '../../world/buffer-pool.ts'
import type { DiskError } from '../../world/disk.ts'
import type { LogRules } from './rules.ts'
import { scanBatches } from './scan.ts'
import type { Segment } from './segment.ts'

const nothing = new Uint8Array(0)

export interface LogRead {
  /** The first offset wanted; the batch that holds it is returned whole. */
  readonly offset: number
  /** No batch that reaches past this offset (exclusive) is returned. */
  readonly upTo: number
  readonly maxBytes: number
  /** Return the first batch even where it is larger than `maxBytes`. */
  readonly atLeastOne: boolean
  /** Where the buffer comes from in which batches are returned; the reader may give it back. Default: a fresh one. */
  readonly buffers?: BufferPool
}

export type ReadDone = (error: DiskError | undefined, batches: Uint8Array) => void

/** Reads from the segment that holds the offset; the batches returned lie in it one behind the other. */
export function readLog(rules: LogRules, segments: readonly Segment[], read: LogRead, done: ReadDone): void {
  const segment = segmentOf(segments, read.offset)
  const { from, until } = segment.positionOf(read.offset)
  const slack = until - from + BATCH_HEADER_BYTES
  const bytes = Math.min(read.maxBytes + slack, segment.bytes - from)
  readAt({ rules, segment }, from, bytes, read, done)
}

interface Place {
  readonly rules: LogRules
  readonly segment: Segment
}

function readAt(place: Place, from: number, bytes: number, asked: LogRead, done: ReadDone): void {
  const { rules, segment } = place
  const buffer = asked.buffers?.take(bytes) ?? new Uint8Array(bytes)
  segment.file.read(from, buffer, (error, count) => {
    if (error !== undefined) return done(error, nothing)
    const read = { ...asked, upTo: rules.shownEnd(asked.upTo, segment.endOffset) }
    const start = skipTo(buffer, count, read.offset)
    const end = cutAt(buffer, start, count, read)
    if (end > start) return done(undefined, buffer.subarray(start, end))
    const size = start + BATCH_HEADER_BYTES <= count ? batchBytes(buffer, start) : 0
    const isShown = size >= BATCH_HEADER_BYTES && batchLastOffset(buffer, start) < read.upTo
    asked.buffers?.give(buffer)
    if (!isShown || start + size <= count || from + start + size > segment.bytes) return done(undefined, nothing)
    if (!read.atLeastOne && size > read.maxBytes) return done(undefined, nothing)
    readAt(place, from + start, size, { ...read, atLeastOne: true }, done)
  })
}

/** Where the first batch that ends at or after `offset` starts. */
function skipTo(buffer: Uint8Array, count: number, offset: number): number {
  let at = 0
  while (at + BATCH_HEADER_BYTES <= count && batchLastOffset(buffer, at) < offset) {
    const size = batchBytes(buffer, at)
    // Not a batch: the disk has changed what was written, in the index or here.
    if (size < BATCH_HEADER_BYTES) return count
    at += size
  }
  return at
}

/** Where the last batch ends that is whole, below `upTo` and within the limit. */
function cutAt(buffer: Uint8Array, start: number, count: number, read: LogRead): number {
  let at = start
  while (at + BATCH_HEADER_BYTES <= count && batchLastOffset(buffer, at) < read.upTo) {
    const size = batchBytes(buffer, at)
    const end = at + size
    const isFirst = at === start && read.atLeastOne
    if (size < BATCH_HEADER_BYTES || end > count || (end - start > read.maxBytes && !isFirst)) break
    at = end
  }
  return at
}

export interface TimestampedOffset {
  readonly offset: number
  readonly timestamp: number
}

export type FindDone = (error: DiskError | undefined, found: TimestampedOffset | undefined) => void

/** What is looked for by time: the first record from an offset on with at least this timestamp. */
export interface TimeSearch {
  readonly fromOffset: number
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number
  readonly codecs: Decompressor
}

/**
 * The first record at or after `fromOffset`, in the order of the segments, whose timestamp is at least `timestamp`;
 * undefined where there is none. Segments that end at or below `fromOffset`, or are too old as a whole, are not read.
 */
export function findByTime(segments: readonly Segment[], search: TimeSearch, done: FindDone): void {
  const { fromOffset, timestamp } = search
  const [segment, ...later] = segments.filter(
    ({ endOffset, maxTimestamp }) => endOffset > fromOffset && maxTimestamp >= timestamp,
  )
  if (segment === undefined) return done(undefined, undefined)
  findInSegment(segment, search, (error, found) => {
    // Its newest record may lie below `fromOffset`.
    if (error === undefined && found === undefined) findByTime(later, search, done)
    else done(error, found)
  })
}

function findInSegment(segment: Segment, search: TimeSearch, done: FindDone): void {
  const { fromOffset, timestamp } = search
  let found: TimestampedOffset | undefined
  const startAt = segment.positionOf(Math.max(fromOffset, segment.offsetBeforeTime(timestamp))).from
  scanBatches(
    {
      file: segment.file,
      from: startAt,
      until: segment.bytes,
      visit: (bytes, at) => {
        if (batchMaxTimestamp(bytes, at) >= timestamp) found = findInBatch(bytes, at, search)
        return found === undefined
      },
    },
    (error) => done(error, found),
  )
}

/** Where records cannot be read (they are damaged), the answer is as early as the batch allows. */
function findInBatch(
  bytes: Uint8Array,
  at: number,
  { fromOffset, timestamp, codecs }: TimeSearch,
): TimestampedOffset | undefined {
  const plain = decompressBatch(bytes, at, codecs)
  // A cursor over a batch that is still compressed stops at once and says so.
  const cursor = plain instanceof Uint8Array ? new RecordCursor(plain, 0) : new RecordCursor(bytes, at)
  while (cursor.next()) {
    if (cursor.timestamp >= timestamp && cursor.offset >= fromOffset) {
      return { offset: cursor.offset, timestamp: cursor.timestamp }
    }
  }
  if (cursor.problem === undefined || batchLastOffset(bytes, at) < fromOffset) return undefined
  return { offset: Math.max(batchBaseOffset(bytes, at), fromOffset), timestamp: batchMaxTimestamp(bytes, at) }
}

/**
 * The first record with the largest timestamp of what lies at or above `startOffset`; undefined where there is none. What a
 * segment knows of its largest timestamp may speak of records below a start in its middle: such a one is read through.
 */
export function findMaxTimestamp(
  segments: readonly Segment[],
  startOffset: number,
  codecs: Decompressor,
  done: FindDone,
): void {
  const live = segments.filter(({ endOffset }) => endOffset > startOffset)
  const [first, ...later] = live
  if (first === undefined) return done(undefined, undefined)
  if (first.baseOffset >= startOffset) return findLargest(live, startOffset, codecs, done)
  findMaxInSegment(first, startOffset, codecs, (error, inFirst) => {
    if (error !== undefined) return done(error, undefined)
    findLargest(later, startOffset, codecs, (failed, inLater) => {
      const isLater = inLater !== undefined && (inFirst === undefined || inLater.timestamp > inFirst.timestamp)
      done(failed, isLater ? inLater : inFirst)
    })
  })
}

/** As `findMaxTimestamp`, in segments that lie wholly above the start. */
function findLargest(segments: readonly Segment[], fromOffset: number, codecs: Decompressor, done: FindDone): void {
  const timestamp = segments.reduce((max, { maxTimestamp }) => Math.max(max, maxTimestamp), -1)
  if (timestamp < 0) return done(undefined, undefined)
  findByTime(segments, { fromOffset, timestamp, codecs }, done)
}

function findMaxInSegment(segment: Segment, fromOffset: number, codecs: Decompressor, done: FindDone): void {
  let found: TimestampedOffset | undefined
  scanBatches(
    {
      file: segment.file,
      from: segment.positionOf(fromOffset).from,
      until: segment.bytes,
      visit: (bytes, at) => {
        if (batchLastOffset(bytes, at) < fromOffset || batchMaxTimestamp(bytes, at) <= (found?.timestamp ?? -1))
          return true
        found = maxInBatch(bytes, at, fromOffset, codecs, found)
        return true
      },
    },
    (error) => done(error, found),
  )
}

/** Records that cannot be read (they are damaged) are passed over. */
function maxInBatch(
  bytes: Uint8Array,
  at: number,
  fromOffset: number,
  codecs: Decompressor,
  known: TimestampedOffset | undefined,
): TimestampedOffset | undefined {
  const plain = decompressBatch(bytes, at, codecs)
  const cursor = plain instanceof Uint8Array ? new RecordCursor(plain, 0) : new RecordCursor(bytes, at)
  let found = known
  while (cursor.next()) {
    const { offset, timestamp } = cursor
    if (offset >= fromOffset && timestamp > (found?.timestamp ?? -1)) found = { offset, timestamp }
  }
  return found
}

/** The segment that holds `offset`, or would; `segments` ascend. */
function segmentOf(segments: readonly Segment[], offset: number): Segment {
  let low = 0
  let high = segments.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (segments[middle]!.baseOffset <= offset) low = middle
    else high = middle - 1
  }
  return segments[low]!
}
