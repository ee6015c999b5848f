/**
 * Loads the log of a partition at the start of a life, and recovers it where the life before did not end cleanly.
 *
 * After a clean stop everything is trusted. Otherwise every segment that reaches past the recovery point (below which
 * everything was flushed) is recovered; at the first batch that is not whole, or a segment that does not begin where the
 * one before ends, the log ends: the rest is cut off and removed, and that is made durable before anything is appended,
 * lest a later crash bring it back. What a loaded log holds is durable to its end.
 *
 * Producer state: the newest whole snapshot, then the batches behind it. Leader epochs: the checkpoint, then the
 * batches that were recovered. Source: Kafka's `LogLoader`, `ProducerStateManager`.
 */

import { type BatchHeader, readBatchHeader } from '../../protocol/record-batch.ts'
import { promised } from '../../world/promises.ts'
import { type EpochEntry, encodeEpochCheckpoint, parseEpochCheckpoint } from './checkpoint-text.ts'
import { isLeftover, joinPath, parseOffsetFileName, readWhole, replaceFile } from './files.ts'
import { LeaderEpochs } from './leader-epochs.ts'
import { type LogParts, PartitionLog } from './partition-log.ts'
import { syncTopicId } from './partition-metadata.ts'
import { ProducerState } from './producer-state.ts'
import { scanBatches } from './scan.ts'
import { Segment } from './segment.ts'
import { recoverSegment, trustSegment } from './segment-loader.ts'
import { listSnapshots, readSnapshot, removeSnapshot, syncDirectory, syncFile } from './snapshot-files.ts'

export interface LoadOptions
  extends Pick<LogParts, 'world' | 'observer' | 'rules' | 'directory' | 'config' | 'onFailed'> {
  /** Records below were flushed, as far as checkpoints know. */
  readonly recoveryPoint: number
  /** The start offset by the last checkpoint; 0 where there is none. */
  readonly startOffset: number
  /** Whether the life before ended cleanly. */
  readonly isClean: boolean
}

/** @throws {DiskError} where a file cannot be read or synced. */
export async function loadLog(options: LoadOptions): Promise<PartitionLog> {
  return new LogLoader(options).load()
}

class LogLoader {
  readonly #options: LoadOptions
  readonly #segments: Segment[] = []
  readonly #recovered: Segment[] = []
  readonly #foundEpochs: EpochEntry[] = []
  #recoveredFrom = Number.MAX_SAFE_INTEGER
  #truncatedBytes = 0

  constructor(options: LoadOptions) {
    this.#options = options
  }

  async load(): Promise<PartitionLog> {
    const { world, observer, rules, directory, config, isClean, onFailed } = this.#options
    await this.#loadSegments(this.#segmentBases())
    const endOffset = this.#segments.at(-1)!.endOffset
    const startOffset = Math.min(Math.max(this.#options.startOffset, this.#segments[0]!.baseOffset), endOffset)
    if (!isClean) await this.#makeDurable()
    const epochs = await this.#loadEpochs(startOffset, endOffset)
    const producers = await this.#loadProducers(startOffset, endOffset)
    if (observer.watching) {
      const [recovered, truncatedBytes] = [!isClean, this.#truncatedBytes]
      observer.tell({ type: 'LogLoaded', partition: directory, startOffset, endOffset, recovered, truncatedBytes })
    }
    if (this.#truncatedBytes > 0) {
      observer.warn(`${directory}: cut off ${this.#truncatedBytes} bytes behind offset ${endOffset}, not written whole`)
    }
    const segments = this.#segments
    return new PartitionLog({
      ...{ world, observer, rules, directory, config, segments, startOffset, producers, epochs, onFailed },
      isDurable: true,
    })
  }

  /** Base offsets of the segments there are, ascending, after leftovers and what lies below the start are removed. */
  #segmentBases(): number[] {
    const { world, directory, startOffset } = this.#options
    const bases = new Set<number>()
    const entries = world.disk.list(directory)
    for (const { name } of entries) {
      const parsed = parseOffsetFileName(name)
      if (parsed?.kind === 'log') bases.add(parsed.offset)
      else if (isLeftover(name)) world.disk.remove(joinPath(directory, name))
    }
    const sorted = [...bases].sort((a, b) => a - b)
    // Without a segment that reaches the start, the log begins anew there: what was between was never durable.
    const kept = sorted.filter((base, index) => base >= startOffset || (sorted[index + 1] ?? Infinity) > startOffset)
    for (const { name } of entries) {
      const parsed = parseOffsetFileName(name)
      const isSegmentFile = parsed !== undefined && parsed.kind !== 'snapshot'
      if (isSegmentFile && !kept.includes(parsed.offset)) world.disk.remove(joinPath(directory, name))
    }
    return kept
  }

  async #loadSegments(bases: readonly number[]): Promise<void> {
    const { recoveryPoint, isClean, startOffset } = this.#options
    for (const [index, base] of bases.entries()) {
      const before = this.#segments.at(-1)
      const next = bases[index + 1]
      // A segment that ends just at the recovery point may have been the active one then, its indexes not flushed.
      const isTrusted = isClean || (next !== undefined && next < recoveryPoint)
      // Compaction may leave gaps between segments; among those that need recovery a gap is a segment that was lost.
      const follows = before === undefined || (isTrusted ? before.endOffset <= base : before.endOffset === base)
      if (this.#truncatedBytes > 0 || !follows) {
        this.#removeSegment(base)
        continue
      }
      const segment = this.#open(base)
      this.#segments.push(segment)
      if (isTrusted) await this.#trust(segment)
      else await this.#recover(segment)
    }
    const last = this.#segments.at(-1)
    if (last === undefined || last.endOffset < startOffset) this.#beginAt(startOffset)
  }

  /** What is left ends below the start: nothing of it may be shown again. */
  #beginAt(startOffset: number): void {
    for (const segment of this.#segments.splice(0)) segment.remove(this.#options.world.disk)
    const segment = this.#open(startOffset)
    this.#segments.push(segment)
    this.#recovered.push(segment)
  }

  async #trust(segment: Segment): Promise<void> {
    const { world, rules } = this.#options
    const cut = await trustSegment({ world, rules, segment, onBatch: () => undefined })
    if (cut === 0) return
    this.#truncatedBytes += cut
    this.#recovered.push(segment)
  }

