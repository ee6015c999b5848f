/**
 * What a log should be: an array of batches, as they were appended, and where it starts. Everything a log derives from
 * its batches (indexes, leader epochs, producer state, look-ups) is computed here the slow way.
 */

import { expect } from 'vitest'
import { parseOffsetIndex, parseTimeIndex } from '../../src/broker/log/offset-index.ts'
import type { PartitionLog } from '../../src/broker/log/partition-log.ts'
import type { ProducerEntry } from '../../src/broker/log/producer-state.ts'
import type { Segment } from '../../src/broker/log/segment.ts'
import { type BatchHeader, nextSequence, readBatchHeader } from '../../src/protocol/record-batch.ts'
import { walkRecords } from '../../src/protocol/records.ts'

export interface ModelBatch {
  readonly bytes: Uint8Array
  readonly header: BatchHeader
}

export interface ModelRecord {
  readonly offset: number
  readonly timestamp: number
}

export class LogModel {
  /** Every batch that is in the log, and those below the start that were not cut off with anything else. */
  batches: ModelBatch[] = []
  start = 0
  end = 0
  /** The log was emptied as a whole: producers may be remembered whose batches are gone. */
  wasEmptied = false

  append(bytes: Uint8Array): void {
    const batch = { bytes: bytes.slice(), header: readBatchHeader(bytes, 0) }
    expect(batch.header.baseOffset).toBe(this.end)
    this.batches.push(batch)
    this.end = batch.header.lastOffset + 1
  }

  /** The largest boundary at or below `offset`, the start being one. */
  boundaryAtOrBelow(offset: number): number {
    const cut = this.batches.find(({ header }) => header.lastOffset >= offset)
    return Math.max(cut?.header.baseOffset ?? this.end, this.start)
  }

  /** Nothing at or above `end` is left; `start` may lie above it all. */
  cutTo(start: number, end: number): void {
    this.batches = this.batches.filter(({ header }) => header.lastOffset < end)
    const left = (this.batches.at(-1)?.header.lastOffset ?? -1) + 1
    if (left !== end) {
      this.batches = []
      this.wasEmptied = true
    }
    this.start = start
    this.end = end
  }

  isBoundary(offset: number): boolean {
    return offset === this.end || offset === this.start || this.boundaryAtOrBelow(offset) === offset
  }

  /** The records that are in the log. */
  records(): ModelRecord[] {
    const records: ModelRecord[] = []
    for (const { bytes } of this.batches) {
      walkRecords(bytes, 0, ({ offset, timestamp }) => {
        if (offset >= this.start) records.push({ offset, timestamp })
      })
    }
    return records
  }

  /** The first record with at least this timestamp. */
  find(timestamp: number): ModelRecord | undefined {
    return this.records().find((record) => record.timestamp >= timestamp)
  }

  /** What a read must give: whole batches of the segment that holds the offset. */
  read(
    segments: readonly Segment[],
    read: { offset: number; upTo: number; maxBytes: number; atLeastOne: boolean },
  ): Uint8Array {
    const segment = segments.findLast(({ baseOffset }) => baseOffset <= read.offset)!
    const parts: Uint8Array[] = []
    let bytes = 0
    for (const batch of this.batches) {
      const { baseOffset, lastOffset } = batch.header
      if (lastOffset < read.offset) continue
      if (baseOffset >= segment.endOffset || lastOffset >= read.upTo) break
      const isForced = parts.length === 0 && read.atLeastOne
      if (bytes + batch.bytes.length > read.maxBytes && !isForced) break
      parts.push(batch.bytes)
      bytes += batch.bytes.length
    }
    return joined(parts)
  }

  /** Batches of a producer's latest epoch, oldest first. */
  batchesOf(producerId: number): BatchHeader[] {
    const headers = this.batches.map(({ header }) => header).filter((header) => header.producerId === producerId)
    const otherEpoch = headers.findLastIndex(({ producerEpoch }) => producerEpoch !== headers.at(-1)!.producerEpoch)
    return headers.slice(otherEpoch + 1)
  }

  /** Everything that a log holds and derives is what the batches say. */
  verify(log: PartitionLog, peek: (path: string) => Uint8Array): void {
    expect(log.startOffset, 'start').toBe(this.start)
    expect(log.endOffset, 'end').toBe(this.end)
    expect(log.flushedEnd).toBeLessThanOrEqual(this.end)
    expect(log.recoveryPoint).toBeLessThanOrEqual(log.flushedEnd)
    this.#verifySegments(log, peek)
    this.#verifyEpochs(log)
    this.#verifyProducers(log)
  }

