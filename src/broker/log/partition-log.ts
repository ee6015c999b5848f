/**
 * The log of one partition: appends, reads, rolls, flushes, forgets.
 *
 * Offsets: `startOffset` ≤ `flushedEnd` ≤ `endOffset`; batches lie in `[startOffset, endOffset)` without a gap. An
 * append is in the page cache when it returns; `flushedEnd` moves when a flush has completed. What may be acknowledged
 * is for the caller to decide. Appends, rolls and removals are synchronous; reads and flushes complete by callback.
 *
 * Transitions of the end: `append` (up), `truncate` (down). Of the start: `moveStart` (up). Of the flushed end: a
 * completed flush (up), `truncate` (down). Loading and recovery are in `log-loader.ts`. Source: Kafka's `UnifiedLog`.
 */

import { type BatchHeader, readBatchHeader } from '../../protocol/record-batch.ts'
import { assignOffsets, setLogAppendTime } from '../../protocol/record-batch-patch.ts'
import { assert } from '../../world/assert.ts'
import { DiskError } from '../../world/disk.ts'
import { promised } from '../../world/promises.ts'
import type { LogConfig } from '../config/topic-settings.ts'
import type { BrokerEvent } from '../observe/events.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import { LogFlusher } from './log-flusher.ts'
import type { LogParts } from './log-parts.ts'
import { type FindDone, findByTime, findMaxTimestamp, type LogRead, type ReadDone, readLog } from './log-read.ts'
import type { ProducerState, SequenceVerdict } from './producer-state.ts'
import { retainedStart } from './retention.ts'
import { shouldRoll } from './roll.ts'
import type { Segment } from './segment.ts'
import { SegmentList } from './segment-list.ts'
import { type Cut, cutSegments, findCut, settleCut, type Truncated } from './truncation.ts'

export type AppendResult =
  | { readonly kind: 'appended'; readonly baseOffset: number; readonly endOffset: number; readonly timestamp: number }
  | Exclude<SequenceVerdict, { kind: 'append' }>
  | { readonly kind: 'failed'; readonly error: DiskError }

export class PartitionLog {
  readonly directory: string
  readonly epochs: LeaderEpochs
  readonly producers: ProducerState
  readonly #parts: LogParts
  readonly #flusher: LogFlusher
  readonly #segments: SegmentList
  #startOffset: number
  /** Set while a lost write may lie behind the end of a file: nothing may be appended any more. */
  #failure: DiskError | undefined
  /** Set while nothing may be appended: until a truncation is over, or for good. */
  #closedFor: 'truncation' | 'removal' | undefined
  #config: LogConfig

  constructor(parts: LogParts) {
    this.#parts = parts
    this.directory = parts.directory
    this.#config = parts.config
    this.epochs = parts.epochs
    this.producers = parts.producers
    this.#startOffset = parts.startOffset
    this.#flusher = new LogFlusher(this, parts)
    this.#segments = new SegmentList(parts, this.#flusher)
  }

  get config(): LogConfig {
    return this.#config
  }

  get startOffset(): number {
    return this.#startOffset
  }

  /** The offset the next record gets. */
  get endOffset(): number {
    return this.#segments.active.endOffset
  }

  /** Records below this offset are durable. */
  get flushedEnd(): number {
    return this.#flusher.flushedEnd
  }

  /** Where a recovery would have to begin: everything below is durable, indexes included. */
  get recoveryPoint(): number {
    return this.#flusher.recoveryPoint
  }

  get segments(): readonly Segment[] {
    return this.#segments.all
  }

