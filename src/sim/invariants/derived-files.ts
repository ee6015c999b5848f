/** What the files derived from a log must hold, recomputed from its batches; part of S20. */

import type { BatchHeader } from '../../protocol/record-batch.ts'
import { decodeUtf8 } from '../../protocol/utf8.ts'
import { simCodecs } from '../devices/sim-codecs.ts'
import type { DiskView } from './disk-view.ts'
import { firstBatchFrom, type GhostBatch, type GhostPartition } from './ghost.ts'
import type { DiskSegment } from './log-files.ts'
import { lastSequenceOf } from './producers.ts'

function fileOf(disk: DiskView, partition: string, offset: number, kind: string): DataView | undefined {
  const bytes = disk.read(partition, `${String(offset).padStart(20, '0')}.${kind}`)
  if (bytes === undefined) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Every entry: the position at which a batch starts, under that batch's last offset; strictly rising. */
export function indexProblem(disk: DiskView, partition: string, segment: DiskSegment): string | undefined {
  const view = fileOf(disk, partition, segment.baseOffset, 'index')
  if (view === undefined) return undefined
  if (view.byteLength % 8 !== 0) return `the offset index of segment ${segment.baseOffset} has ${view.byteLength} bytes`
  let last = -1
  for (let at = 0; at < view.byteLength; at += 8) {
    const offset = segment.baseOffset + view.getInt32(at)
    const position = view.getInt32(at + 4)
    const batch = segment.batches.find((candidate) => candidate.position === position)
    if (batch?.header.lastOffset !== offset || offset <= last) {
      return `the offset index of segment ${segment.baseOffset} says that offset ${offset} ends the batch at ${position}`
    }
    last = offset
  }
  return undefined
}

/** Every entry: the largest timestamp so far, under the last offset of its batch; timestamps strictly rising. */
export function timeIndexProblem(disk: DiskView, partition: string, segment: DiskSegment): string | undefined {
  const view = fileOf(disk, partition, segment.baseOffset, 'timeindex')
  if (view === undefined) return undefined
  if (view.byteLength % 12 !== 0) return `the time index of segment ${segment.baseOffset} has ${view.byteLength} bytes`
  let last = -1
  for (let at = 0; at < view.byteLength; at += 12) {
    const timestamp = int64At(view, at)
    const offset = segment.baseOffset + view.getInt32(at + 8)
    const index = segment.batches.findIndex(({ header }) => header.lastOffset === offset)
    const isFirst = segment.batches.slice(0, Math.max(index, 0)).every(({ header }) => header.maxTimestamp < timestamp)
    if (index < 0 || segment.batches[index]!.header.maxTimestamp !== timestamp || !isFirst || timestamp <= last) {
      return `the time index of segment ${segment.baseOffset} says that ${timestamp} is first reached at ${offset}`
    }
    last = timestamp
  }
  return undefined
}

/** Every snapshot: each producer's last batch below its offset. Producers that expired may be absent. */
export function snapshotProblem(disk: DiskView, ghost: GhostPartition): string | undefined {
  for (const { offset, name } of disk.numbered(ghost.name, 'snapshot', ghost.verifiedFrom)) {
    const problem = oneSnapshotProblem(disk.read(ghost.name, name)!, ghost, offset)
    if (problem !== undefined) return `the producer snapshot at ${offset} ${problem}`
  }
  return undefined
}

function oneSnapshotProblem(bytes: Uint8Array, ghost: GhostPartition, offset: number): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 10 || view.getUint32(2) !== simCodecs.crc32c(bytes, 6, bytes.length)) return 'is not whole'
  if (offset > ghost.endOffset) return `lies above the end ${ghost.endOffset}`
  const found = new Set<number>()
  for (let at = 10; at < bytes.length; at += 46) {
    const producerId = int64At(view, at)
    const expected = lastBelow(ghost.headersOf.get(producerId), offset)
    found.add(producerId)
    const epoch = view.getInt16(at + 8)
    const lastSequence = view.getInt32(at + 10)
    const lastOffset = int64At(view, at + 14)
    if (
      expected?.producerEpoch !== epoch ||
      expected.lastOffset !== lastOffset ||
      lastSequenceOf(expected) !== lastSequence
    ) {
      return `says epoch ${epoch}, sequence ${lastSequence} at ${lastOffset} of producer ${producerId}`
    }
  }
  for (const [producerId, headers] of ghost.headersOf) {
    const last = found.has(producerId) ? undefined : lastBelow(headers, offset)
    if (last !== undefined && last.lastOffset >= ghost.startOffset) return `has nothing of producer ${producerId}`
  }
  return undefined
}

