/**
 * Loads the log of a partition at the start of a life, and recovers it where the life before did not end cleanly.
 *
 * After a clean stop everything is trusted. Otherwise every segment that reaches past the recovery point (below which
 * everything was flushed) is recovered; at the first batch that is not whole, or a segment that does not begin where the
 * one before ends, the log ends: the rest is cut off and removed, and that is made durable before anything is appended,
 * lest a later crash bring it back. What a loaded log holds is durable to its end.
 *
 * Producer state: the newest whole snapshot, then the batches behind it (`producer-recovery.ts`); a new snapshot where the
 * active segment has lost its own, so that retention may delete from the first moment on. Older ones that no segment
 * begins at go. Leader epochs: `epoch-recovery.ts`. Source: Kafka's `LogLoader`, `ProducerStateManager`.
 */

import type { BatchHeader } from '../../protocol/record-batch.ts'
import type { EpochEntry } from './checkpoint-text.ts'
import { readEpochs } from './epoch-checkpoint.ts'
import { recoverEpochs } from './epoch-recovery.ts'
import { isLeftover, joinPath, parseOffsetFileName, syncDirectory, syncFile } from './files.ts'
import type { LogParts } from './log-parts.ts'
import { PartitionLog } from './partition-log.ts'
import { syncTopicId } from './partition-metadata.ts'
import { recoverProducers } from './producer-recovery.ts'
import { ProducerState } from './producer-state.ts'
import { Segment } from './segment.ts'
import { recoverSegment, trustSegment } from './segment-loader.ts'
import { listSnapshots, removeStraySnapshots, syncSnapshot, tryWriteSnapshot } from './snapshot-files.ts'

