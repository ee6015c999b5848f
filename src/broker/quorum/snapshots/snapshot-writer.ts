/**
 * Writes a snapshot while the node goes on: a bounded number of records per turn of the event loop, from a view that does
 * not change.
 *
 * ```
 * control batch: SNAPSHOT_HEADER [, KRAFT_VERSION, KRAFT_VOTERS] │ batches of metadata records │ control batch: SNAPSHOT_FOOTER
 * ```
 * Offsets count from 0, every batch has the epoch of the snapshot's id, every timestamp is that of the last record the
 * snapshot stands for: equal views make equal bytes. States: writing (one slice per turn) → completing → done; an error
 * of the disk ends it with the part file as a leftover. KIP-630.
 */

import { encodeMetadataRecord, type MetadataRecordInput } from '../../../protocol/metadata-records/table.ts'
import { encodeQuorumControlBatch, type QuorumControlRecordInput } from '../../../protocol/quorum-control-records.ts'
import { batchLastOffsetDelta } from '../../../protocol/record-batch.ts'
import { encodeBatch } from '../../../protocol/record-batch-encode.ts'
import { assignOffsets } from '../../../protocol/record-batch-patch.ts'
import type { DiskError } from '../../../world/disk.ts'
import { asDiskError } from '../../log/files.ts'
import { PartFile, type PartFilePlace } from './part-file.ts'

export interface SnapshotContent {
  /** The epoch of its id. */
  readonly epoch: number
  /** Of the last record that the snapshot stands for, in milliseconds since the Unix epoch. */
  readonly lastContainedTimestamp: number
  /** The records that rebuild the state, of a view that does not change while they are taken. */
  readonly records: Iterator<MetadataRecordInput>
  /** What follows the header in its batch: who votes, where that can change. Default: nothing. */
  readonly quorum?: readonly QuorumControlRecordInput[]
}

/** Records of one turn, which are one batch: about two milliseconds. */
const RECORDS_PER_SLICE = 500

/** Writes a snapshot and completes it; `done` when it is there for good, as an event of its own. */
export function writeSnapshot(
  place: PartFilePlace,
  content: SnapshotContent,
  done: (error: DiskError | undefined) => void,
): void {
  new SnapshotWriting(place, content, done).start()
}

class SnapshotWriting {
  readonly #place: PartFilePlace
  readonly #content: SnapshotContent
  readonly #done: (error: DiskError | undefined) => void
  #file: PartFile | undefined
  #nextOffset = 0

  constructor(place: PartFilePlace, content: SnapshotContent, done: (error: DiskError | undefined) => void) {
    this.#place = place
    this.#content = content
    this.#done = done
  }

  start(): void {
    this.#later(() => {
      this.#file = new PartFile(this.#place)
      const { lastContainedTimestamp: lastContainedLogTimestamp, quorum = [] } = this.#content
      this.#appendControl([{ type: 'SNAPSHOT_HEADER', lastContainedLogTimestamp }, ...quorum])
      this.#later(() => this.#writeSlice())
    })
  }

  #writeSlice(): void {
    const { lastContainedTimestamp: timestamp, records: source, epoch: leaderEpoch } = this.#content
    const records: { timestamp: number; key: null; value: Uint8Array }[] = []
    let next = source.next()
    while (next.done !== true) {
      records.push({ timestamp, key: null, value: encodeMetadataRecord(next.value) })
      if (records.length === RECORDS_PER_SLICE) break
      next = source.next()
    }
    const { crc32c } = this.#place.world.codecs
    if (records.length > 0) this.#append(encodeBatch({ baseOffset: this.#nextOffset, leaderEpoch, records }, crc32c))
    if (next.done !== true) return this.#later(() => this.#writeSlice())
    this.#appendControl([{ type: 'SNAPSHOT_FOOTER' }])
    this.#file!.complete(this.#done)
  }

  #appendControl(records: readonly QuorumControlRecordInput[]): void {
    const { epoch, lastContainedTimestamp } = this.#content
    const batch = encodeQuorumControlBatch(records, lastContainedTimestamp, this.#place.world.codecs.crc32c)
    assignOffsets(batch, 0, this.#nextOffset, epoch)
    this.#append(batch)
  }

  #append(batch: Uint8Array): void {
    this.#file!.append([batch])
    this.#nextOffset += batchLastOffsetDelta(batch, 0) + 1
  }

  /** Goes on in the next turn, after whatever else is due. */
  #later(step: () => void): void {
    this.#place.world.clock.setTimer(0, () => {
      try {
        step()
      } catch (error) {
        this.#file?.abandon()
        this.#done(asDiskError(error))
      }
    })
  }
}
