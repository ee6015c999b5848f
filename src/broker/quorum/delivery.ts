/**
 * Hands what is committed to the listeners, once per life and in order: from memory where this life has appended it, else
 * from the log; and a snapshot in place of everything before it.
 *
 * `deliverTo` may be called at any time and goes as far as it can; while a read is under way the rest waits for it, and
 * after so many records for an event of its own, so that a node that has much to catch up on does other things too. A
 * batch that this program cannot understand ends the life (`onFailed`): nothing goes on with half a state.
 */

import { assert } from '../../world/assert.ts'
import type { Clock } from '../../world/clock.ts'
import type { DiskError } from '../../world/disk.ts'
import { DirectoryError } from '../log/meta-properties.ts'
import type { Observer } from '../observe/observer.ts'
import { batchesIn, type MetadataLog } from './metadata-log.ts'
import type { CommittedBatch, QuorumListener, SnapshotReceiver } from './quorum.ts'
import type { SnapshotId } from './snapshots/snapshot-id.ts'

/** Once so many records were delivered in one event, the next batch is delivered in another. */
const EVENT_RECORDS = 500

export interface DeliveryOptions {
  readonly clock: Pick<Clock, 'setTimer'>
  readonly log: MetadataLog
  readonly observer: Observer
  readonly listeners: readonly QuorumListener[]
  /** Called behind each batch and snapshot, when every listener has it. */
  readonly onDelivered: () => void
  readonly onFailed: (error: DirectoryError | DiskError) => void
}

export class Delivery {
  readonly #options: DeliveryOptions
  #end = 0
  #wanted = 0
  /** Batches that were read from the log and are not delivered yet. */
  #read: Iterator<CommittedBatch> | undefined
  /** A read, or the next event, is waited for. */
  #isWaiting = false
  #hasFailed = false

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  /** Everything below this offset is delivered. */
  get end(): number {
    return this.#end
  }

  /** Everything below `highWatermark` is committed. */
  deliverTo(highWatermark: number): void {
    this.#wanted = Math.max(this.#wanted, highWatermark)
    let records = 0
    while (!this.#isWaiting && !this.#hasFailed && this.#end < this.#wanted) {
      if (records >= EVENT_RECORDS) return this.#rest()
      const batch = this.#understood(() => this.#nextAtHand())
      if (batch === 'failed') return
      if (batch === undefined) this.#readOn()
      else {
        records += batch.records.length
        this.#deliver(batch)
      }
    }
  }

  /**
   * Puts a snapshot, whose end lies at or behind what was delivered, in place of it, once it is complete. Nothing may be
   * under way until then.
   */
  beginSnapshot(id: SnapshotId): SnapshotReceiver {
    const { listeners, observer, onDelivered } = this.#options
    const receivers = listeners.flatMap((listener) => listener.snapshotBegun?.(id) ?? [])
    return {
      records: (records) => {
        for (const receiver of receivers) receiver.records(records)
      },
      complete: (timestamp) => {
        assert(!this.#isWaiting && id.endOffset >= this.#end, 'a snapshot stands for at least what was delivered')
        this.#end = id.endOffset
        for (const receiver of receivers) receiver.complete(timestamp)
        if (observer.watching) observer.tell({ type: 'SnapshotLoaded', ...id })
        onDelivered()
      },
    }
  }

  /** Whether something committed is yet to be delivered; a snapshot waits for it. */
  get isUnderWay(): boolean {
    return this.#isWaiting
  }

  /** The next batch, where it need not be read. */
  #nextAtHand(): CommittedBatch | undefined {
    const read = this.#read?.next()
    if (read !== undefined && read.done !== true) return read.value
    this.#read = undefined
    return this.#options.log.takeRemembered(this.#end, this.#wanted)
  }

  #rest(): void {
    this.#isWaiting = true
    this.#options.clock.setTimer(0, () => this.#goOn())
  }

  #readOn(): void {
    this.#isWaiting = true
    const { log, onFailed } = this.#options
    log.read(this.#end, this.#wanted, (error, bytes) => {
      if (error !== undefined) return onFailed(error)
      assert(bytes.length > 0, 'committed batches can be read')
      this.#read = batchesIn(bytes)
      this.#goOn()
    })
  }

  #goOn(): void {
    this.#isWaiting = false
    this.deliverTo(this.#wanted)
  }

  #deliver(committed: CommittedBatch): void {
    assert(committed.baseOffset === this.#end, 'committed records are delivered once and in order')
    this.#end = committed.endOffset
    const { listeners, observer, onDelivered } = this.#options
    for (const listener of listeners) listener.committed?.(committed)
    if (observer.watching) observer.tell({ type: 'MetadataCommitted', endOffset: committed.endOffset })
    onDelivered()
  }

  #understood<T>(understand: () => T): T | 'failed' {
    try {
      return understand()
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error
      this.#hasFailed = true
      this.#options.onFailed(error)
      return 'failed'
    }
  }
}
