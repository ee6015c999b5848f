/** A quorum in memory whose elections and commits the test decides. Records get the offsets they are appended at. */

import type {
  AppendResult,
  CommittedRecords,
  Quorum,
  QuorumLeader,
  QuorumListener,
} from '../../../../src/broker/quorum/quorum.ts'
import type { MetadataRecord, MetadataRecordInput } from '../../../../src/protocol/metadata-records/table.ts'
import { decodeMetadataRecord, encodeMetadataRecord } from '../../../../src/protocol/metadata-records/table.ts'
import { DiskError } from '../../../../src/world/disk.ts'

export class ScriptedQuorum implements Quorum {
  leader: QuorumLeader = { leaderId: -1, epoch: 0 }
  highWatermark = 0
  /** Nothing can be appended. */
  isFull = false
  readonly #listeners: QuorumListener[] = []
  /** Appended, oldest first; the first `#delivered` of them are committed. */
  #log: CommittedRecords[] = []
  #delivered = 0

  get endOffset(): number {
    return this.#log.at(-1)?.endOffset ?? 0
  }

  /** What is committed. */
  get committed(): readonly CommittedRecords[] {
    return this.#log.slice(0, this.#delivered)
  }

  append(records: readonly MetadataRecordInput[], epoch: number): AppendResult {
    if (this.leader.leaderId < 0 || epoch !== this.leader.epoch) return { kind: 'not-leader' }
    if (this.isFull) return { kind: 'failed', error: new DiskError('FULL', 'log', 'the disk is full') }
    return { kind: 'appended', ...this.#push(records) }
  }

  resign(): void {
    throw new Error('nobody asks for this')
  }

  listen(listener: QuorumListener): void {
    this.#listeners.push(listener)
  }

  /** This node leads; everything of earlier epochs is committed first, as the contract says. */
  elect(): void {
    this.leader = { leaderId: 1, epoch: this.leader.epoch + 1 }
    this.commit()
    for (const listener of this.#listeners) listener.elected?.(this.leader.epoch)
  }

  /** Another node leads: of what is not committed it keeps so many batches. */
  depose(keptBatches: number): void {
    const { epoch } = this.leader
    this.leader = { leaderId: -1, epoch: epoch + 1 }
    this.#log = this.#log.slice(0, this.#delivered + keptBatches)
    for (const listener of this.#listeners) listener.resigned?.(epoch)
  }

  /** Another leader appends. */
  replicate(records: readonly MetadataRecordInput[]): void {
    this.#push(records)
  }

  /** So many batches more are committed; all, where no number is given. */
  commit(batches = this.#log.length): void {
    for (let left = batches; left > 0 && this.#delivered < this.#log.length; left--) {
      const batch = this.#log[this.#delivered++]!
      this.highWatermark = batch.endOffset
      for (const listener of this.#listeners) listener.committed?.({ ...batch, timestamp: 0, bytes: 100 })
    }
  }

  #push(records: readonly MetadataRecordInput[]): { readonly baseOffset: number; readonly endOffset: number } {
    const baseOffset = this.endOffset
    const endOffset = baseOffset + records.length
    const decoded: MetadataRecord[] = records.map((record) => decodeMetadataRecord(encodeMetadataRecord(record)))
    this.#log.push({ baseOffset, endOffset, epoch: this.leader.epoch, records: decoded })
    return { baseOffset, endOffset }
  }
}