  /**
   * Appends one batch as the leader: gives it the next offsets and the leader's epoch, in place, after its producer's
   * sequence was checked. The batch must have been validated.
   */
  append(batch: Uint8Array, leaderEpoch: number): AppendResult {
    if (this.#failure !== undefined) return { kind: 'failed', error: this.#failure }
    const { clock, codecs } = this.#parts.world
    const producerSide = readBatchHeader(batch, 0)
    if (producerSide.producerId >= 0 && !producerSide.isControl) {
      const verdict = this.producers.check(producerSide)
      if (verdict.kind !== 'append') return verdict
    }
    const nowMs = clock.wallMs()
    assignOffsets(batch, 0, this.endOffset, leaderEpoch)
    if (this.#parts.rules.givesAppendTime(this.config.timestampType) && !producerSide.isControl) {
      setLogAppendTime(batch, 0, nowMs, codecs.crc32c)
    }
    return this.#append(batch, nowMs, this.config.timestampType === 'LogAppendTime' ? nowMs : -1)
  }

  /** Appends one batch as its leader has it, offsets and epoch included. It goes on where the log ends, and was checked. */
  appendReplicated(batch: Uint8Array): Extract<AppendResult, { kind: 'appended' | 'failed' }> {
    if (this.#failure !== undefined) return { kind: 'failed', error: this.#failure }
    return this.#append(batch, this.#parts.world.clock.wallMs(), -1)
  }

  /** Reads whole batches from the segment that holds `read.offset`, which lies in `[startOffset, endOffset]`. */
  read(read: LogRead, done: ReadDone): void {
    assert(read.offset >= this.#startOffset && read.offset <= this.endOffset, 'reads lie within the log')
    readLog(this.#parts.rules, this.segments, read, done)
  }

  /** The first record with at least this timestamp; undefined where there is none. */
  offsetForTimestamp(timestamp: number, done: FindDone): void {
    const { codecs } = this.#parts.world
    findByTime(this.segments, { fromOffset: this.#startOffset, timestamp, codecs }, done)
  }

  /** The first record with the largest timestamp of the log; undefined where there is no record. */
  offsetOfMaxTimestamp(done: FindDone): void {
    findMaxTimestamp(this.segments, this.#startOffset, this.#parts.world.codecs, done)
  }

  /** Makes everything below the present end durable; `done` when it is. Flushes that overlap are done as one. */
  flush(done: () => void = () => undefined): void {
    this.#flusher.flushTo(this.endOffset, done)
  }

  /** Calls `listener` whenever `flushedEnd` has moved. */
  onFlushed(listener: () => void): void {
    this.#flusher.onFlushed(listener)
  }

  /**
   * Cuts the log to the largest batch boundary at or below `endOffset`, which lies in `[startOffset, endOffset]`; the
   * start counts as one. Resolves when nothing of what was cut off can come back. Nothing may be appended, and no other
   * truncation asked for, before. @throws {DiskError} with the log as it was where the recovery point could not be put
   * on record; after any later failure of the disk the log directory fails.
   */
  async truncate(endOffset: number): Promise<void> {
    assert(endOffset >= this.#startOffset && endOffset <= this.endOffset, 'a truncation ends within the log')
    assert(this.#closedFor === undefined, 'one truncation is under way at a time')
    if (endOffset === this.endOffset) return
    this.#closedFor = 'truncation'
    const { world, checkpoint } = this.#parts
    await promised<void>(world.promises, (done) => this.#flusher.hold(() => done(undefined, undefined)))
    const parts = { ...this.#parts, startOffset: this.#startOffset }
    try {
      const cut = await findCut(parts, endOffset)
      this.#flusher.limitRecoveryPoint(cut.endOffset)
      await promised<void>(world.promises, (done) => checkpoint((error) => done(error, undefined)))
      await this.#cutAt(parts, cut, { type: 'LogTruncated', partition: this.directory, endOffset: cut.endOffset })
    } finally {
      this.#flusher.release(this.endOffset)
      this.#closedFor = undefined
    }
  }

  /**
   * Begins anew at `offset`, at or above the end: everything there is goes, for something outside the log, that is durable,
   * stands for it. Resolves when nothing of it can come back. @throws {DiskError} as `truncate`.
   */
  async beginAt(offset: number): Promise<void> {
    assert(offset >= this.endOffset && this.#closedFor === undefined, 'a log begins anew behind its end, at rest')
    this.#closedFor = 'truncation'
    const { world } = this.#parts
    await promised<void>(world.promises, (done) => this.#flusher.hold(() => done(undefined, undefined)))
    try {
      // Epochs of what is gone say nothing of what comes, which may skip some.
      this.epochs.truncateFromEnd(0)
      const cut = { endOffset: offset, kept: undefined }
      const told = { type: 'LogBegunAnew', partition: this.directory, offset } as const
      await this.#cutAt({ ...this.#parts, startOffset: offset }, cut, told)
      this.#startOffset = offset
    } finally {
      this.#flusher.releaseAt(this.endOffset)
      this.#closedFor = undefined
    }
  }

  /**
   * The start offset that retention asks for now, at most `limit` (the high watermark). Nothing changes. Retention
   * stands back while a truncation is under way.
   */
  retainedStart(nowMs: number, limit: number): number {
    if (this.#closedFor !== undefined) return this.#startOffset
    return retainedStart(this.segments, this.config, nowMs, limit)
  }

  /**
   * Moves the start up. Readers are refused what lies below from now on; the files go only in `removeBelow`, once the
   * new start is durable: else a crash could bring back half of them. Where nothing is left the active segment is rolled,
   * so that it can go too, or kept until a roll comes by itself.
   */
  moveStart(offset: number, emptied: 'roll' | 'keep' = 'roll'): void {
    assert(offset >= this.#startOffset && offset <= this.endOffset, 'the start moves up, within the log')
    if (offset === this.#startOffset) return
    if (emptied === 'roll' && offset === this.endOffset && this.#segments.active.bytes > 0) {
      this.#segments.roll(offset, this.config)
    }
    this.#startOffset = offset
    const { observer, directory, rules } = this.#parts
    if (rules.forgetsEpochsBelowStart && this.epochs.truncateFromStart(offset)) this.#flusher.epochsChanged()
    if (observer.watching) observer.tell({ type: 'LogStartMoved', partition: directory, startOffset: offset })
  }

  /** Whether there are segments that lie wholly below the start. */
  get hasRemovable(): boolean {
    const second = this.segments[1]
    return second !== undefined && second.baseOffset <= this.#startOffset
  }

  /**
   * Removes segments that lie wholly below `offset`, oldest first, with the producer snapshots that go with them.
   * `offset` is a start of this log that is on record for good.
   */
  removeBelow(offset: number): void {
    assert(offset <= this.#startOffset, 'only what lies below the start is removed')
    this.#segments.removeBelow(offset)
  }

  /** For a clean stop, after a last flush: what a next life needs not to look at the batches again. */
  prepareClose(): void {
    this.#segments.finish()
  }

  /** Changes how the log is kept, from now on; a segment keeps the index interval with which it began. */
  configure(config: LogConfig): void {
    this.#config = config
    if (this.endOffset - this.flushedEnd >= config.flushMessages) this.flush()
  }

  /** Closes a log that is to be removed: `done` once nothing is under way in it. Nothing may be appended any more. */
  discard(done: () => void): void {
    assert(this.#closedFor === undefined, 'a log is removed once, and not while it is truncated')
    this.#closedFor = 'removal'
    this.#flusher.hold(() => {
      this.close()
      done()
    })
  }

  close(): void {
    this.#segments.close()
  }

  #append(batch: Uint8Array, nowMs: number, timestamp: number): Extract<AppendResult, { kind: 'appended' | 'failed' }> {
    const header = readBatchHeader(batch, 0)
    assert(this.#closedFor === undefined, 'nothing is appended to a log while it is truncated or removed')
    assert(header.baseOffset === this.endOffset, 'a batch goes on where the log ends')
    try {
      const { active } = this.#segments
      if (shouldRoll(active, header, this.config, nowMs)) this.#segments.roll(header.baseOffset, this.config)
      this.#segments.active.append(batch, header)
    } catch (error) {
      return { kind: 'failed', error: this.#failedWith(error) }
    }
    this.#appended(header, batch)
    return { kind: 'appended', baseOffset: header.baseOffset, endOffset: header.lastOffset + 1, timestamp }
  }

  #appended(header: BatchHeader, batch: Uint8Array): void {
    const { observer } = this.#parts
    this.producers.remember(header)
    if (this.epochs.assign(header.leaderEpoch, header.baseOffset)) this.#flusher.epochsChanged()
    if (observer.watching) {
      const { baseOffset, lastOffset } = header
      observer.tell({ type: 'BatchAppended', partition: this.directory, baseOffset, endOffset: lastOffset + 1, batch })
    }
    if (this.endOffset - this.flushedEnd >= this.config.flushMessages) this.flush()
    else this.#flusher.flushWithin(this.config.flushMs)
  }

  async #cutAt(parts: Truncated, cut: Cut, told: BrokerEvent): Promise<void> {
    const { observer } = this.#parts
    try {
      // From here on, in the middle of the cut even, a crash may have taken what is cut off, or bring it back.
      if (observer.watching) observer.tell(told)
      cutSegments(parts, cut)
      await settleCut(parts, cut)
    } catch (error) {
      throw this.#failedWith(error, 'for good')
    }
  }

  #failedWith(error: unknown, how?: 'for good'): DiskError {
    if (!(error instanceof DiskError)) throw error
    if (error.code !== 'FULL' || error.torn || how === 'for good') {
      this.#failure = error
      this.#parts.onFailed(error)
    }
    return error
  }
}