export interface LoadOptions
  extends Pick<LogParts, 'world' | 'observer' | 'rules' | 'directory' | 'config' | 'onFailed' | 'checkpoint'> {
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
  /** Segments of which something may not be durable. */
  readonly #changed = new Set<Segment>()
  readonly #foundEpochs: EpochEntry[] = []
  /** Of the batches that were recovered. */
  #foundProducers: ProducerState
  /** Offsets of the producer snapshots that lie in the directory, ascending, as it was found. */
  #snapshots: readonly number[] = []
  #recoveredFrom = Number.MAX_SAFE_INTEGER
  #truncatedBytes = 0

  constructor(options: LoadOptions) {
    this.#options = options
    this.#foundProducers = new ProducerState(options.rules)
  }

  async load(): Promise<PartitionLog> {
    const { world, observer, rules, directory, config, isClean, onFailed, checkpoint } = this.#options
    const checkpointed = await readEpochs(world, directory)
    await this.#loadSegments(this.#segmentBases(checkpointed?.[0]?.startOffset))
    const endOffset = this.#segments.at(-1)!.endOffset
    const startOffset = Math.min(Math.max(this.#options.startOffset, this.#segments[0]!.baseOffset), endOffset)
    const isWalked = this.#recoveredFrom <= this.#segments[0]!.baseOffset
    const { producers, removedSnapshots, snapshotOffset } = await recoverProducers({
      ...{ world, rules, directory, segments: this.#segments, endOffset },
      ...{ snapshots: this.#snapshots, walked: isWalked ? this.#foundProducers : undefined },
      areSnapshotsWhole: isClean,
    })
    const isSnapshotDue = producers.size > 0 && this.#mayForget(snapshotOffset)
    const newestSnapshot = isSnapshotDue && this.#takeSnapshot(endOffset, producers) ? endOffset : snapshotOffset
    const { epochs, isWritten } = await recoverEpochs({
      ...{ world, rules, directory, segments: this.#segments, startOffset, endOffset, checkpointed },
      ...{ found: this.#foundEpochs, recoveredFrom: this.#recoveredFrom },
    })
    const isChanged = this.#changed.size > 0 || removedSnapshots || isSnapshotDue || isWritten
    if (!isClean || isChanged) await this.#makeDurable(newestSnapshot !== undefined)
    this.#removeStraySnapshots(newestSnapshot)
    if (observer.watching) {
      const [recovered, truncatedBytes] = [!isClean, this.#truncatedBytes]
      observer.tell({ type: 'LogLoaded', partition: directory, startOffset, endOffset, recovered, truncatedBytes })
    }
    if (this.#truncatedBytes > 0) {
      observer.warn(`${directory}: cut off ${this.#truncatedBytes} bytes behind offset ${endOffset}, not written whole`)
    }
    const segments = this.#segments
    return new PartitionLog({
      ...{ world, observer, rules, directory, config, segments, startOffset, producers, epochs, onFailed, checkpoint },
      isDurable: true,
    })
  }

  /** Base offsets of the segments there are, ascending, after leftovers and what is no part of the log are removed. */
  #segmentBases(firstEpochStart = 0): number[] {
    const { world, directory, startOffset } = this.#options
    const bases = new Set<number>()
    const entries = world.disk.list(directory)
    const snapshots: number[] = []
    for (const { name } of entries) {
      const parsed = parseOffsetFileName(name)
      if (parsed?.kind === 'snapshot') snapshots.push(parsed.offset)
      if (parsed?.kind === 'log') bases.add(parsed.offset)
      else if (isLeftover(name)) world.disk.remove(joinPath(directory, name))
    }
    this.#snapshots = snapshots
    const sorted = [...bases].sort((a, b) => a - b)
    // Without a segment that reaches the start, the log begins anew there: what was between was never durable.
    const isOrphaned = this.#hasLostItsBeginning(sorted[0] ?? 0, firstEpochStart)
    const kept = isOrphaned
      ? []
      : sorted.filter((base, index) => base >= startOffset || (sorted[index + 1] ?? Infinity) > startOffset)
    for (const { name } of entries) {
      const parsed = parseOffsetFileName(name)
      if (parsed === undefined || parsed.kind === 'snapshot' || kept.includes(parsed.offset)) continue
      if (isOrphaned && parsed.kind === 'log') this.#setAside(name)
      else world.disk.remove(joinPath(directory, name))
    }
    return kept
  }

  /** Nothing tells what a power loss left over from what somebody copied here without its checkpoints. */
  #setAside(name: string): void {
    const { world, observer, directory } = this.#options
    const path = joinPath(directory, name)
    world.disk.rename(path, `${path}.stray`)
    observer.warn(
      `${path} is no part of the log, for nothing says that what is missing before it was deleted; renamed to ${name}.stray`,
    )
  }

  /**
   * Whether segments before the first one there is were lost with the power, before they were ever durable: what was
   * appended behind them may have come through, but is no prefix of the log. A log whose beginning was deleted has its
   * start on record before that; one that another broker kept, at least a flush or a leader epoch that begins there.
   */
  #hasLostItsBeginning(firstBase: number, firstEpochStart: number): boolean {
    const { isClean, startOffset, recoveryPoint } = this.#options
    return !isClean && firstBase > Math.max(startOffset, recoveryPoint, firstEpochStart)
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
    // What a roll puts on record, and recovery of a segment that is not the last has to.
    for (const segment of this.#segments.slice(0, -1)) if (this.#changed.has(segment)) segment.finish()
  }

  /** What is left ends below the start: nothing of it may be shown again. */
  #beginAt(startOffset: number): void {
    for (const segment of this.#segments.splice(0)) {
      segment.remove(this.#options.world.disk)
      this.#changed.delete(segment)
    }
    this.#foundProducers = new ProducerState(this.#options.rules)
    const segment = this.#open(startOffset)
    this.#segments.push(segment)
    this.#changed.add(segment)
  }

  async #trust(segment: Segment): Promise<void> {
    const { world, rules } = this.#options
    const { surplus, isReindexed } = await trustSegment({ world, rules, segment, onBatch: () => undefined })
    this.#truncatedBytes += surplus
    if (surplus > 0 || isReindexed) this.#changed.add(segment)
  }

  async #recover(segment: Segment): Promise<void> {
    const { world, rules } = this.#options
    this.#changed.add(segment)
    this.#recoveredFrom = Math.min(this.#recoveredFrom, segment.baseOffset)
    const onBatch = (header: BatchHeader): void => {
      this.#foundProducers.remember(header)
      if (rules.isEpoch(header.leaderEpoch) && (this.#foundEpochs.at(-1)?.epoch ?? -1) < header.leaderEpoch) {
        this.#foundEpochs.push({ epoch: header.leaderEpoch, startOffset: header.baseOffset })
      }
    }
    this.#truncatedBytes += await recoverSegment({ world, rules, segment, onBatch })
  }

  #open(base: number): Segment {
    const { world, directory, config } = this.#options
    return new Segment(world, directory, base, config.indexIntervalBytes)
  }

  #removeSegment(base: number): void {
    const segment = this.#open(base)
    this.#truncatedBytes += segment.bytes
    segment.remove(this.#options.world.disk)
  }

  /**
   * Whether retention might delete batches that no snapshot remembers: of segments before the active one, whose own was lost.
   * Where nothing is due none is taken, for it would cost a start its time, and the next one the batches but the last of
   * each producer, which may be sent again.
   */
  #mayForget(snapshotOffset = -1): boolean {
    return this.#segments.length > 1 && snapshotOffset < this.#segments.at(-1)!.baseOffset
  }

  /** Remembers producers whose batches retention may delete before the next roll does; false where the disk is full. */
  #takeSnapshot(endOffset: number, producers: ProducerState): boolean {
    const { world, directory, observer } = this.#options
    const written = tryWriteSnapshot(world, directory, endOffset, producers.entries())
    written?.close()
    if (written === undefined) observer.warn(`${directory}: no producer snapshot at ${endOffset}, for the disk is full`)
    return written !== undefined
  }

  /** Each stop leaves one more, which no segment begins at. */
  #removeStraySnapshots(newest: number | undefined): void {
    if (newest === undefined) return
    const { world, directory } = this.#options
    const bases = new Set(this.#segments.map(({ baseOffset }) => baseOffset))
    removeStraySnapshots(world.disk, directory, bases, newest)
  }

  async #makeDurable(hasSnapshots: boolean): Promise<void> {
    const { world, directory, recoveryPoint } = this.#options
    const active = this.#segments.at(-1)!
    for (const segment of this.#changed) {
      await syncFile(world, segment.file)
      // Nobody trusts the indexes of the active segment before a roll or a clean stop has made them durable.
      if (segment !== active) for (const { file } of [segment.offsets, segment.times]) await syncFile(world, file)
    }
    // A life that was killed may have left the file in the page cache only.
    await syncTopicId(world, directory)
    // So may it have left producer snapshots; those below the recovery point were flushed with what lies there.
    const unsyncedFrom = Math.min(recoveryPoint, this.#segments.at(-1)!.endOffset)
    for (const offset of hasSnapshots ? listSnapshots(world.disk, directory) : []) {
      if (offset >= unsyncedFrom) await syncSnapshot(world, directory, offset)
    }
    await syncDirectory(world, directory)
  }
}