  #verifySegments(log: PartitionLog, peek: (path: string) => Uint8Array): void {
    let next = log.segments[0]!.baseOffset
    expect(next, 'first base offset').toBeLessThanOrEqual(this.start)
    for (const segment of log.segments) {
      expect(segment.baseOffset, 'base offset').toBe(next)
      next = segment.endOffset
      const batches = this.batches.filter(
        ({ header }) => header.baseOffset >= segment.baseOffset && header.baseOffset < segment.endOffset,
      )
      expectBytes(peek(segment.file.path), joined(batches.map(({ bytes }) => bytes)), segment.file.path)
      if (batches.length > 1) expect(segment.bytes, 'segment bytes').toBeLessThanOrEqual(log.config.segmentBytes)
      expect(segment.firstTimestamp).toBe(batches[0]?.header.maxTimestamp)
      verifyIndexes(segment, batches, log.config.indexIntervalBytes)
      const indexBytes = peek(segment.offsets.file.path)
      const timeBytes = peek(segment.times.file.path)
      const times = parseTimeIndex(timeBytes, segment.baseOffset, segment.endOffset)
      expect(parseOffsetIndex(indexBytes, segment.baseOffset, segment.bytes)).toEqual(columns(segment.offsets))
      expect(times).toEqual(columns(segment.times))
    }
    expect(next, 'end of the last segment').toBe(this.end)
  }

  #verifyEpochs(log: PartitionLog): void {
    const expected: { epoch: number; startOffset: number }[] = []
    for (const { header } of this.batches) {
      if (header.lastOffset < this.start || header.leaderEpoch === expected.at(-1)?.epoch) continue
      expected.push({ epoch: header.leaderEpoch, startOffset: Math.max(header.baseOffset, this.start) })
    }
    // An epoch that has no record left may or may not be remembered.
    const entries = log.epochs.entries.filter(
      ({ startOffset }, index, all) => startOffset < (all[index + 1]?.startOffset ?? this.end),
    )
    expect(entries, 'leader epochs').toEqual(expected)
  }

  #verifyProducers(log: PartitionLog): void {
    const known = new Map(log.producers.entries().map((entry) => [entry.producerId, entry]))
    for (const producerId of new Set(this.batches.map(({ header }) => header.producerId))) {
      if (producerId < 0) continue
      const batches = this.batchesOf(producerId)
      const entry = known.get(producerId)
      known.delete(producerId)
      // What was deleted with its last batch may be forgotten.
      if (entry === undefined && batches.at(-1)!.lastOffset < this.start) continue
      expect(entry, `producer ${producerId}`).toBeDefined()
      verifyProducer(entry!, batches)
    }
    if (!this.wasEmptied) expect([...known.keys()], 'producers of batches that are gone').toEqual([])
  }
}

/** A producer is remembered with its last batches, all five or (after a restart) fewer. */
function verifyProducer(entry: ProducerEntry, batches: readonly BatchHeader[]): void {
  const expected = batches.slice(-5).map((header) => ({
    firstSequence: header.baseSequence,
    lastSequence: nextSequence(header.baseSequence, header.lastOffset - header.baseOffset),
    lastOffset: header.lastOffset,
    offsetDelta: header.lastOffset - header.baseOffset,
    timestamp: header.maxTimestamp,
  }))
  expect(entry.epoch).toBe(batches.at(-1)!.producerEpoch)
  expect(entry.batches.length).toBeGreaterThan(0)
  expect(entry.batches, `batches of producer ${entry.producerId}`).toEqual(expected.slice(-entry.batches.length))
}

function verifyIndexes(segment: Segment, batches: readonly ModelBatch[], intervalBytes: number): void {
  const offsets: { keys: number[]; values: number[] } = { keys: [], values: [] }
  const due: number[] = []
  const maxima = new Map<number, number>()
  let [position, max] = [0, -1]
  for (const { bytes, header } of batches) {
    if (header.maxTimestamp > max) maxima.set(header.maxTimestamp, header.lastOffset)
    max = Math.max(max, header.maxTimestamp)
    if (position - (offsets.values.at(-1) ?? 0) > intervalBytes) {
      offsets.keys.push(header.lastOffset)
      offsets.values.push(position)
      if (max >= 0) due.push(max)
    }
    position += bytes.length
  }
  expect(columns(segment.offsets), `index of segment ${segment.baseOffset}`).toEqual(offsets)
  const times = columns(segment.times)
  // With each offset an entry for the largest timestamp so far; more where the segment was closed, each true.
  for (const timestamp of due) expect(times.keys, 'time index').toContain(timestamp)
  for (const [index, timestamp] of times.keys.entries()) {
    expect(times.values[index], `offset of timestamp ${timestamp}`).toBe(maxima.get(timestamp))
  }
  expect(segment.maxTimestamp).toBe(max)
  if (max >= 0) expect(segment.maxTimestampOffset).toBe(maxima.get(max))
}

function columns(index: Segment['offsets']): { keys: number[]; values: number[] } {
  const entries = Array.from({ length: index.entries }, (_, entry) => entry)
  return { keys: entries.map((entry) => index.keyAt(entry)!), values: entries.map((entry) => index.valueAt(entry)!) }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Like `toEqual`, without printing or walking long arrays. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  const differs = expected.findIndex((byte, index) => actual[index] !== byte)
  expect({ what, bytes: actual.length, differsAt: differs }).toEqual({ what, bytes: expected.length, differsAt: -1 })
}
