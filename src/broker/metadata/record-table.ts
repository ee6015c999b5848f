/**
 * Entities of which each is what one record says (a broker's registration, an access rule), by a key of their own.
 *
 * The records are immutable and replaced whole, so a list of them is a frozen view. Kept as they were decoded, at the
 * version that snapshots write them in.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import type { Digest } from './digest.ts'

export class RecordTable<K, R extends MetadataRecord> {
  readonly #records = new Map<K, R>()
  readonly #digest: Digest

  constructor(digest: Digest) {
    this.#digest = digest
  }

  get size(): number {
    return this.#records.size
  }

  get(key: K): R | undefined {
    return this.#records.get(key)
  }

  /** In the order in which their keys first came. */
  values(): IterableIterator<R> {
    return this.#records.values()
  }

  entries(): IterableIterator<[K, R]> {
    return this.#records.entries()
  }

  set(key: K, record: R): void {
    const before = this.#records.get(key)
    if (before !== undefined) this.#digest.removeRecord(before)
    this.#digest.addRecord(record)
    this.#records.set(key, record)
  }

  /** False where there is none. */
  delete(key: K): boolean {
    const before = this.#records.get(key)
    if (before === undefined) return false
    this.#digest.removeRecord(before)
    return this.#records.delete(key)
  }
}
