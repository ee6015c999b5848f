/**
 * The segments of a log, oldest first, without a gap between them; the last one is active. There is always one.
 *
 * Rolls and removals are synchronous. A roll writes the snapshot of the producers as of its offset and asks for a flush
 * of what it closes; it goes on without the snapshot where the disk is full. What a truncation takes is in
 * `truncation.ts`. Source: Kafka's `LogSegments` and `LocalLog.roll`.
 */

import { assert } from '../../world/assert.ts'
import type { LogConfig } from '../config/topic-settings.ts'
import type { LogFlusher } from './log-flusher.ts'
import type { LogParts } from './log-parts.ts'
import { Segment } from './segment.ts'
import { removeSnapshotsBelow, tryWriteSnapshot } from './snapshot-files.ts'

export class SegmentList {
  readonly #parts: LogParts
  readonly #flusher: LogFlusher
  readonly #segments: Segment[]

  constructor(parts: LogParts, flusher: LogFlusher) {
    this.#parts = parts
    this.#flusher = flusher
    this.#segments = parts.segments
    assert(this.#segments.length > 0, 'a log has an active segment')
  }

  get all(): readonly Segment[] {
    return this.#segments
  }

  get active(): Segment {
    return this.#segments.at(-1)!
  }

  /** Begins a new active segment at `baseOffset`, where the one before ends. @throws {DiskError} */
  roll(baseOffset: number, { indexIntervalBytes }: LogConfig): void {
    assert(baseOffset === this.active.endOffset, 'a segment begins where the one before ends')
    const { world, directory, observer } = this.#parts
    this.active.finish()
    this.#takeSnapshot(baseOffset)
    this.#flusher.segmentFinished(this.active)
    this.#segments.push(new Segment(world, directory, baseOffset, indexIntervalBytes))
    this.#flusher.entriesChanged()
    if (observer.watching) observer.tell({ type: 'SegmentRolled', partition: directory, baseOffset })
    this.#flusher.flushTo(baseOffset, () => undefined)
  }

  /** Removes segments that lie wholly below `offset`, oldest first, with the producer snapshots that go with them. */
  removeBelow(offset: number): void {
    const { world, directory, observer } = this.#parts
    while (this.#segments.length > 1 && this.#segments[1]!.baseOffset <= offset) {
      const segment = this.#segments.shift()!
      this.#flusher.entriesChanged()
      segment.remove(world.disk)
      const { baseOffset } = segment
      if (observer.watching) observer.tell({ type: 'SegmentDeleted', partition: directory, baseOffset })
    }
    removeSnapshotsBelow(world.disk, directory, this.#segments[0]!.baseOffset)
  }

  /** For a clean stop: the active segment is complete on disk, with a snapshot of the producers at its end. */
  finish(): void {
    this.active.finish()
    this.#takeSnapshot(this.active.endOffset)
    this.#flusher.epochsChanged()
    this.#flusher.segmentFinished(this.active)
  }

  close(): void {
    for (const segment of this.#segments) segment.close()
  }

  #takeSnapshot(offset: number): void {
    const { world, directory, observer, producers } = this.#parts
    const file = tryWriteSnapshot(world, directory, offset, producers.entries())
    if (file !== undefined) this.#flusher.snapshotWritten(file)
    else observer.warn(`${directory}: no producer snapshot at ${offset}, for the disk is full`)
  }
}