/** The last of a producer's batches that begins below the offset. */
function lastBelow(headers: readonly BatchHeader[] | undefined, offset: number): BatchHeader | undefined {
  return headers?.findLast(({ baseOffset }) => baseOffset < offset)
}

/**
 * Every entry of the checkpoint: an epoch and the offset of its first batch, or, where the log's start has passed that
 * batch, any offset between the two: the start may have moved again since the checkpoint was written. None begins below
 * the start that the last whole flush, or the load, knew of: its epoch is over. Every epoch of flushed records has an entry.
 */
export function epochCheckpointProblem(disk: DiskView, ghost: GhostPartition): string | undefined {
  const bytes = disk.read(ghost.name, 'leader-epoch-checkpoint')
  if (bytes === undefined) return undefined
  const text = decodeUtf8(bytes, 0, bytes.length)
  if (text === undefined) return 'the leader-epoch checkpoint is not a text'
  const noted = new Set<number>()
  const begins = epochBegins(ghost.batches)
  for (const line of text.trimEnd().split('\n').slice(2)) {
    const [epoch, startOffset] = line.split(' ').map(Number)
    // An entry of what a truncation is cutting off, or of what a log had before it began anew: it goes before anything is
    // appended there, and a start drops it.
    if (ghost.isCut && (startOffset! >= ghost.endOffset || ghost.batches.length === 0)) continue
    const first = begins.get(epoch!)
    const highest = first === undefined ? -1 : Math.max(first, Math.min(ghost.startOffset, ghost.endOffset))
    if (first === undefined || startOffset! < first || startOffset! > highest) {
      return `the leader-epoch checkpoint says that epoch ${epoch} begins at ${startOffset}`
    }
    if (startOffset! < ghost.epochsFrom) {
      return `the leader-epoch checkpoint has epoch ${epoch} from ${startOffset} on, and the log has begun at ${ghost.epochsFrom} for a whole flush`
    }
    noted.add(epoch!)
  }
  return missingEpochProblem(ghost, noted)
}

function missingEpochProblem(
  { batches, startOffset, flushedEnd }: GhostPartition,
  noted: ReadonlySet<number>,
): string | undefined {
  let last: number | undefined
  for (let index = firstBatchFrom(batches, startOffset); index < batches.length; index++) {
    const { leaderEpoch, baseOffset, lastOffset } = batches[index]!.header
    if (lastOffset >= flushedEnd) return undefined
    if (baseOffset < startOffset || leaderEpoch === last) continue
    if (!noted.has(leaderEpoch)) {
      return `the leader-epoch checkpoint has no epoch ${leaderEpoch}, of which offset ${baseOffset} is flushed`
    }
    last = leaderEpoch
  }
  return undefined
}

/** Where the first batch of each epoch begins. */
function epochBegins(batches: readonly GhostBatch[]): ReadonlyMap<number, number> {
  const begins = new Map<number, number>()
  let last: number | undefined
  for (const { header } of batches) {
    const { leaderEpoch, baseOffset } = header
    if (leaderEpoch === last) continue
    last = leaderEpoch
    if (!begins.has(leaderEpoch)) begins.set(leaderEpoch, baseOffset)
  }
  return begins
}

/** The big-endian int64 at `at`; none of those that are looked at here is beyond 2^53. */
function int64At(view: DataView, at: number): number {
  return view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4)
}
