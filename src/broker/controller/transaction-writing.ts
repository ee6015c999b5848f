/**
 * Writes records that are too many for one batch as a metadata transaction (KIP-868): a batch an event, so that nothing
 * else waits long. Where one cannot be appended the transaction is aborted, as soon as that can be written.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import type { Clock } from '../../world/clock.ts'
import { type Decided, notController, type Refusal } from './refusal.ts'

export interface TransactionOptions {
  readonly clock: Clock
  /** Records of one batch, those that begin and end the transaction not counted. */
  readonly batchRecords: number
  /** Appends and applies a batch; `done` waits for its commit, but where a refusal comes back. */
  readonly append: (records: readonly MetadataRecord[], done: Decided | undefined) => Refusal | undefined
  /** Whether the term goes on in which it was begun. */
  readonly goesOn: () => boolean
  /** Called once everything is appended, or taken back. */
  readonly ended: () => void
}

/** The wait before another try to abort a transaction where the disk is full. */
const ABORT_RETRY_US = 1_000_000

/** What an abort says for those who read the log. */
export function abortTransaction(reason: string): MetadataRecord {
  return { type: 'AbortTransactionRecord', version: 0, reason }
}

export class TransactionWriting {
  readonly #options: TransactionOptions
  readonly #records: readonly MetadataRecord[]
  /** Undefined once it was told. */
  #done: Decided | undefined

  /** `done` is told of the commit, of the refusal, or of the end of the term. */
  constructor(options: TransactionOptions, records: readonly MetadataRecord[], done: Decided) {
    this.#options = options
    this.#records = records
    this.#done = done
  }

  start(): void {
    this.#writeFrom(0)
  }

  /** The term ended: nothing more is written, and nobody knows whether the rest will ever be. */
  resigned(): void {
    this.#tell(notController())
  }

  #writeFrom(index: number): void {
    const { batchRecords, append, ended } = this.#options
    const end = index + batchRecords
    const isLast = end >= this.#records.length
    const batch = this.#records.slice(index, end)
    if (index === 0) batch.unshift({ type: 'BeginTransactionRecord', version: 0, name: null })
    if (isLast) batch.push({ type: 'EndTransactionRecord', version: 0 })
    const refusal = append(batch, isLast ? this.#done : undefined)
    if (refusal !== undefined) {
      this.#tell(refusal)
      return index === 0 ? ended() : this.#abort()
    }
    if (isLast) ended()
    else this.#later(0, () => this.#writeFrom(end))
  }

  /** Takes back what was written; tries until it can. */
  #abort(): void {
    const { append, ended } = this.#options
    if (append([abortTransaction('It could not be written to its end.')], undefined) === undefined) ended()
    else this.#later(ABORT_RETRY_US, () => this.#abort())
  }

  #later(delayUs: number, step: () => void): void {
    const { clock, goesOn } = this.#options
    clock.setTimer(delayUs, () => {
      if (goesOn()) step()
    })
  }

  #tell(refusal: Refusal): void {
    const done = this.#done
    this.#done = undefined
    done?.(refusal)
  }
}
