/**
 * Keeps account of what of a log is not durable yet, and makes it so.
 *
 * One flush is under way at a time; requests that come meanwhile are served by one next flush (a group commit). A flush
 * covers: the `.log` files with unflushed records, the indexes of segments that were closed, producer snapshots, the
 * leader-epoch checkpoint, and the directory entries of all of these. After a failed flush it is unknown what is
 * durable: the log directory fails, nothing is retried. A truncation holds flushes back while it cuts.
 */

import { assert } from '../../world/assert.ts'
import type { DiskError, DiskFile } from '../../world/disk.ts'
import { checkpointEpochs } from './epoch-checkpoint.ts'
import { type FlushWork, runFlush, syncFiles } from './flush-operation.ts'
import type { LogParts } from './log-parts.ts'
import type { PartitionLog } from './partition-log.ts'
import type { Segment } from './segment.ts'

interface FlushRequest {
  readonly target: number
  readonly done: () => void
}

export class LogFlusher {
  readonly #log: PartitionLog
  readonly #parts: LogParts
  #flushedEnd: number
  #waiting: FlushRequest[] = []
  #underWay = false
  #held = false
  #recoveryPointMax = Number.MAX_SAFE_INTEGER
  #timerSet = false
  #listener: () => void = () => undefined
  /** Small files written and not synced (producer snapshots, `partition.metadata`); closed once they are. */
  #smallFiles: DiskFile[]
  /** Segments that take no more batches and whose indexes are not durable yet, ascending. */
  #finished: Segment[] = []
  #epochsDirty: boolean
  #entriesDirty: boolean
  #directoryDirty: boolean

  constructor(log: PartitionLog, parts: LogParts) {
    this.#log = log
    this.#parts = parts
    // A loaded log has been synced to its end by the loader; a created one is empty.
    this.#flushedEnd = parts.segments.at(-1)!.endOffset
    this.#smallFiles = [...(parts.unsynced ?? [])]
    this.#epochsDirty = !parts.isDurable
    this.#entriesDirty = !parts.isDurable
    this.#directoryDirty = !parts.isDurable
  }

  get flushedEnd(): number {
    return this.#flushedEnd
  }

  onFlushed(listener: () => void): void {
    this.#listener = listener
  }

  epochsChanged(): void {
    this.#epochsDirty = true
  }

  entriesChanged(): void {
    this.#entriesDirty = true
  }

  segmentFinished(segment: Segment): void {
    this.#finished.push(segment)
  }

  /** A finished segment below it is trusted with its indexes by the next life. */
  get recoveryPoint(): number {
    return Math.min(this.#flushedEnd, this.#finished[0]?.baseOffset ?? this.#flushedEnd, this.#recoveryPointMax)
  }

  /** Flushes what there is, then holds flushes back; `done` when everything is durable and nothing is under way. */
  hold(done: () => void): void {
    this.flushTo(this.#log.endOffset, () => {
      this.#held = true
      done()
    })
  }

  /** While flushes are held: the recovery point lies at or below `offset`, until `release`. */
  limitRecoveryPoint(offset: number): void {
    this.#recoveryPointMax = offset
  }

  /** Flushes go on, with a log that ends at `endOffset` now, all of it durable. */
  release(endOffset: number): void {
    assert(endOffset <= this.#flushedEnd, 'a log that was cut can only have become shorter')
    this.releaseAt(endOffset)
  }

  /** As `release`, with a log that may have begun anew behind its end. */
  releaseAt(endOffset: number): void {
    assert(this.#held, 'flushes go on that were held')
    this.#flushedEnd = endOffset
    this.#recoveryPointMax = Number.MAX_SAFE_INTEGER
    this.#held = false
    if (this.#waiting.length > 0) this.#start()
  }

  snapshotWritten(file: DiskFile): void {
    this.#smallFiles.push(file)
    this.#entriesDirty = true
  }

  flushTo(target: number, done: () => void): void {
    this.#waiting.push({ target, done })
    if (!this.#underWay && !this.#held) this.#start()
  }

  /** Flushes at the latest after so many milliseconds. */
  flushWithin(delayMs: number): void {
    // A limit of a year and more is how "never" is said.
    if (this.#timerSet || delayMs >= 31_536_000_000) return
    this.#timerSet = true
    this.#parts.world.clock.setTimer(delayMs * 1000, () => {
      this.#timerSet = false
      this.flushTo(this.#log.endOffset, () => undefined)
    })
  }

  #start(): void {
    const requests = this.#waiting
    this.#waiting = []
    this.#underWay = true
    const asked = requests.reduce((max, request) => Math.max(max, request.target), this.#flushedEnd)
    // A truncation may have taken what was asked for.
    const target = Math.min(asked, this.#log.endOffset)
    const smallFiles = this.#smallFiles
    this.#smallFiles = []
    const finished = [...this.#finished]
    runFlush(
      this.#parts.rules.flushSteps,
      this.#work(target, [...this.#indexFiles(finished), ...smallFiles]),
      (error) => {
        for (const file of smallFiles) file.close()
        this.#underWay = false
        if (error !== undefined) return this.#parts.onFailed(error)
        this.#finished = this.#finished.filter((segment) => !finished.includes(segment))
        this.#flushed(target)
        for (const request of requests) request.done()
        this.#listener()
        if (this.#waiting.length > 0 && !this.#underWay && !this.#held) this.#start()
      },
    )
  }

  #flushed(target: number): void {
    assert(target >= this.#flushedEnd && target <= this.#log.endOffset, 'the flushed end moves up, within the log')
    if (target === this.#flushedEnd) return
    this.#flushedEnd = target
    const { observer, directory } = this.#parts
    if (observer.watching) observer.tell({ type: 'LogFlushed', partition: directory, endOffset: target })
  }

  #work(target: number, smallFiles: readonly DiskFile[]): FlushWork {
    const { disk } = this.#parts.world
    const { directory } = this.#parts
    const files = [...this.#unflushedFiles(target), ...smallFiles]
    const work: { -readonly [step in keyof FlushWork]: FlushWork[step] } = {}
    if (files.length > 0) work['sync-segments'] = (done) => syncFiles(files, done)
    if (this.#epochsDirty) {
      work['checkpoint-epochs'] = (done) => {
        this.#epochsDirty = false
        checkpointEpochs(disk, directory, this.#log.epochs, done)
      }
    }
    if (this.#entriesDirty) {
      work['sync-partition-directory'] = (done) => {
        this.#entriesDirty = false
        disk.syncDirectory(directory, done)
      }
    }
    if (this.#directoryDirty) {
      work['sync-log-directory'] = (done) => {
        disk.syncDirectory('', (error: DiskError | undefined) => {
          this.#directoryDirty = error !== undefined
          done(error)
        })
      }
    }
    return work
  }

  /** The files that hold records in `[flushedEnd, target)`. */
  #unflushedFiles(target: number): DiskFile[] {
    return this.#log.segments
      .filter((segment) => segment.endOffset > this.#flushedEnd && segment.baseOffset < target && !segment.isClosed)
      .map((segment) => segment.file)
  }

  #indexFiles(segments: readonly Segment[]): DiskFile[] {
    return segments.filter(({ isClosed }) => !isClosed).flatMap(({ offsets, times }) => [offsets.file, times.file])
  }
}
