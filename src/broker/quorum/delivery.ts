/**
 * Hands what is committed to the listeners, once per life and in order: from memory where this life has appended it, else
 * from the log; and a snapshot in place of everything before it.
 *
 * `deliverTo` may be called at any time and goes as far as it can; while a read is under way the rest waits for it. A batch
 * that this program cannot understand ends the life (`onFailed`): nothing goes on with half a state.
 */

import { assert } from '../../world/assert.ts'
import type { DiskError } from '../../world/disk.ts'
import { DirectoryError } from '../log/meta-properties.ts'
import type { Observer } from '../observe/observer.ts'
import { batchesIn, type MetadataLog } from './metadata-log.ts'
import type { CommittedBatch, LoadedSnapshot, QuorumListener } from './quorum.ts'

export interface DeliveryOptions {
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
  #isReading = false
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
    const { log } = this.#options
    while (!this.#isReading && !this.#hasFailed && this.#end < this.#wanted) {
      const remembered = this.#understood(() => log.takeRemembered(this.#end, this.#wanted))
      if (remembered === 'failed') return
      if (remembered === undefined) this.#readOn()
      else this.#deliver(remembered)
    }
  }

  /** Puts a snapshot, whose end lies at or behind what was delivered, in place of it. Nothing may be under way. */
  snapshot(snapshot: LoadedSnapshot): void {
    assert(!this.#isReading && snapshot.id.endOffset >= this.#end, 'a snapshot stands for at least what was delivered')
    this.#end = snapshot.id.endOffset
    const { listeners, observer, onDelivered } = this.#options
    for (const listener of listeners) listener.snapshotLoaded?.(snapshot)
    if (observer.watching) observer.tell({ type: 'SnapshotLoaded', ...snapshot.id })
    onDelivered()
  }

  /** Whether a read is under way; a snapshot waits for it. */
  get isReading(): boolean {
    return this.#isReading
  }

  #readOn(): void {
    this.#isReading = true
    const { log, onFailed } = this.#options
    log.read(this.#end, this.#wanted, (error, bytes) => {
      this.#isReading = false
      if (error !== undefined) return onFailed(error)
      assert(bytes.length > 0, 'committed batches can be read')
      const batches = this.#understood(() => [...batchesIn(bytes)])
      if (batches === 'failed') return
      for (const batch of batches) this.#deliver(batch)
      this.deliverTo(this.#wanted)
    })
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