  async #recover(segment: Segment): Promise<void> {
    const { world, rules } = this.#options
    this.#recovered.push(segment)
    this.#recoveredFrom = Math.min(this.#recoveredFrom, segment.baseOffset)
    const onBatch = (header: BatchHeader): void => {
      if ((this.#foundEpochs.at(-1)?.epoch ?? -1) < header.leaderEpoch) {
        this.#foundEpochs.push({ epoch: header.leaderEpoch, startOffset: header.baseOffset })
      }
    }
    this.#truncatedBytes += await recoverSegment({ world, rules, segment, onBatch })
  }

  #open(base: number): Segment {
    const { world, directory, config } = this.#options
    return new Segment(world.disk, directory, base, config.indexIntervalBytes)
  }

  #removeSegment(base: number): void {
    const segment = this.#open(base)
    this.#truncatedBytes += segment.bytes
    segment.remove(this.#options.world.disk)
  }

  async #makeDurable(): Promise<void> {
    const { world, directory } = this.#options
    for (const segment of this.#recovered) {
      for (const file of [segment.file, segment.offsets.file, segment.times.file]) await syncFile(world, file)
    }
    // A life that was killed may have left the file in the page cache only.
    await syncTopicId(world, directory)
    await syncDirectory(world, directory)
  }

  async #loadEpochs(startOffset: number, endOffset: number): Promise<LeaderEpochs> {
    const { world, directory, isClean } = this.#options
    const bytes = await readWhole(world, joinPath(directory, 'leader-epoch-checkpoint'))
    const checkpoint = bytes === undefined ? undefined : parseEpochCheckpoint(bytes)
    const epochs = new LeaderEpochs(checkpoint ?? [])
    if (checkpoint === undefined) await this.#walkBatches(startOffset, (header) => void this.#assign(epochs, header))
    let changed = checkpoint === undefined
    if (!isClean) {
      changed = epochs.truncateFromEnd(this.#recoveredFrom) || changed
      for (const found of this.#foundEpochs) changed = epochs.assign(found.epoch, found.startOffset) || changed
    }
    changed = epochs.truncateFromEnd(Math.max(endOffset, 1)) || changed
    changed = epochs.truncateFromStart(startOffset) || changed
    if (changed) {
      const content = encodeEpochCheckpoint(epochs.entries)
      await promised<void>(world.promises, (done) =>
        replaceFile(world.disk, directory, 'leader-epoch-checkpoint', content, (error) => done(error, undefined)),
      )
    }
    return epochs
  }

  #assign(epochs: LeaderEpochs, header: BatchHeader): boolean {
    return header.leaderEpoch > (epochs.latest ?? -1) && epochs.assign(header.leaderEpoch, header.baseOffset)
  }

  async #loadProducers(startOffset: number, endOffset: number): Promise<ProducerState> {
    const { world, directory, rules, isClean } = this.#options
    const producers = new ProducerState(rules)
    let newest: number | undefined
    for (const offset of listSnapshots(world.disk, directory).reverse()) {
      // After a clean stop older ones need no look; after anything else they may be torn.
      if (newest !== undefined && isClean) break
      const entries = offset <= endOffset ? await readSnapshot(world, directory, offset) : undefined
      if (entries === undefined) {
        removeSnapshot(world.disk, directory, offset)
      } else if (newest === undefined) {
        newest = offset
        producers.restore(entries)
      }
    }
    await this.#walkBatches(Math.max(startOffset, newest ?? 0), (header) => producers.remember(header))
    return producers
  }

  /** Visits every batch that holds or follows `offset`. */
  async #walkBatches(offset: number, visit: (header: BatchHeader) => void): Promise<void> {
    const { world } = this.#options
    for (const segment of this.#segments) {
      if (segment.endOffset <= offset) continue
      await promised<number>(world.promises, (done) =>
        scanBatches(
          {
            file: segment.file,
            from: segment.positionOf(Math.max(offset, segment.baseOffset)).from,
            until: segment.bytes,
            visit: (bytes, at) => {
              const header = readBatchHeader(bytes, at)
              if (header.lastOffset >= offset) visit(header)
              return true
            },
          },
          done,
        ),
      )
    }
  }
}
